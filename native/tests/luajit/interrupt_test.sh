# Runs interrupt_test.lua beside this file; skipped (77) without LuaJIT.
[ -x "$1" ] || exit 77
exec "$1" "$(dirname "$0")/interrupt_test.lua"
