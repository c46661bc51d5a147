#!/bin/sh
# Makes everything that others install, in artifacts/packages: the archives of the native part and the NuGet packages.
# Usage: native/pack-all.sh     Run from the repository's root.
set -eu
out=artifacts/packages
rm -rf "$out"
mkdir -p "$out"
sh native/build-native.sh
dotnet build managed/LlmBridge.Http -p:SkipNative=true -v q
# The command line, compiled ahead of time. It restores more than what its lock file is about.
dotnet publish managed/LlmBridge.Cli -r linux-x64 -p:PublishAot=true -p:SkipNative=true -p:RestoreLockedMode=false \
  -p:NuGetLockFilePath=obj/ahead-of-time.lock.json -o build/command-line
cp build/command-line/LlmBridge.Cli artifacts/native/bin/llmbridge
cpack --config build/release/CPackConfig.cmake -B "$out" >"$out/cpack.log" || {
  cat "$out/cpack.log" >&2
  exit 1
}
rm -rf "$out/_CPack_Packages" "$out/cpack.log"
dotnet pack managed/Packages.slnf -p:PackageOutputPath="$PWD/$out/" -p:SkipNative=true
ls -l "$out"
