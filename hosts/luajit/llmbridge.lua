--- llmbridge for LuaJIT: this file alone, over ffi.
--
--     local llmbridge = require "llmbridge"
--     print(llmbridge.ask("Who are you?"))
--
--     local bridge = llmbridge.open { model = "model.gguf", slots = 8 }
--     for piece in bridge:stream("Tell me a story") do io.write(piece) end
--
-- Failures are raised as tables with the members of the library's error object (code, message, phase, exit, ...), which
-- tostring() makes readable; catch them with pcall. A call that is collected is cancelled. Waiting lets hooks run, so
-- Ctrl+C ends it. Within bridge:concurrently, calls of that bridge yield to one another instead of waiting.
-- The library is found by LLMBRIDGE_LIBRARY, else beside this file, else by the loader.

local ffi = require "ffi"

ffi.cdef [[
typedef struct llmb_settings llmb_settings;
typedef struct llmb_bridge llmb_bridge;
typedef struct llmb_call llmb_call;
typedef struct llmb_error {
  uint32_t struct_size; int32_t status, os_code, exit_kind, exit_value; uint32_t phase, retry_safe, attempts;
  double elapsed_ms; char engine[32], message[512], engine_log[2048];
} llmb_error;
typedef struct llmb_result {
  uint32_t struct_size, finish_reason, fallback, attempts; uint64_t prompt_tokens, completion_tokens;
  double queue_ms, start_ms, first_token_ms, total_ms; char engine[32];
} llmb_result;
uint32_t llmb_abi_version(void);
const char *llmb_version(void);
const char *llmb_settings_json(void);
uint64_t llmb_deadline_after_ms(uint64_t milliseconds);
const char *llmb_finish_reason_name(uint32_t reason);
int32_t llmb_error_to_json(const llmb_error *error, char **json);
void llmb_free(void *pointer);
int getpid(void);
int32_t llmb_settings_create(llmb_settings **settings, llmb_error *error);
int32_t llmb_settings_set(llmb_settings *settings, const char *name, const char *value, llmb_error *error);
void llmb_settings_close(llmb_settings *settings);
int32_t llmb_bridge_open(const llmb_settings *settings, llmb_bridge **bridge, llmb_error *error);
int32_t llmb_bridge_start(llmb_bridge *bridge, uint64_t deadline_ns, llmb_error *error);
int32_t llmb_bridge_worker_pid(llmb_bridge *bridge, int64_t *pid);
void llmb_bridge_close(llmb_bridge *bridge);
int32_t llmb_pump_wait(llmb_bridge *bridge, uint64_t *tokens, uint32_t capacity, uint64_t deadline_ns, uint32_t *count,
                       llmb_error *error);
int32_t llmb_call_start(llmb_bridge *bridge, const char *prompt, uint64_t size, const llmb_settings *settings,
                        llmb_call **call, llmb_error *error);
int32_t llmb_embed_start(llmb_bridge *bridge, const char *const *texts, const uint64_t *sizes, uint32_t count,
                         const llmb_settings *settings, llmb_call **call, llmb_error *error);
int32_t llmb_count_tokens_start(llmb_bridge *bridge, const char *text, uint64_t size, llmb_call **call,
                                llmb_error *error);
int32_t llmb_tokenize_start(llmb_bridge *bridge, const char *text, uint64_t size, const llmb_settings *settings,
                            llmb_call **call, llmb_error *error);
int32_t llmb_detokenize_start(llmb_bridge *bridge, const int32_t *tokens, uint64_t count,
                              const llmb_settings *settings, llmb_call **call, llmb_error *error);
int32_t llmb_call_logprobs(const llmb_call *call, char **json);
int32_t llmb_call_read(llmb_call *call, char *buffer, uint64_t capacity, uint64_t deadline_ns, uint64_t *size,
                       llmb_error *error);
int32_t llmb_call_read_vector(llmb_call *call, float *buffer, uint64_t capacity, uint64_t deadline_ns,
                              uint64_t *dimension, llmb_error *error);
int32_t llmb_call_watch(llmb_call *call, uint64_t token, llmb_error *error);
int32_t llmb_call_cancel(llmb_call *call);
int32_t llmb_call_finish(llmb_call *call, uint64_t deadline_ns, llmb_result *result, llmb_error *error);
int32_t llmb_call_tool_calls(const llmb_call *call, char **json);
int32_t llmb_call_reasoning(const llmb_call *call, char **text);
void llmb_call_close(llmb_call *call);
]]

