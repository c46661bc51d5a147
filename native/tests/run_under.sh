#!/bin/sh
# Runs the C tests under a tool that watches them. Run from the repository's root.
# Usage: native/tests/run_under.sh asan|tsan|valgrind [CTEST_ARGUMENT...]
set -eu
tool=${1-}
[ $# -eq 0 ] || shift
case $tool in
  asan | tsan)
    sh native/build-native.sh "$tool"
    ctest --preset "$tool" --timeout 600 "$@"
    ;;
  valgrind)
    # Valgrind knows neither pidfds nor the keeper's kind of clone, so only tests that start no process run under it.
    sh native/build-native.sh debug
    units='unit\.(ring|slot|slot_breach|spin|worker_states|restart_policy)_test|^unit\..*(json|utf8|settings|error|gguf|inspect)'
    ctest --test-dir build/debug -R "$units" -T memcheck --overwrite MemoryCheckCommandOptions="--leak-check=full --error-exitcode=9 --quiet" \
      --output-on-failure --timeout 1200 "$@"
    ;;
  *)
    echo "usage: native/tests/run_under.sh asan|tsan|valgrind [CTEST_ARGUMENT...]" >&2
    exit 2
    ;;
esac
