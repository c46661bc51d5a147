-- The scenarios of interop-tests/scenarios.json by way of hosts/luajit/llmbridge.lua. Usage: luajit driver.lua SCENARIO
local here = arg[0]:match "^(.*/)" or "./"
package.path = here .. "../../../hosts/luajit/?.lua;" .. package.path

local ffi = require "ffi"
local llmbridge = require "llmbridge"

local function print_piece(piece) print("piece " .. piece:gsub("\n", "\\n")) end

local function error_of(act, ...)
  local good, failure = pcall(act, ...)
  assert(not good, "it did not fail")
  return type(failure) == "table" and failure or error(failure, 0)
end

local scenarios = {}

function scenarios.answer() print("text " .. llmbridge.ask "hello") end

function scenarios.stream()
  local call = llmbridge.open():stream "hello"
  for piece in call do print_piece(piece) end
  print("end " .. call:finish().finish_reason)
end

function scenarios.embed()
  local first, second = llmbridge.embed "hello", llmbridge.open():embed "hello"
  print("dimension " .. #first)
  print("equal " .. tostring(table.concat(first, " ") == table.concat(second, " ")))
end

function scenarios.deadline() print("error " .. error_of(llmbridge.ask, "hello").code) end

function scenarios.crash()
  local failure = error_of(llmbridge.ask, "hello")
  print(("error %s %s %d"):format(failure.code, failure.exit.kind, failure.exit.value))
  print("error " .. error_of(llmbridge.ask, "hello").code)
end

function scenarios.bad_input()
  print("error " .. error_of(llmbridge.ask, "").code)
  scenarios.answer()
end

function scenarios.bad_setting()
  local failure = error_of(llmbridge.ask, "hello")
  print("error " .. failure.code)
  print("names LLMBRIDGE_SLOTS " .. tostring(failure.message:find("LLMBRIDGE_SLOTS", 1, true) ~= nil))
end

function scenarios.cancel()
  local call = llmbridge.open():stream "hello"
  print_piece(call:read())
  call:cancel()
  print("error " .. error_of(function() for _ in call do end end).code)
end

function scenarios.many_threads()
  local bridge, right, asking = llmbridge.open(), 0, {}
  for item = 0, 49 do
    asking[#asking + 1] = function()
      local prompt = "item " .. item
      if bridge:ask(prompt) == prompt then right = right + 1 end
    end
  end
  bridge:concurrently(asking)
  print("right " .. right)
end

function scenarios.children()
  ffi.cdef [[
    int posix_spawn(int *pid, const char *path, const void *actions, const void *attributes, const char *const *arguments,
                    const char *const *environment);
    int waitpid(int pid, int *status, int options);
  ]]
  local pid, status = ffi.new "int[1]", ffi.new "int[1]"
  local arguments = ffi.new("const char *[4]", { "sh", "-c", "exit 7" })
  assert(ffi.C.posix_spawn(pid, "/bin/sh", nil, nil, arguments, ffi.new "const char *[1]") == 0)
  local text = llmbridge.ask "hello"
  assert(ffi.C.waitpid(pid[0], status, 0) == pid[0])
  print("text " .. text)
  print("child " .. bit.rshift(status[0], 8))
end

function scenarios.exit_in_flight()
  local bridge = llmbridge.open()
  local call = bridge:stream "hello"
  call:read()
  print("worker " .. bridge:worker_pid())
  io.stdout:flush()
  os.exit(0)
end

local act = scenarios[arg[1]]
if not act then os.exit(2) end
act()
