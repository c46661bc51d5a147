#!/bin/sh
# Runs every fuzz target for some seconds, all at once, and prints what each did. Fails if one found anything.
# Usage: native/tests/fuzz/fuzz_all.sh SECONDS     Run from the repository's root. Needs clang-14 and libclang-rt-14-dev.
set -eu
seconds=$1
cmake --preset fuzz >/dev/null
cmake --build build/fuzz >/dev/null
found=build/fuzz/found
mkdir -p "$found"
for target in build/fuzz/bin/*_fuzz; do
  name=$(basename "$target" _fuzz)
  mkdir -p "$found/$name"
  (cd "$found" && "../../../$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -print_final_stats=1 \
    "$name" "../../../native/tests/fuzz/seeds/$name" >"$name.log" 2>&1; echo $? >"$name.status") &
done
wait
failed=0
for status in "$found"/*.status; do
  name=$(basename "$status" .status)
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found/$name.log")
  rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$found/$name.log")
  echo "$name: exit $(cat "$status"), $runs runs, $rate a second"
  [ "$(cat "$status")" = 0 ] || failed=1
done
exit $failed
