# frozen_string_literal: true

# ruby hosts/ruby/tests/test_tokens.rb, with LLMBRIDGE_LIBRARY set: what is told of tokens.

require_relative "../llmbridge"

LLMBridge.open(engine: "fake") do |bridge|
  tokens = bridge.tokenize("h\u00e9")
  raise tokens.inspect unless tokens == [104, 195, 169]
  raise "not that text again" unless bridge.detokenize(tokens) == "h\u00e9"

  told = bridge.ask("x", logprobs: 1, logit_bias: { "5" => -1 }).logprobs
  raise told.inspect unless told.size == 1 && told[0]["top_logprobs"][0]["logprob"] == -1.25
  raise "told without being asked" unless bridge.ask("x").logprobs.nil?

  [[1.5], [1 << 40]].each do |wrong|
    bridge.detokenize(wrong)
    raise "#{wrong} was taken"
  rescue ArgumentError
    next
  end
end
LLMBridge.shutdown
puts "ok"
