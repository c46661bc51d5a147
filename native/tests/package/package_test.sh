#!/bin/sh
# One test of what others install. Usage: package_test.sh TEST SOURCE_FOLDER BUILD_FOLDER
set -eu
source=$2 build=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix="$scratch/moved here" # not where it was installed, and with a blank

fail() {
  echo "$1" >&2
  exit 1
}

need() { # need PROGRAM DEBIAN_PACKAGE
  command -v "$1" >/dev/null && return
  echo "$1 is missing (Debian package $2)"
  exit 77
}

install_and_move() {
  cmake --install "$build" --prefix "$scratch/installed" >"$scratch/install.log"
  mv "$scratch/installed" "$prefix"
}

# Runs with nothing in the environment; what is asked for is the demonstration model's answer.
expect_answer() { # expect_answer COMMAND...
  answer=$(env -i "$@" "What is 2+2?" | head -n 1)
  [ "$answer" = "2 + 2 = 4." ] || fail "$1 said: $answer"
}

expect_files() { # expect_files PREFIX
  for file in include/llmbridge/llmbridge.h include/llmbridge/llmbridge.hpp lib/libllmbridge.so lib/libllmbridge.so.1 \
    lib/libllmbridge_hvm.so lib/llmbridge/llama.so lib/llmbridge/fake.so lib/llmbridge/libllama.v0.5.0.so \
    lib/pkgconfig/llmbridge.pc lib/cmake/llmbridge/llmbridge-config.cmake bin/llmbridge-keeper bin/llmbridge-engine \
    bin/llmbridge-bench share/llmbridge/demo.gguf share/llmbridge/licenses/llmbridge.txt \
    share/llmbridge/licenses/llama.cpp.txt share/llmbridge/licenses/cpp-httplib.txt; do
    [ -e "$1/$file" ] || fail "$file is not there"
  done
}

make_archives() { # make_archives GENERATOR
  cpack --config "$build/CPackConfig.cmake" -G "$1" -B "$scratch/archives" >"$scratch/cpack.log" || {
    cat "$scratch/cpack.log"
    exit 1
  }
  rm -rf "$scratch/archives/_CPack_Packages"
}

install_has_the_contracts_tree() {
  install_and_move
  expect_files "$prefix"
  ! grep -rlF -e "$source" -e "$build" "$prefix/lib/cmake" "$prefix/lib/pkgconfig" || fail "these name the folder they were built in"
}

cmake_project_finds_it() {
  install_and_move
  mkdir "$scratch/consumer"
  cp "$source/native/tests/package/consumer/CMakeLists.txt" "$source/hosts/c/ask.c" \
    "$source/interop-tests/drivers/cpp/driver.cpp" "$scratch/consumer"
  cmake -S "$scratch/consumer" -B "$scratch/consumer/build" -DCMAKE_PREFIX_PATH="$prefix" >"$scratch/configure.log"
  cmake --build "$scratch/consumer/build" >"$scratch/build.log" || { cat "$scratch/build.log"; exit 1; }
  expect_answer "$scratch/consumer/build/ask"
  LLMBRIDGE_ENGINE=fake "$scratch/consumer/build/driver" answer | grep -qx "text hello" || fail "the C++ program did not answer"
}

pkg_config_finds_it() {
  need pkg-config pkg-config
  install_and_move
  mv "$prefix" "$scratch/prefix" # compilers' flags are words
  flags=$(PKG_CONFIG_PATH="$scratch/prefix/lib/pkgconfig" pkg-config --cflags --libs llmbridge)
  # shellcheck disable=SC2086
  ${CC:-cc} "$source/hosts/c/ask.c" $flags -lm -Wl,-rpath,"$scratch/prefix/lib" -o "$scratch/ask"
  expect_answer "$scratch/ask"
}

