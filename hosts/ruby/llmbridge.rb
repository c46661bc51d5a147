# frozen_string_literal: true

# llmbridge for Ruby: this file alone, over Fiddle.
#
#     require "llmbridge"
#     puts LLMBridge.ask("Who are you?")
#
#     LLMBridge.open(model: "model.gguf", slots: 8) do |bridge|
#       bridge.stream("Tell me a story") { |piece| print piece }
#     end
#
# Failures are LLMBridge::Error, or of its classes Cancelled and DeadlineExceeded, and carry the library's whole error
# object. Waiting lets other threads run and can be interrupted: by Timeout, Thread#kill, Ctrl+C. What leaves a stream's
# block early cancels its call. In a forked child the functions of this module start afresh, and a bridge raises `forked`.
# The library is found by LLMBRIDGE_LIBRARY, else beside this file, else by the loader.

require "fiddle"
require "json"

module LLMBridge
  # A failure: code, phase, how the engine ended. to_h is the whole error object.
  class Error < StandardError
    attr_reader :to_h

    def self.from(object)
      kinds = { "cancelled" => Cancelled, "deadline_exceeded" => DeadlineExceeded }
      kinds.fetch(object["code"], Error).new(object)
    end

    def initialize(object)
      @to_h = object
      super("#{object['code']}: #{object['message']}")
    end

    %w[code status phase engine os_code exit retry_safe attempts elapsed_ms engine_log].each do |member|
      define_method(member) { @to_h[member] }
    end
    alias retry_safe? retry_safe
  end

  class Cancelled < Error; end
  class DeadlineExceeded < Error; end

  # A whole answer and what is known of it.
  Reply = Struct.new(:text, :engine, :fallback, :finish_reason, :attempts, :prompt_tokens, :completion_tokens, :queue_ms,
                     :start_ms, :first_token_ms, :total_ms, :logprobs, keyword_init: true) do
    alias_method :to_s, :text
  end

  # The C functions, and memory as they want it.
  module Native
    ABI_VERSION = 1
    INVALID_ARGUMENT = 1
    DEADLINE_EXCEEDED = 5
    UNSUPPORTED = 15
    NOT_READY = 21
    ERROR_BYTES = 8 * 4 + 8 + 32 + 512 + 2048
    RESULT = "L4Q2d4Z32" # llmb_result, as String#unpack reads it
    RESULT_BYTES = 4 * 4 + 2 * 8 + 4 * 8 + 32
    SLICE_MS = 100 # A thread that waits in C hears of interrupts when it comes back from there: how long that may take.

    def self.own_error(code, status, message)
      Error.from({ "code" => code, "status" => status, "message" => message, "phase" => "configure", "exit" => nil })
    end

    # Fiddle's functions and this module's state are the main Ractor's.
    def self.require_main_ractor
      return if !defined?(Ractor) || Ractor.count == 1 || Ractor.current == MAIN_RACTOR

      raise own_error("unsupported", UNSUPPORTED, "llmbridge works in the main Ractor only: call it there, or use threads")
    end

    MAIN_RACTOR = Ractor.current if defined?(Ractor)
    private_constant :MAIN_RACTOR

    def self.load_library
      given = ENV.fetch("LLMBRIDGE_LIBRARY", "")
      names = given.empty? ? [File.join(__dir__, "libllmbridge.so"), "libllmbridge.so.1"] : [given]
      problems = names.map do |name|
        return Fiddle.dlopen(name)
      rescue Fiddle::DLError => e
        e.message
      end
      raise own_error("not_found", 2, "the library cannot be loaded; set LLMBRIDGE_LIBRARY: #{problems.join('; ')}")
    end

    LIBRARY = load_library
    P = Fiddle::TYPE_VOIDP
    I = Fiddle::TYPE_INT
    L = Fiddle::TYPE_LONG_LONG # also uint64_t: the bits are the same

    def self.bind(name, arguments, result = I)
      function = Fiddle::Function.new(LIBRARY["llmb_#{name}"], arguments, result)
      define_singleton_method(name) { |*values| function.call(*values) }
    end

    bind :abi_version, []
    bind :version, [], P
    bind :settings_json, [], P
    bind :deadline_after_ms, [L], L
    bind :finish_reason_name, [I], P
    bind :error_to_json, [P, P]
    bind :settings_create, [P, P]
    bind :settings_set, [P, P, P, P]
    bind :bridge_open, [P, P, P]
    bind :bridge_start, [P, L, P]
    bind :bridge_worker_pid, [P, P]
    bind :bridge_close, [P], Fiddle::TYPE_VOID
    bind :call_start, [P, P, L, P, P, P]
    bind :embed_start, [P, P, P, I, P, P, P]
    bind :count_tokens_start, [P, P, L, P, P]
    bind :tokenize_start, [P, P, L, P, P, P]
    bind :detokenize_start, [P, P, L, P, P, P]
    bind :call_logprobs, [P, P]
    bind :call_read, [P, P, L, L, P, P]
    bind :call_read_vector, [P, P, L, L, P, P]
    bind :call_cancel, [P]
    bind :call_finish, [P, L, P, P]
    bind :call_tool_calls, [P, P]
    bind :call_reasoning, [P, P]
    bind :call_close, [P], Fiddle::TYPE_VOID

    unless abi_version == ABI_VERSION
      raise own_error("protocol_error", 14, "this file is made for ABI #{ABI_VERSION}, the library has #{abi_version}")
    end

    FREE = Fiddle::Function.new(LIBRARY["llmb_free"], [P], Fiddle::TYPE_VOID)
    SETTINGS_CLOSE = Fiddle::Function.new(LIBRARY["llmb_settings_close"], [P], Fiddle::TYPE_VOID)
    BRIDGE_CLOSE = Fiddle::Function.new(LIBRARY["llmb_bridge_close"], [P], Fiddle::TYPE_VOID)
    CALL_CLOSE = Fiddle::Function.new(LIBRARY["llmb_call_close"], [P], Fiddle::TYPE_VOID)

    # Memory that Ruby frees when it is collected.
    def self.memory(bytes)
      pointer = Fiddle::Pointer.malloc(bytes, Fiddle::RUBY_FREE)
      pointer[0, bytes] = "\0" * bytes
      pointer
    end

    def self.integer(pointer)
      pointer[0, 8].unpack1("Q")
    end

    def self.new_error
      error = memory(ERROR_BYTES)
      error[0, 4] = [ERROR_BYTES].pack("L")
      error
    end

    # Runs a function whose last argument is an error; raises what it says.
    def self.check(error = new_error)
      status = yield error
      raise failure(error) unless status.zero?
    end

    def self.failure(error)
      out = memory(Fiddle::SIZEOF_VOIDP)
      raise NoMemoryError unless error_to_json(error, out).zero?

      Error.from(JSON.parse(Fiddle::Pointer.new(integer(out), 0, FREE).to_s.force_encoding(Encoding::UTF_8)))
    end

    # The text that a function hands over.
    def self.owned_text
      out = memory(Fiddle::SIZEOF_VOIDP)
      status = yield out
      raise own_error("not_ready", NOT_READY, "the answer has not ended, or the call is closed") unless status.zero?

      Fiddle::Pointer.new(integer(out), 0, FREE).to_s.force_encoding(Encoding::UTF_8)
    end

    # Makes a handle; it is closed by `close` when it is collected. Not interrupted, or it might be nobody's.
    def self.create(close)
      out = memory(Fiddle::SIZEOF_VOIDP)
      Thread.handle_interrupt(Object => :never) do
        check { |error| yield out, error }
        Fiddle::Pointer.new(integer(out), 0, close)
      end
    end

    # Waits in slices, between which Ruby interrupts the thread if it is to be.
    def self.wait(not_yet = NOT_READY)
      error = new_error
      loop do
        status = yield deadline_after_ms(SLICE_MS), error
        return if status.zero?
        raise failure(error) unless status == not_yet
      end
    end

    # Lists and hashes become JSON, as `stop`, `messages` and `json_schema` want them; true and false are on and off.
    def self.setting_text(name, value)
      text = case value
             when true, false
               name.to_s == "json_schema" ? value.to_s : { true => "on", false => "off" }[value]
             when Array, Hash then JSON.generate(value)
             else value.to_s
             end
      raise own_error("invalid_argument", INVALID_ARGUMENT, "#{name}: there is a NUL in it") if text.include?("\0")

      text
    end

    def self.settings(values)
      return nil if values.empty?

      settings = create(SETTINGS_CLOSE) { |out, error| settings_create(out, error) }
      values.each do |name, value|
        raise own_error("invalid_argument", INVALID_ARGUMENT, "a setting's name has a NUL in it") if name.to_s.include?("\0")

        check { |error| settings_set(settings, name.to_s, setting_text(name, value), error) }
      end
      settings
    end
  end

  # A call in flight: read its pieces, cancel it. Belongs to one thread at a time, except cancel.
  class Call
    include Enumerable

    PIECE_BYTES = 4096
    DIMENSION_FIRST = 4096 # What a vector's buffer holds before its dimension is known.

    def initialize(bridge, handle)
      @bridge = bridge # which must not be collected before its calls
      @handle = handle
      @lock = Mutex.new
    end

    # The next piece of the answer, whole characters; nil at its end.
    def read
      buffer = Native.memory(PIECE_BYTES)
      size = Native.memory(8)
      Native.wait { |deadline, error| Native.call_read(@handle, buffer, PIECE_BYTES, deadline, size, error) }
      bytes = Native.integer(size)
      bytes.zero? ? nil : buffer[0, bytes].force_encoding(Encoding::UTF_8)
    end

    def each
      return to_enum unless block_given?

      while (piece = read)
        yield piece
      end
      self
    end

    # Waits for the end, dropping what was not read: a Reply without text.
    def finish
      result = Native.memory(Native::RESULT_BYTES)
      result[0, 4] = [Native::RESULT_BYTES].pack("L")
      Native.wait { |deadline, error| Native.call_finish(@handle, deadline, result, error) }
      _, reason, fallback, attempts, prompt, completion, queue, start, first, total, engine =
        result[0, Native::RESULT_BYTES].unpack(Native::RESULT)
      Reply.new(engine: engine, fallback: fallback == 1, finish_reason: Native.finish_reason_name(reason).to_s,
                attempts: attempts, prompt_tokens: prompt, completion_tokens: completion, queue_ms: queue,
                start_ms: start, first_token_ms: first, total_ms: total, logprobs: logprobs)
    end

    # How probable each token of the answer was, where the setting logprobs asked for it; else nil.
    def logprobs
      json = Native.owned_text { |out| Native.call_logprobs(@handle, out) }
      json == "[]" ? nil : JSON.parse(json)
    end
    private :logprobs

    # The functions that the model calls, once the answer has ended: hashes with id, name and arguments.
    def tool_calls
      JSON.parse(Native.owned_text { |out| Native.call_tool_calls(@handle, out) }, max_nesting: 1024)
    end

    # What the model thought before its answer, once that has ended; "" for nothing.
    def reasoning
      Native.owned_text { |out| Native.call_reasoning(@handle, out) }
    end

    # The next vector of an embedding call.
    def read_vector(capacity = DIMENSION_FIRST)
      buffer = Native.memory(capacity * Fiddle::SIZEOF_FLOAT)
      dimension = Native.memory(8)
      too_small = false
      Native.wait do |deadline, error|
        status = Native.call_read_vector(@handle, buffer, capacity, deadline, dimension, error)
        too_small = status == Native::INVALID_ARGUMENT && Native.integer(dimension) > capacity
        too_small ? 0 : status
      end
      count = Native.integer(dimension)
      too_small ? read_vector(count) : buffer[0, count * Fiddle::SIZEOF_FLOAT].unpack("f*")
    end

    # Asks the call to end as cancelled; never waits. Any thread.
    def cancel
      @lock.synchronize { Native.call_cancel(@handle) if @handle }
      nil
    end

    # Frees the call now, rather than when it is collected; cancels it if it has not ended.
    def close
      @lock.synchronize do
        next unless @handle

        @handle.free = nil
        Native.call_close(@handle)
        @handle = nil
      end
    end
  end

  # One engine configuration with its worker processes. Opening is cheap; the first call starts what it needs. Any number
  # of threads may use it at once.
  class Bridge
    def initialize(**settings)
      Native.require_main_ractor
      own = Native.settings(settings)
      @handle = Native.create(Native::BRIDGE_CLOSE) { |out, error| Native.bridge_open(own, out, error) }
      @lock = Mutex.new
    end

    # Yields the pieces of the answer as they come and returns the Reply; what leaves the block cancels the call. Without
    # a block, the Call.
    def stream(prompt, **settings, &block)
      text = prompt.encode(Encoding::UTF_8)
      own = Native.settings(settings)
      call = start_call { |handle, out, error| Native.call_start(handle, text, text.bytesize, own, out, error) }
      return call unless block

      begin
        call.each(&block)
        call.finish
      ensure
        call.close
      end
    end

    # The whole answer, as a Reply.
    def ask(prompt, **settings)
      text = +""
      reply = stream(prompt, **settings) { |piece| text << piece }
      reply.text = text
      reply
    end

    TEXTS_A_CALL_MAX = 4096 # as many as one call embeds
    private_constant :TEXTS_A_CALL_MAX

    # The vector of a text, or a list of vectors for a list of texts, which share the engine's work.
    def embed(texts, **settings)
      list = Array(texts).map { |text| text.encode(Encoding::UTF_8) }
      shares = list.empty? ? [list] : list.each_slice(TEXTS_A_CALL_MAX)
      vectors = shares.flat_map { |share| embed_share(share, settings) }
      texts.is_a?(Array) ? vectors : vectors.first
    end

    def embed_share(list, settings)
      pointers = list.map { |text| Fiddle::Pointer[text].to_i }.pack("Q*")
      sizes = list.map(&:bytesize).pack("Q*")
      own = Native.settings(settings)
      call = start_call { |handle, *out| Native.embed_start(handle, pointers, sizes, list.size, own, *out) }
      list.map { call.read_vector }
    ensure
      call&.close
    end
    private :embed_share

    # How many tokens the engine's model makes of a text.
    def count_tokens(text)
      text = text.encode(Encoding::UTF_8)
      call = start_call { |handle, *out| Native.count_tokens_start(handle, text, text.bytesize, *out) }
      call.finish.prompt_tokens
    ensure
      call&.close
    end

    # The numbers of the tokens that the engine's model makes of a text, those at its ends included.
    def tokenize(text, **settings)
      text = text.encode(Encoding::UTF_8)
      own = Native.settings(settings)
      JSON.parse(read_all { |handle, *out| Native.tokenize_start(handle, text, text.bytesize, own, *out) })
    end

    # The text of tokens; control tokens are spelled with special: "parse", else left out.
    def detokenize(tokens, **settings)
      wrong = tokens.find { |token| !token.is_a?(Integer) || token.abs > 0x7fffffff }
      raise ArgumentError, "tokens: a whole number is needed, not #{wrong.inspect}" unless wrong.nil?

      own = Native.settings(settings)
      numbers = tokens.pack("l*")
      read_all { |handle, *out| Native.detokenize_start(handle, numbers, tokens.size, own, *out) }
    end

    def read_all(&start)
      call = start_call(&start)
      text = +""
      call.each { |piece| text << piece }
      text
    ensure
      call&.close
    end
    private :read_all

    # Starts a worker ahead of the first call and waits until its model is loaded.
    def start
      Native.wait(Native::DEADLINE_EXCEEDED) do |deadline, error|
        with_handle { |handle| Native.bridge_start(handle, deadline, error) }
      end
    end

    # Process number of the worker started last, 0 if none runs. For logs, not for signals.
    def worker_pid
      pid = Native.memory(8)
      with_handle { |handle| Native.bridge_worker_pid(handle, pid) }
      Native.integer(pid)
    end

    # Ends calls in flight as cancelled, ends the workers and waits for them.
    def close
      @lock.synchronize do
        next unless @handle

        @handle.free = nil
        Native.bridge_close(@handle)
        @handle = nil
      end
    end

    private

    # Starting never waits for an engine, so closing may wait for it.
    def start_call
      handle = Native.create(Native::CALL_CLOSE) do |out, error|
        with_handle { |bridge| yield bridge, out, error }
      end
      Call.new(self, handle)
    end

    def with_handle
      @lock.synchronize do
        raise Native.own_error("cancelled", 6, "the bridge is closed") unless @handle

        yield @handle
      end
    end
  end

  QUEUE = 4096 # calls, where the environment does not say: whoever calls made no bridge that could
  private_constant :QUEUE

  @lock = Mutex.new

  class << self
    # Opens a bridge: checks settings and environment, starts nothing yet. With a block, closes it behind that.
    def open(**settings)
      bridge = Bridge.new(**settings)
      return bridge unless block_given?

      begin
        yield bridge
      ensure
        bridge.close
      end
    end

    # Asks and waits for the whole answer, by a bridge that the process shares and the environment configures.
    def ask(prompt)
      shared.ask(prompt).text
    end

    # Computes a text's embedding, or a list of them for a list of texts, by the same bridge.
    def embed(texts)
      shared.embed(texts)
    end

    # Ends what ask and embed started; a later call starts afresh.
    def shutdown
      Native.require_main_ractor
      bridge = @lock.synchronize do
        ended = @shared if @owner == Process.pid
        @shared = nil
        ended
      end
      bridge&.close
    end

    # The table of all settings.
    def settings
      Native.require_main_ractor
      JSON.parse(Native.settings_json.to_s)["settings"]
    end

    private

    # A forked child has one of its own.
    def shared
      Native.require_main_ractor
      @lock.synchronize do
        @shared = nil unless @owner == Process.pid
        @owner = Process.pid
        @shared ||= ENV["LLMBRIDGE_QUEUE"].to_s.empty? ? Bridge.new(queue: QUEUE) : Bridge.new
      end
    end
  end

  VERSION = Native.version.to_s
end
