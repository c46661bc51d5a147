-- Waiting lets hooks run: Ctrl+C, as the luajit program handles it, and hooks of a program's own.
-- The engine hangs: a wait that lets nothing in ends by the limit of its call, and was not interrupted then.
local llmbridge = require "llmbridge"
local ffi = require "ffi"
ffi.cdef "int setenv(const char *name, const char *value, int replace); long time(long *out);"
local LIMIT_S = 20 -- of a call
ffi.C.setenv("LLMBRIDGE_ENGINE", "fake", 1)
ffi.C.setenv("LLMBRIDGE_COMMAND", "hang", 1)
ffi.C.setenv("LLMBRIDGE_TIMEOUT_MS", tostring(LIMIT_S * 1000), 1)
ffi.C.setenv("LLMBRIDGE_SLOTS", "1", 1)

-- Runs what waits for a hung engine; what came of it. Whoever lets hooks in gets there before the limit of its call.
local function act_in_time(act)
  local begin_s = tonumber(ffi.C.time(nil))
  local good, failure = pcall(act)
  assert(tonumber(ffi.C.time(nil)) - begin_s < LIMIT_S, "the wait let nothing in before its call's limit")
  return good, failure
end

local function expect(text, good, failure)
  assert(not good, "it was not interrupted")
  local said = tostring(failure)
  assert(said:find(text, 1, true), said)
end

-- A hook that raises once the wait has lasted for a while.
local function interrupted(act)
  local steps = 0
  debug.sethook(function()
    steps = steps + 1
    if steps < 400 then return end
    debug.sethook()
    error("stopped by a hook", 0)
  end, "", 1)
  local good, failure = act_in_time(act)
  debug.sethook()
  expect("stopped by a hook", good, failure)
end

-- Ctrl+C in the middle of ask: the program's own handler sets a hook, which raises.
os.execute "(sleep 0.5; kill -INT $PPID) &"
expect("interrupted!", act_in_time(function() llmbridge.ask "hello" end))
print "ok   Ctrl+C ends ask"

collectgarbage "stop" -- what is interrupted is closed without it
interrupted(function() llmbridge.ask "hello" end)
interrupted(function() llmbridge.embed "hello" end)
print "ok   a hook ends ask and embed"
llmbridge.shutdown()
ffi.C.setenv("LLMBRIDGE_COMMAND", "echo", 1)
assert(llmbridge.ask "hello" == "hello")
print "ok   the next ask is whole"

local single = llmbridge.open { command = "pieces 1 0; hang", slots = 1, queue_timeout_ms = 20000, stall_timeout_ms = 0 }
interrupted(function() single:ask "hello" end)
assert(single:stream("hello"):read() == "piece 1\n", "the slot is not free")
single:close()
print "ok   an interrupted ask gives its slot back"

local bridge = llmbridge.open { command = "pieces 1 0; hang", slots = 2 }
local call = bridge:stream "hello"
assert(call:read() == "piece 1\n")
interrupted(function() call:read() end)
interrupted(function() call:finish() end) -- it goes on where it was
call:close()
interrupted(function() bridge:ask "hello" end)
local function ask() bridge:ask "hello" end
interrupted(function() bridge:concurrently { ask, ask } end)
bridge:close()
print "ok   a hook ends read, finish, bridge:ask and concurrently"

local loading = llmbridge.open { command = "slow_start 600000; echo" }
interrupted(function() loading:start() end)
loading:close()
local ready = llmbridge.open { command = "slow_start 300; echo" } -- several slices long
ready:start()
assert(ready:worker_pid() > 0)
ready:close()
local broken = llmbridge.open { command = "exit 3@start", restart_limit = 0 }
local good, failure = pcall(broken.start, broken)
assert(not good and failure.code ~= "deadline_exceeded", tostring(failure))
broken:close()
print "ok   a hook ends start, which else waits for its end"
