#!/bin/sh
# Configures (once), builds and installs the native part for one preset: what native.csproj runs, and build.sh too.
# Usage: native/build-native.sh [PRESET]     Run from the repository's root. Says nothing when nothing is to be done.
set -eu
preset=${1:-release}
build=build/$preset

missing=
need() { # need PROGRAMS WHAT DEBIAN_PACKAGE: any one of the programs will do
  for program in $1; do
    command -v "$program" >/dev/null 2>&1 && return 0
  done
  missing="$missing
  $2 ($1): Debian package $3"
}
if [ ! -f "$build/CMakeCache.txt" ]; then
  need "${CC:-cc gcc clang}" "a C compiler" gcc
  need "${CXX:-c++ g++ clang++}" "a C++ compiler" g++
fi
need cmake "CMake 3.25 or newer" cmake
need "ninja make" "Ninja or make" ninja-build
if [ -n "$missing" ]; then
  echo "native/build-native.sh: error: the native part cannot be built, this is missing:$missing" >&2
  exit 1
fi
mkdir -p "$build"

# Several builds may run at once (an IDE, a test run); CMake's tools don't guard against each other.
if command -v flock >/dev/null 2>&1; then
  exec 9>"$build/.lock"
  flock 9
fi

if [ ! -f "$build/build.ninja" ] && [ ! -f "$build/Makefile" ]; then
  for program in npm git; do
    if [ ! -d .cache ] && ! command -v $program >/dev/null 2>&1; then
      echo "native/build-native.sh: warning: $program is missing (Debian package $program): llama.cpp cannot be" \
        "fetched; without it everything but the llama engine is built" >&2
    fi
  done
  generator="Unix Makefiles"
  if command -v ninja >/dev/null 2>&1; then generator=Ninja; fi
  cmake --preset "$preset" -G "$generator"
fi
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
cmake --build "$build" --parallel "$jobs"
cmake --install "$build" >"$build/install.log"
