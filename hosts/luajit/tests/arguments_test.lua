-- luajit hosts/luajit/tests/arguments_test.lua, with LLMBRIDGE_LIBRARY set: what is no text is named.

package.path = arg[0]:gsub("tests/[^/]*$", "?.lua") .. ";" .. package.path
local llmbridge = require "llmbridge"

local function check_refused(wanted, call, ...)
  local fine, failure = pcall(call, ...)
  assert(not fine, wanted)
  assert(type(failure) == "table" and failure.code == "invalid_argument", tostring(failure))
  assert(failure.message == wanted, failure.message)
end

local bridge = llmbridge.open { engine = "fake" }
check_refused("prompt: a string is needed, not nil", bridge.ask, bridge, nil)
check_refused("prompt: a string is needed, not nil", bridge.stream, bridge, nil, { max_tokens = 5 })
check_refused("prompt: a string is needed, not number", bridge.ask, bridge, 5)
check_refused("prompt: a string is needed, not table", bridge.ask, bridge, {})
check_refused("texts[1]: a string is needed, not boolean", bridge.embed, bridge, true)
check_refused("texts[2]: a string is needed, not number", bridge.embed, bridge, { "one", 2 })
check_refused("text: a string is needed, not nil", bridge.count_tokens, bridge)
check_refused("prompt: a string is needed, not nil", llmbridge.ask)
check_refused("texts[1]: a string is needed, not number", llmbridge.embed, 5)
check_refused("text: a string is needed, not nil", bridge.tokenize, bridge)
check_refused("tokens[1]: a whole number is needed, not 1.5", bridge.detokenize, bridge, { 1.5 })
assert(table.concat(bridge:tokenize "h\195\169", " ") == "104 195 169")
assert(bridge:detokenize { 104, 195, 169 } == "h\195\169")
local odds = bridge:stream("hello", { logprobs = 0, logit_bias = { ["5"] = -1 } })
odds:finish()
assert(odds:logprobs():find('"token":"piece 1"', 1, true))
odds:close()
assert(bridge:ask "hello" == "hello")
assert(type(bridge:ask(nil, { messages = '[{"role":"user","content":"hello"}]' })) == "string")
bridge:close()

local said = llmbridge.open { engine = "fake", command = 'say {"age": 7, "tags": ["a"]}' }
local schema = {
  type = "object", required = { "age" },
  properties = { age = { type = "integer", minimum = 0 }, tags = { type = "array", items = { enum = { "a", "b" } } } },
}
assert(said:ask("x", { json_schema = schema }) == '{"age": 7, "tags": ["a"]}')
local fine, failure = pcall(said.ask, said, "x", { json_schema = { type = "string" }, schema_retries = 0 })
assert(not fine and failure.code == "output_invalid", tostring(failure))
check_refused("json_schema: no JSON is a function", said.ask, said, "x", { json_schema = { type = print } })
said:close()
print "ok"
