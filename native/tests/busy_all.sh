#!/bin/sh
# The tests of rings, bells and pumps while every processor is busy with something else: a wake-up that is lost only
# where a thread stands still between two lines is lost here sooner. From a built tree, from the repository's root.
# Usage: native/tests/busy_all.sh [ROUNDS]     Ends with a line "N passed, N failed".
set -u
rounds=${1-3}
build=build/release
tests='^(unit\.(ring|spin|engine_next|host_bell|os_bell|os_socket|keeper_guard)_test|bridge\.(pump|pump_limit|cancel|unread|batch|batch_end|close)_test)$'
passed=0 failed=0 loops=

# The processors that this process may use, from a list like 0-2,5.
processors() {
  sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status | tr ',' '\n' | while IFS=- read -r first last; do
    seq "$first" "${last:-$first}"
  done
}

end_loops() {
  # shellcheck disable=SC2086
  [ -z "$loops" ] || kill $loops 2>/dev/null
  wait
  loops=
}
trap end_loops EXIT
trap 'exit 1' INT TERM

busy() { # busy PROCESSOR...: a loop on each that never sleeps
  for processor in "$@"; do
    taskset -c "$processor" timeout 7200 sh -c 'while :; do :; done' &
    loops="$loops $!"
  done
}

round() { # round WHAT PROCESSORS: all of the tests, on these processors
  echo "== $1"
  if LLMB_TEST_LIMIT_S=600 taskset -c "$2" ctest --test-dir $build -R "$tests" --timeout 1800 --output-on-failure --no-tests=error; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}

all=$(processors)
first=$(echo "$all" | head -n 1)
list=$(echo "$all" | paste -sd, -)
i=1
while [ "$i" -le "$rounds" ]; do
  # shellcheck disable=SC2086
  busy $all
  round "round $i: a busy loop on each processor" "$list"
  round "round $i: all on one processor, beside a busy loop" "$first"
  end_loops
  round "round $i: all on one processor, alone" "$first"
  i=$((i + 1))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
