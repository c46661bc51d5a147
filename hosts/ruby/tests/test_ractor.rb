# frozen_string_literal: true

# ruby hosts/ruby/tests/test_ractor.rb, with LLMBRIDGE_LIBRARY set: a Ractor is told that it cannot call.

require_relative "../llmbridge"

Warning[:experimental] = false

def refusal(&call)
  Thread.report_on_exception = false
  Ractor.new(&call).take
  raise "it was not refused"
rescue Ractor::RemoteError => e
  e.cause
end

ENV["LLMBRIDGE_ENGINE"] = "fake"
raise "wrong answer" unless LLMBridge.ask("hello") == "hello"

[-> { refusal { LLMBridge.ask("hello") } },
 -> { refusal { LLMBridge.embed("hello") } },
 -> { refusal { LLMBridge.open(engine: "fake") { |bridge| bridge.ask("hello") } } },
 -> { refusal { LLMBridge.settings } },
 -> { refusal { LLMBridge.shutdown } }].each do |find|
  failure = find.call
  raise failure unless failure.is_a?(LLMBridge::Error)
  raise failure unless failure.message == "unsupported: llmbridge works in the main Ractor only: call it there, or use threads"
end

idle = Ractor.new { Ractor.receive }
raise "wrong answer beside a Ractor" unless LLMBridge.ask("again") == "again"
idle.send(nil)
LLMBridge.shutdown
puts "ok"
