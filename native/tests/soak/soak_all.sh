#!/bin/sh
# The long form of the fault suite, one after the other: a million crash cycles, mixed load, the fault tests with a
# hundred repeats each, every failing system call. Prints the figures of each and fails if one did.
# Usage: native/tests/soak/soak_all.sh [MINUTES [CYCLES [REPEATS]]]     Run from the repository's root.
# MINUTES of mixed load are 480 if not given.
set -u
minutes=${1:-480}
cycles=${2:-1000000}
repeats=${3:-100}
build=build/release
sh native/build-native.sh release || exit 1

failed=
step() { # step NAME COMMAND...
  name=$1
  shift
  echo "+ $*" >&2
  status=0
  "$@" || status=$?
  [ $status -eq 0 ] || [ $status -eq 77 ] || failed="$failed $name" # 77: skipped, as the step has said
}

step crash $build/tests/llmbridge-soak crash --cycles "$cycles"
step mixed $build/tests/llmbridge-soak mixed --minutes "$minutes"
step faults env LLMB_TEST_REPEATS="$repeats" ctest --test-dir $build -L faults --timeout 86400 --output-on-failure
step syscalls native/tests/hostile/syscall_matrix.sh $build/tests/hostile_syscall_host full
if [ -n "$failed" ]; then
  echo "soak: not well:$failed" >&2
  exit 1
fi
echo "soak: all is well"
