#!/bin/sh
# Makes everything that others install, in artifacts/packages: the archives of the native part and the NuGet packages.
# Usage: native/pack-all.sh     Run from the repository's root.
set -eu
out=artifacts/packages
rm -rf "$out"
mkdir -p "$out"
sh native/build-native.sh
dotnet build managed/LlmBridge.Http -p:SkipNative=true -v q
cpack --config build/release/CPackConfig.cmake -B "$out" >"$out/cpack.log" || {
  cat "$out/cpack.log" >&2
  exit 1
}
rm -rf "$out/_CPack_Packages" "$out/cpack.log"
dotnet pack managed/Packages.slnf -p:PackageOutputPath="$PWD/$out/" -p:SkipNative=true
ls -l "$out"