# The loader, what it loads for the files given, the archive, and what every container has: /dev/null and /proc, by which
# the loader knows $ORIGIN. No shell, no /tmp.
archive_works_in_an_empty_root() {
  make_archives TGZ
  mkdir "$scratch/root"
  tar -xzf "$scratch"/archives/*.tar.gz -C "$scratch/root"
  mv "$scratch/root"/llmbridge-* "$scratch/root/any folder"
  folder="$scratch/root/any folder"
  expect_files "$folder"
  ${CC:-cc} "$source/hosts/c/ask.c" -I"$folder/include" -L"$folder/lib" -lllmbridge -lm -Wl,-rpath,'$ORIGIN/lib' -o "$folder/ask"
  expect_answer "$folder/ask"
  mkdir "$scratch/root/proc" "$scratch/root/dev"
  : >"$scratch/root/dev/null" # every container has one; a device can only be made by root
  set -- "$(command -v unshare)" -r --mount --pid --fork --mount-proc="$scratch/root/proc" "$(command -v chroot)"
  if ! "$@" / true 2>/dev/null; then
    echo "no roots of one's own are to be had here: unshare with a /proc"
    exit 77
  fi
  ldd "$folder/ask" "$folder/bin/llmbridge-engine" "$folder/lib/llmbridge/llama.so" |
    awk '$2 == "=>" { print $3 } /^\t\// { print $1 }' | grep -v "^$scratch" | sort -u | while read -r library; do
    mkdir -p "$scratch/root$(dirname "$library")"
    cp -L "$library" "$scratch/root$library"
  done
  expect_answer "$@" "$scratch/root" "/any folder/ask"
}

# The engine http needs nothing of .NET: neither on the PATH nor in the environment is any.
archive_asks_a_server_from_python_without_dotnet() {
  need python3 python3
  if [ ! -x "$source/artifacts/native/bin/llmbridge-http" ]; then
    echo "llmbridge-http is not built: ./build.sh http"
    exit 77
  fi
  python=$(python3 -c 'import sys; print(sys.executable)') # which may stand behind a script
  make_archives TGZ
  tar -xzf "$scratch"/archives/*.tar.gz -C "$scratch"
  mkfifo "$scratch/input"
  python3 "$source/native/tests/conformance/conformance_server.py" <"$scratch/input" >"$scratch/url" &
  exec 3>"$scratch/input" # its end ends the server
  until [ -s "$scratch/url" ]; do kill -0 $! || fail "the server did not start"; sleep 0.05; done
  answer=$(env -i PATH=/nonexistent PYTHONPATH="$source/hosts/python" LLMBRIDGE_ENGINE=http \
    LLMBRIDGE_URL="$(cat "$scratch/url")" LLMBRIDGE_LIBRARY="$(echo "$scratch"/llmbridge-*/lib/libllmbridge.so)" \
    "$python" -B -c 'import llmbridge; print(llmbridge.ask("Is anybody there?"))')
  exec 3>&-
  wait
  [ "$answer" = "Is anybody there?" ] || fail "the server said: $answer"
}

debian_package_has_the_same_files() {
  need dpkg-deb dpkg
  make_archives DEB
  dpkg-deb --extract "$scratch"/archives/*.deb "$scratch/root"
  expect_files "$scratch/root/usr"
  [ -f "$scratch/root/usr/share/doc/llmbridge/copyright" ] || fail "the copyright file is not there"
  dpkg-deb --field "$scratch"/archives/*.deb Depends | grep -q 'libc6 (>= 2.34)' || fail "it does not say what it depends on"
}

# One folder of files that their user may read and not execute, as NuGet unpacks them for all but their owner.
files_that_may_only_be_read_work() {
  install_and_move
  mkdir "$scratch/flat"
  cp -L "$prefix/lib/libllmbridge.so.1" "$prefix"/bin/llmbridge-* "$prefix"/lib/llmbridge/*.so \
    "$prefix/share/llmbridge/demo.gguf" "$scratch/flat"
  chmod 444 "$scratch/flat"/*
  ${CC:-cc} "$source/hosts/c/ask.c" -I"$prefix/include" "$scratch/flat/libllmbridge.so.1" -lm -Wl,-rpath,"$scratch/flat" -o "$scratch/ask"
  expect_answer "$scratch/ask"
  expect_answer LLMBRIDGE_ISOLATION=shared LLMBRIDGE_IDLE_MS=1 "XDG_RUNTIME_DIR=$scratch" "$scratch/ask"
}

an_engine_inside_needs_no_keeper() {
  install_and_move
  rm "$prefix"/bin/llmbridge-*
  ${CC:-cc} "$source/hosts/c/ask.c" -I"$prefix/include" "$prefix/lib/libllmbridge.so" -lm -Wl,-rpath,"$prefix/lib" -o "$scratch/ask"
  expect_answer LLMBRIDGE_ISOLATION=inproc "$scratch/ask"
  mkdir "$scratch/flat"
  cp -L "$prefix/lib/libllmbridge.so.1" "$prefix"/lib/llmbridge/*.so "$prefix/share/llmbridge/demo.gguf" "$scratch/flat"
  expect_answer LLMBRIDGE_ISOLATION=inproc "LD_LIBRARY_PATH=$scratch/flat" "$scratch/ask"
  ! env -i "$scratch/ask" "What is 2+2?" >/dev/null 2>"$scratch/errors" || fail "it answered without a keeper"
  grep -q "llmbridge-keeper" "$scratch/errors" || fail "it said: $(cat "$scratch/errors")"
}

loader_never_looks_in_the_working_folder() {
  need readelf binutils
  install_and_move
  find "$prefix/lib" "$prefix/bin" -type f | while read -r file; do
    readelf -d "$file" 2>/dev/null | sed -n 's/.*R.*PATH.*\[\(.*\)\]/\1/p' | while read -r path; do
      case ":$path:" in
        *::* | *:[!$]*) fail "$file looks in \"$path\"" ;;
      esac
    done
  done
}

"$1"
