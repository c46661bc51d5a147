#!/bin/sh
# npm leaves links out of packages; the library and what it loads are found by names that an install makes links.
set -eu
[ -d native ] || exit 0
find native -type l | while read -r link; do
  cp -L "$link" "$link.file"
  mv "$link.file" "$link"
done
