# frozen_string_literal: true

# ruby hosts/ruby/tests/test_schema.rb, with LLMBRIDGE_LIBRARY set: a schema is a text or a Hash.

require_relative "../llmbridge"

schema = { type: "object", properties: { age: { type: "integer" } }, required: ["age"] }
LLMBridge.open(engine: "fake", command: 'say {"age": 7}') do |bridge|
  [schema, JSON.generate(schema), true].each do |given|
    answer = bridge.ask("x", json_schema: given).to_s
    raise "#{given.inspect}: #{answer}" unless answer == '{"age": 7}'
  end
  begin
    bridge.ask("x", json_schema: { type: "string" }, schema_retries: 0)
    raise "an object was taken for a string"
  rescue LLMBridge::Error => e
    raise e unless e.message.start_with?("output_invalid")
  end
end
LLMBridge.shutdown
puts "ok"
