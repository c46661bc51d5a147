#!/bin/sh
# One verb a line; each prints the command it runs, which you may as well type yourself. build.ps1 is its twin: a test
# compares what both run and print.
set -eu
cd "$(dirname "$0")"

usage() {
  cat <<'EOF'
Usage: ./build.sh VERB [ARGUMENT...], where the arguments are passed on to the verb's command
  build      everything: native part, command line, tests, test model
  test       all tests, C and C#
  bench      the headline figures on this machine
  compare    the same work in other ways (node-llama-cpp, popen, a daemon, HTTP): bench/results/comparison.md; --help
  bench-net  what .NET adds to the C calls, in time and memory (BenchmarkDotNet; minutes)
  http       the program of the engine http, compiled ahead of time into the install prefix
  generate   writes the P/Invoke layer and the options anew from headers and settings table (needs castxml)
  verify     fails if generate would change something
  tidy       checks formatting and the rules no compiler knows
  asan       the C tests under AddressSanitizer and UndefinedBehaviorSanitizer
  tsan       the C tests under ThreadSanitizer
  valgrind   the unit tests that start no process, under valgrind (which knows neither pidfds nor the keeper's clone)
  fuzz       every fuzz target, all at once (fuzz SECONDS; 600; needs clang-14)
  soak       the fault suite's long form: a million crash cycles, hours of mixed load (soak MINUTES; 480), many repeats
  mutants    small bugs put into a copy of the tree, one by one: the tests have to notice each (mutants PATTERN; --help)
  pack       what others install, in artifacts/packages: archives (tar.gz, deb) and NuGet packages
EOF
}

run() {
  echo "+ $*" >&2
  "$@"
}

verb=${1-}
[ $# -eq 0 ] || shift
[ "${1-}" != -- ] || shift

case $verb in
  build) run dotnet build Bridge.sln "$@" ;;
  test) run dotnet test Bridge.sln "$@" ;;
  bench)
    run dotnet run --project managed/LlmBridge.TestModels -- bench >&2
    run artifacts/native/bin/llmbridge-bench --json "$@"
    ;;
  compare) run dotnet run -c Release --project bench/LlmBridge.Comparison -- "$@" ;;
  bench-net) run dotnet run -c Release --project bench/LlmBridge.Benchmarks -- "$@" ;;
  http) run dotnet build managed/LlmBridge.Http "$@" ;;
  generate) run dotnet run --project managed/LlmBridge.Generator -- . "$@" ;;
  verify) run dotnet run --project managed/LlmBridge.Generator -- . --check "$@" ;;
  tidy) run sh .ci/tidy "$@" ;;
  asan | tsan | valgrind) run sh native/tests/run_under.sh "$verb" "$@" ;;
  fuzz) run sh native/tests/fuzz/fuzz_all.sh "${@:-600}" ;;
  soak) run sh native/tests/soak/soak_all.sh "$@" ;;
  mutants) run python3 tests/mutants/mutants.py "$@" ;;
  pack) run sh native/pack-all.sh "$@" ;;
  -h | --help | -help | help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