local ABI_VERSION = 1
local OK, INVALID_ARGUMENT, NOT_FOUND, DEADLINE_EXCEEDED, PROTOCOL_ERROR, NOT_READY = 0, 1, 2, 5, 14, 21
local NOW = 0ULL
local SLICE_MS = 50 -- how long one wait may keep Lua from a hook, such as the one that Ctrl+C sets
local PIECE_BYTES = 4096
local DIMENSION_FIRST = 4096 -- what a vector's buffer holds before its dimension is known
local NEWS_MAX = 64          -- calls that one look at the pump may report

--- Errors ---------------------------------------------------------------------------------------------------------

local Error = {}
Error.__index = Error

function Error:__tostring()
  local exit = self.exit and (" (%s %d)"):format(self.exit.kind, self.exit.value) or ""
  return ("llmbridge: %s%s: %s"):format(self.code, exit, self.message)
end

local ESCAPES = { n = "\n", r = "\r", t = "\t", b = "\b", f = "\f" }

local function unescape(text)
  return (text:gsub("\\(.)(%x?%x?%x?%x?)", function(letter, digits)
    if letter == "u" then return string.char(tonumber(digits, 16)) end -- only control characters are written so
    return (ESCAPES[letter] or letter) .. digits
  end))
end

-- Reads what the library wrote: strings whose every quote is escaped, so that `"name":` can only be a member's name.
local function parse_error(json)
  local function text(name)
    local from = select(2, json:find('"' .. name .. '":"', 1, true))
    if not from then return nil end
    local to = from + 1
    while json:sub(to, to) ~= '"' do to = to + (json:sub(to, to) == "\\" and 2 or 1) end
    return unescape(json:sub(from + 1, to - 1))
  end
  local function number(name) return tonumber(json:match('"' .. name .. '":(-?[%d.eE+-]+)')) end
  local kind = text "kind"
  return setmetatable({
    code = text "code", status = number "status", message = text "message", phase = text "phase",
    engine = text "engine", os_code = number "os_code", exit = kind and { kind = kind, value = number "value" } or nil,
    retry_safe = json:find('"retry_safe":true', 1, true) ~= nil, attempts = number "attempts",
    elapsed_ms = number "elapsed_ms", engine_log = text "engine_log", json = json,
  }, Error)
end

local function own_error(code, status, message)
  return setmetatable({ code = code, status = status, message = message, phase = "configure", os_code = 0,
                        retry_safe = true, attempts = 0, elapsed_ms = 0 }, Error)
end

--- The library ----------------------------------------------------------------------------------------------------

