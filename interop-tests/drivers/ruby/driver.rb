# frozen_string_literal: true

# The scenarios of interop-tests/scenarios.json by way of hosts/ruby/llmbridge.rb. Usage: ruby driver.rb SCENARIO

require_relative "../../../hosts/ruby/llmbridge"

$stdout.sync = true

def print_piece(piece)
  puts "piece #{piece.gsub("\n", '\n')}"
end

def error_of
  yield
  abort "it did not fail"
rescue LLMBridge::Error => e
  e
end

SCENARIOS = {
  "answer" => -> { puts "text #{LLMBridge.ask('hello')}" },
  "stream" => lambda {
    reply = LLMBridge.open.stream("hello") { |piece| print_piece(piece) }
    puts "end #{reply.finish_reason}"
  },
  "embed" => lambda {
    vector = LLMBridge.embed("hello")
    puts "dimension #{vector.size}", "equal #{vector == LLMBridge.open.embed('hello')}"
  },
  "deadline" => -> { puts "error #{error_of { LLMBridge.ask('hello') }.code}" },
  "crash" => lambda {
    failure = error_of { LLMBridge.ask("hello") }
    puts "error #{failure.code} #{failure.exit['kind']} #{failure.exit['value']}"
    puts "error #{error_of { LLMBridge.ask('hello') }.code}"
  },
  "bad_input" => lambda {
    puts "error #{error_of { LLMBridge.ask('') }.code}"
    SCENARIOS["answer"].call
  },
  "bad_setting" => lambda {
    failure = error_of { LLMBridge.ask("hello") }
    puts "error #{failure.code}", "names LLMBRIDGE_SLOTS #{failure.message.include?('LLMBRIDGE_SLOTS')}"
  },
  "cancel" => lambda {
    call = LLMBridge.open.stream("hello")
    print_piece(call.read)
    call.cancel
    puts "error #{error_of { call.each { nil } }.code}"
  },
  "many_threads" => lambda {
    items = Queue.new
    50.times { |item| items << "item #{item}" }
    items.close
    right = Queue.new
    asking = Array.new(8) do
      Thread.new { while (prompt = items.pop) do right << prompt if LLMBridge.ask(prompt) == prompt end }
    end
    asking.each(&:join)
    puts "right #{right.size}"
  },
  "children" => lambda {
    child = spawn("sh", "-c", "exit 7")
    text = LLMBridge.ask("hello")
    _, status = Process.wait2(child)
    puts "text #{text}", "child #{status.exitstatus}"
  },
  "exit_in_flight" => lambda {
    bridge = LLMBridge.open
    bridge.stream("hello") do
      puts "worker #{bridge.worker_pid}"
      exit!(0)
    end
  }
}.freeze

SCENARIOS.fetch(ARGV.fetch(0)).call