local function load_library()
  local given = os.getenv "LLMBRIDGE_LIBRARY"
  local folder = debug.getinfo(1, "S").source:match "^@(.*/)" or "./"
  local names = given and given ~= "" and { given } or { folder .. "libllmbridge.so", "libllmbridge.so.1" }
  local problems = {}
  for _, name in ipairs(names) do
    local found, library = pcall(ffi.load, name)
    if found then return library end
    problems[#problems + 1] = tostring(library)
  end
  error(own_error("not_found", NOT_FOUND, "the library cannot be loaded; set LLMBRIDGE_LIBRARY: " ..
    table.concat(problems, "; ")), 0)
end

local C = load_library()
if C.llmb_abi_version() ~= ABI_VERSION then
  error(own_error("protocol_error", PROTOCOL_ERROR, ("this file is made for ABI %d, the library has %d"):format(
    ABI_VERSION, C.llmb_abi_version())), 0)
end

local function owned_string(pointer, size)
  local text = size and ffi.string(pointer, size) or ffi.string(pointer)
  C.llmb_free(pointer)
  return text
end

local function new_error()
  local detail = ffi.new "llmb_error"
  detail.struct_size = ffi.sizeof "llmb_error"
  return detail
end

local function check(status, detail)
  if status == OK then return end
  local json = ffi.new "char *[1]"
  if C.llmb_error_to_json(detail, json) ~= OK then error("not enough memory", 0) end
  error(parse_error(owned_string(json[0])), 0)
end

local function refuse_nul(what, text)
  if not text:find("\0", 1, true) then return end
  error(own_error("invalid_argument", INVALID_ARGUMENT, what .. ": there is a NUL in it"), 0)
end

local function need_text(what, value)
  if type(value) == "string" then return value end
  error(own_error("invalid_argument", INVALID_ARGUMENT, what .. ": a string is needed, not " .. type(value)), 0)
end

local function json_string(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
end

-- Lists are arrays, other tables objects, whose names stand in alphabetical order.
local function json_text(name, value)
  if type(value) == "string" then return json_string(value) end
  if type(value) == "number" then return ("%.17g"):format(value) end
  if type(value) == "boolean" then return tostring(value) end
  if type(value) ~= "table" then
    error(own_error("invalid_argument", INVALID_ARGUMENT, name .. ": no JSON is a " .. type(value)), 0)
  end
  local items = {}
  for i, item in ipairs(value) do items[i] = json_text(name, item) end
  if #items > 0 then return "[" .. table.concat(items, ",") .. "]" end
  for key, item in pairs(value) do items[#items + 1] = json_string(tostring(key)) .. ":" .. json_text(name, item) end
  table.sort(items)
  return "{" .. table.concat(items, ",") .. "}"
end

local JSON_SETTINGS = {json_schema = true, logit_bias = true, messages = true, tools = true}

-- Values as the settings table takes them. A list becomes JSON, as `stop` wants it, and what is JSON of any depth.
local function setting_text(name, value)
  if JSON_SETTINGS[name] and type(value) ~= "string" then return json_text(name, value) end
  if type(value) == "number" then return ("%.17g"):format(value) end
  if type(value) == "boolean" then return value and "on" or "off" end
  if type(value) == "string" then
    refuse_nul(name, value)
    return value
  end
  if type(value) ~= "table" then
    error(own_error("invalid_argument", INVALID_ARGUMENT, name .. ": no setting is a " .. type(value)), 0)
  end
  local items = {}
  for i, item in ipairs(value) do
    items[i] = json_string(tostring(item))
  end
  return "[" .. table.concat(items, ",") .. "]"
end

local function new_settings(values)
  if values == nil then return nil end
  local out, detail = ffi.new "llmb_settings *[1]", new_error()
  check(C.llmb_settings_create(out, detail), detail)
  local settings = ffi.gc(out[0], C.llmb_settings_close)
  for name, value in pairs(values) do
    refuse_nul("a setting's name", name)
    check(C.llmb_settings_set(settings, name, setting_text(name, value), detail), detail)
  end
  return settings
end

--- Calls ----------------------------------------------------------------------------------------------------------

local Call = {}
Call.__index = Call

local function new_call(bridge, start)
  local out, detail = ffi.new "llmb_call *[1]", new_error()
  check(start(out, detail), detail)
  return setmetatable({ bridge = bridge, handle = ffi.gc(out[0], C.llmb_call_close) }, Call)
end

-- Runs a reading function: until it has something or, in a coroutine of bridge:concurrently, yielding meanwhile.
local function wait_for(call, read)
  local detail = new_error()
  local scheduler = call.bridge.scheduler
  local coroutine_here = coroutine.running()
  if not (scheduler and coroutine_here and scheduler.tasks[coroutine_here]) then
    local status
    repeat status = read(C.llmb_deadline_after_ms(SLICE_MS), detail) until status ~= NOT_READY
    return check(status, detail)
  end
  local status = read(NOW, detail)
  while status == NOT_READY do
    scheduler:watch(call, coroutine_here)
    coroutine.yield(scheduler)
    status = read(NOW, detail)
  end
  check(status, detail)
end
jit.off(wait_for) -- compiled code looks at no hook

-- Gives what `act` does with a call, which is closed also where that raises, as a hook may in the middle of a wait.
local function with_call(call, act)
  local good, first, second = pcall(act, call)
  call:close()
  if not good then error(first, 0) end
  return first, second
end

--- The next piece of the answer, whole UTF-8 characters; nil at its end.
function Call:read()
  local buffer, size = ffi.new("char[?]", PIECE_BYTES), ffi.new "uint64_t[1]"
  wait_for(self, function(deadline, detail)
    return C.llmb_call_read(self.handle, buffer, PIECE_BYTES, deadline, size, detail)
  end)
  return size[0] > 0 and ffi.string(buffer, size[0]) or nil
end

--- A call is the iterator of its pieces: for piece in call do ... end
function Call:__call() return self:read() end

--- Waits for the end, dropping what was not read, and says what is known of the answer.
function Call:finish()
  local result = ffi.new "llmb_result"
  result.struct_size = ffi.sizeof "llmb_result"
  wait_for(self, function(deadline, detail) return C.llmb_call_finish(self.handle, deadline, result, detail) end)
  return {
    engine = ffi.string(result.engine), fallback = result.fallback == 1, attempts = result.attempts,
    finish_reason = ffi.string(C.llmb_finish_reason_name(result.finish_reason)),
    prompt_tokens = tonumber(result.prompt_tokens), completion_tokens = tonumber(result.completion_tokens),
    queue_ms = result.queue_ms, start_ms = result.start_ms, first_token_ms = result.first_token_ms,
    total_ms = result.total_ms,
  }
end

local function text_of_ended(call, read)
  local text = ffi.new "char *[1]"
  local status = read(call.handle, text)
  if status ~= 0 then error(own_error("not_ready", status, "the answer has not ended"), 0) end
  return owned_string(text[0])
end

--- The functions that the model calls, once the answer has ended: a JSON array of {"id", "name", "arguments"}.
function Call:tool_calls() return text_of_ended(self, C.llmb_call_tool_calls) end

--- What the model thought before its answer, once that has ended; "" for nothing.
function Call:reasoning() return text_of_ended(self, C.llmb_call_reasoning) end

--- Of a call that has ended: how probable its tokens were, as JSON text (llmb_call_logprobs).
function Call:logprobs() return text_of_ended(self, C.llmb_call_logprobs) end

--- Asks the call to end as cancelled; never waits.
function Call:cancel() C.llmb_call_cancel(self.handle) end

--- Frees the call now, rather than when it is collected; cancels it if it has not ended.
function Call:close()
  if self.handle then C.llmb_call_close(ffi.gc(self.handle, nil)) end
  self.handle = nil
end

local function read_vector(call, capacity)
  local buffer, dimension = ffi.new("float[?]", capacity), ffi.new "uint64_t[1]"
  local too_small = false
  wait_for(call, function(deadline, detail)
    local status = C.llmb_call_read_vector(call.handle, buffer, capacity, deadline, dimension, detail)
    too_small = status == INVALID_ARGUMENT and dimension[0] > capacity
    return too_small and OK or status
  end)
  if too_small then return read_vector(call, tonumber(dimension[0])) end
  local vector = {}
  for i = 1, tonumber(dimension[0]) do vector[i] = buffer[i - 1] end
  return vector
end

--- Bridges --------------------------------------------------------------------------------------------------------

local Bridge = {}
Bridge.__index = Bridge

--- Starts an answer; the call is an iterator of its pieces.
function Bridge:stream(prompt, settings)
  if prompt ~= nil or not (settings and settings.messages) then need_text("prompt", prompt) end
  local own = new_settings(settings)
  return new_call(self, function(out, detail)
    return C.llmb_call_start(self.handle, prompt, prompt and #prompt or 0, own, out, detail)
  end)
end

--- The whole answer, and what is known of it (see Call:finish).
function Bridge:ask(prompt, settings)
  return with_call(self:stream(prompt, settings), function(call)
    local pieces = {}
    for piece in call do pieces[#pieces + 1] = piece end
    local result = call:finish()
    return table.concat(pieces), result
  end)
end

local TEXTS_A_CALL_MAX = 4096 -- as many as one call embeds

-- Appends the vectors of list[first] to list[last].
local function embed_share(self, list, first, last, own, vectors)
  local count = last - first + 1
  local pointers, sizes = ffi.new("const char *[?]", count + 1), ffi.new("uint64_t[?]", count + 1)
  for i = first, last do
    local text = need_text("texts[" .. i .. "]", list[i])
    pointers[i - first], sizes[i - first] = text, #text
  end
  local call = new_call(self, function(out, detail)
    return C.llmb_embed_start(self.handle, pointers, sizes, count, own, out, detail)
  end)
  with_call(call, function()
    for _ = 1, count do vectors[#vectors + 1] = read_vector(call, vectors[1] and #vectors[1] or DIMENSION_FIRST) end
  end)
end

--- The vector of a text, or a list of vectors for a list of texts.
function Bridge:embed(texts, settings)
  local list = type(texts) == "table" and texts or { texts }
  local own, vectors, first = new_settings(settings), {}, 1
  repeat
    local last = math.min(first + TEXTS_A_CALL_MAX - 1, #list)
    embed_share(self, list, first, last, own, vectors)
    first = last + 1
  until first > #list
  return type(texts) == "table" and vectors or vectors[1]
end

--- How many tokens the engine's model makes of a text.
function Bridge:count_tokens(text)
  need_text("text", text)
  local call = new_call(self, function(out, detail)
    return C.llmb_count_tokens_start(self.handle, text, #text, out, detail)
  end)
  return with_call(call, function() return call:finish().prompt_tokens end)
end

local function read_all(call)
  return with_call(call, function()
    local pieces = {}
    for piece in call do pieces[#pieces + 1] = piece end
    return table.concat(pieces)
  end)
end

--- The numbers of the tokens that the engine's model makes of a text, those at its ends included.
function Bridge:tokenize(text, settings)
  need_text("text", text)
  local own, tokens = new_settings(settings), {}
  local json = read_all(new_call(self, function(out, detail)
    return C.llmb_tokenize_start(self.handle, text, #text, own, out, detail)
  end))
  for number in json:gmatch "%d+" do tokens[#tokens + 1] = tonumber(number) end
  return tokens
end

--- The text of tokens; control tokens are spelled with special = "parse", else left out.
function Bridge:detokenize(tokens, settings)
  local own, numbers = new_settings(settings), ffi.new("int32_t[?]", #tokens + 1)
  for i, token in ipairs(tokens) do
    if type(token) ~= "number" or token % 1 ~= 0 or math.abs(token) > 0x7fffffff then
      error(own_error("invalid_argument", INVALID_ARGUMENT, ("tokens[%d]: a whole number is needed, not %s"):format(
        i, tostring(token))), 0)
    end
    numbers[i - 1] = token
  end
  return read_all(new_call(self, function(out, detail)
    return C.llmb_detokenize_start(self.handle, numbers, #tokens, own, out, detail)
  end))
end

--- Starts a worker ahead of the first call and waits until its model is loaded. Interrupted, the load goes on.
function Bridge:start()
  local detail, status = new_error(), nil
  repeat
    status = C.llmb_bridge_start(self.handle, C.llmb_deadline_after_ms(SLICE_MS), detail)
  until status ~= DEADLINE_EXCEEDED -- which here is the slice's end: the start itself has a status of its own
  check(status, detail)
end
jit.off(Bridge.start) -- as wait_for

--- Process number of the worker started last, 0 if none runs. For logs, not for signals.
function Bridge:worker_pid()
  local pid = ffi.new "int64_t[1]"
  C.llmb_bridge_worker_pid(self.handle, pid)
  return tonumber(pid[0])
end

--- Ends calls in flight as cancelled, ends the workers and waits for them.
function Bridge:close()
  if self.handle then C.llmb_bridge_close(ffi.gc(self.handle, nil)) end
  self.handle = nil
end

local Scheduler = {}
Scheduler.__index = Scheduler

-- Remembers who waits for which call; the pump reports the token.
function Scheduler:watch(call, task)
  local detail = new_error()
  self.token = self.token + 1
  check(C.llmb_call_watch(call.handle, self.token, detail), detail)
  self.waiting[self.token] = { call = call, task = task }
end

function Scheduler:resume(task)
  local good, result = coroutine.resume(task)
  if not good then error(result, 0) end
  if coroutine.status(task) == "dead" then
    self.tasks[task], self.count = nil, self.count - 1
  elseif result ~= self then
    error("llmbridge: a function of concurrently yielded by itself", 0)
  end
end

function Scheduler:run(handle, functions)
  local tokens, count, detail = ffi.new("uint64_t[?]", NEWS_MAX), ffi.new "uint32_t[1]", new_error()
  for _, act in ipairs(functions) do
    local task = coroutine.create(act)
    self.tasks[task], self.count = true, self.count + 1
    self:resume(task)
  end
  while self.count > 0 do
    check(C.llmb_pump_wait(handle, tokens, NEWS_MAX, C.llmb_deadline_after_ms(SLICE_MS), count, detail), detail)
    for i = 0, count[0] - 1 do
      local token = tonumber(tokens[i])
      local task = self.waiting[token].task
      self.waiting[token] = nil
      self:resume(task)
    end
  end
end

jit.off(Scheduler.run) -- as wait_for

--- Runs functions at once, each in a coroutine of its own; returns when all have ended. The first failure ends it:
-- the calls of the others are closed, and it is raised.
function Bridge:concurrently(functions)
  assert(not self.scheduler, "llmbridge: concurrently runs already")
  local scheduler = setmetatable({ tasks = {}, waiting = {}, count = 0, token = 0 }, Scheduler)
  self.scheduler = scheduler
  local good, problem = pcall(scheduler.run, scheduler, self.handle, functions)
  self.scheduler = nil
  for _, waiter in pairs(scheduler.waiting) do waiter.call:close() end
  if not good then error(problem, 0) end
end

--- The module -----------------------------------------------------------------------------------------------------

local llmbridge = { version = ffi.string(C.llmb_version()) }

--- Opens a bridge: checks settings and environment, starts nothing yet.
function llmbridge.open(settings)
  local own, out, detail = new_settings(settings), ffi.new "llmb_bridge *[1]", new_error()
  check(C.llmb_bridge_open(own, out, detail), detail)
  return setmetatable({ handle = ffi.gc(out[0], C.llmb_bridge_close) }, Bridge)
end

local shared, shared_owner -- the bridge of ask and embed, and the process that opened it

-- A forked child has one of its own.
local function shared_bridge()
  local pid = ffi.C.getpid()
  if shared_owner ~= pid then shared, shared_owner = nil, pid end
  shared = shared or llmbridge.open()
  return shared
end

--- Asks and waits for the whole answer, by a bridge that this Lua state keeps open and the environment configures.
function llmbridge.ask(prompt)
  local answer = shared_bridge():ask(prompt)
  return answer
end

--- Computes a text's embedding, by the same bridge.
function llmbridge.embed(text) return shared_bridge():embed(text) end

--- Ends what ask and embed started; a later call starts afresh.
function llmbridge.shutdown()
  if shared then shared:close() end
  shared = nil
end

--- The table of all settings, as JSON.
function llmbridge.settings_json() return ffi.string(C.llmb_settings_json()) end

return llmbridge
