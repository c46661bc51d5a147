/**
 * llmbridge for C++17: RAII and exceptions over the C API, in this header alone.
 *
 *     std::string answer = llmbridge::ask("Who are you?");
 *
 *     llmbridge::bridge bridge({{"model", "model.gguf"}, {"slots", "8"}});
 *     for (const std::string &piece : bridge.stream("Tell me a story")) std::cout << piece;
 *
 * Every failure is an llmbridge::error, which carries the library's whole error object. A bridge may be used from any
 * number of threads at once; a call belongs to one thread, except call::cancel. A call that is destroyed is cancelled.
 * In a forked child the functions of this namespace start afresh, and a bridge throws `forked`.
 */
#ifndef LLMBRIDGE_HPP
#define LLMBRIDGE_HPP

#if !defined(__cpp_exceptions) && !defined(__EXCEPTIONS) && !defined(_CPPUNWIND)
#error \
    "llmbridge.hpp tells of failures by exceptions: compile without -fno-exceptions, or use the C API, <llmbridge/llmbridge.h>"
#endif

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <llmbridge/llmbridge.h>

namespace llmbridge {

namespace detail {

struct freer {
  void operator()(void *memory) const noexcept {
    llmb_free(memory);
  }
};
using text_pointer = std::unique_ptr<char, freer>;

/** The value of a member, as it stands in an object that the library wrote. Its strings escape every quote, so that
 * `"name":` can only be a member's name. */
inline std::string_view member(std::string_view json, std::string_view name) {
  const std::string key = '"' + std::string(name) + "\":";
  const std::size_t at = json.find(key);
  return at == std::string_view::npos ? std::string_view() : json.substr(at + key.size());
}

inline std::string unescaped(std::string_view value) {
  std::string text;
  if (value.empty() || value[0] != '"') return text;
  for (std::size_t i = 1; i < value.size() && value[i] != '"'; i++) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      text += value[i];
      continue;
    }
    static constexpr std::string_view letters = "nrtbf", meanings = "\n\r\t\b\f";
    const char letter = value[++i];
    const std::size_t known = letters.find(letter);
    if (letter == 'u') { /* the library escapes only control characters in this way */
      text += static_cast<char>(std::strtol(std::string(value.substr(i + 1, 4)).c_str(), nullptr, 16));
      i += 4;
    } else {
      text += known == std::string_view::npos ? letter : meanings[known];
    }
  }
  return text;
}

inline const std::uint8_t *bytes(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t *>(text.data());
}

}  // namespace detail

/** A failure: what happened, when, and how the engine ended. what() is the message. */
class error : public std::runtime_error {
 public:
  explicit error(std::string json)
      : std::runtime_error(detail::unescaped(detail::member(json, "message"))), json_(std::move(json)) {
  }

  llmb_status status() const {
    return static_cast<llmb_status>(number("status"));
  }
  /** The status's name, such as "engine_crashed". */
  std::string code() const {
    return text("code");
  }
  std::string phase() const {
    return text("phase");
  }
  std::string engine() const {
    return text("engine");
  }
  std::string engine_log() const {
    return text("engine_log");
  }
  /** "exit", "signal" or "unknown"; empty if no engine ended. */
  std::string exit_kind() const {
    return text("kind");
  }
  int exit_value() const {
    return static_cast<int>(number("value"));
  }
  int os_code() const {
    return static_cast<int>(number("os_code"));
  }
  int attempts() const {
    return static_cast<int>(number("attempts"));
  }
  double elapsed_ms() const {
    return number("elapsed_ms");
  }
  /** Whether repeating the call cannot do anything twice. */
  bool retry_safe() const {
    return detail::member(json_, "retry_safe").substr(0, 4) == "true";
  }
  /** The whole object, as the library wrote it. */
  const std::string &json() const noexcept {
    return json_;
  }

 private:
  std::string text(std::string_view name) const {
    return detail::unescaped(detail::member(json_, name));
  }
  double number(std::string_view name) const {
    return std::strtod(std::string(detail::member(json_, name)).c_str(), nullptr);
  }

  std::string json_;
};

namespace detail {

/** The library's error struct. Its size is this header's, whatever the library's is. */
struct failure : llmb_error {
  failure() noexcept : llmb_error() {
    struct_size = sizeof(llmb_error);
  }
  void check(llmb_status outcome) const {
    if (outcome == LLMB_OK) return;
    char *json = nullptr;
    if (llmb_error_to_json(this, &json) != LLMB_OK) throw std::bad_alloc();
    throw error(text_pointer(json).get());
  }
};

/** A C string ends at a NUL: what stands behind one would be lost without a word. */
inline void refuse_nul(const std::string &text, const std::string &what, failure &refusal) {
  if (text.find('\0') == std::string::npos) return;
  refusal.status = LLMB_E_INVALID_ARGUMENT;
  refusal.phase = LLMB_PHASE_CONFIGURE;
  refusal.retry_safe = 1;
  std::snprintf(refusal.message, sizeof refusal.message, "%s: there is a NUL in it", what.c_str());
  refusal.check(LLMB_E_INVALID_ARGUMENT);
}

inline void check_simple(std::int32_t outcome, char *json) {
  const text_pointer owner(json);
  if (outcome == LLMB_OK) return;
  if (json == nullptr) throw std::bad_alloc();
  throw error(json);
}

}  // namespace detail

/** Settings by name and text value, as settings.h and llmb_settings_json() tell them. */
class settings {
 public:
  settings() = default;
  settings(std::initializer_list<std::pair<const char *, std::string>> values) {
    for (const auto &[name, value] : values) set(name, value);
  }

  settings &set(const std::string &name, const std::string &value) {
    detail::failure failure;
    detail::refuse_nul(name, "the setting's name", failure);
    detail::refuse_nul(value, name, failure);
    if (!handle_) {
      llmb_settings *made = nullptr;
      failure.check(llmb_settings_create(&made, &failure));
      handle_.reset(made);
    }
    failure.check(llmb_settings_set(handle_.get(), name.c_str(), value.c_str(), &failure));
    return *this;
  }

  const llmb_settings *get() const noexcept {
    return handle_.get();
  }

 private:
  struct closer {
    void operator()(llmb_settings *handle) const noexcept {
      llmb_settings_close(handle);
    }
  };
  std::unique_ptr<llmb_settings, closer> handle_;
};

/** What is known of a call that succeeded. */
struct result : llmb_result {
  result() noexcept : llmb_result() {
    struct_size = sizeof(llmb_result);
  }
  /** "stop", "length", "stop_string" or "tool_calls". */
  const char *finish_reason_name() const noexcept {
    return llmb_finish_reason_name(finish_reason);
  }
};

/** A whole answer. */
struct reply {
  std::string text;
  llmbridge::result result;
};

/** An answer in the making: a range of its pieces, whole UTF-8 characters each. */
class call {
 public:
  /** The next piece; none at the end of the answer. */
  std::optional<std::string> read() {
    detail::failure failure;
    std::string piece(piece_bytes, '\0');
    std::uint64_t size = 0;
    failure.check(llmb_call_read(handle_.get(), reinterpret_cast<std::uint8_t *>(piece.data()), piece.size(),
                                 LLMB_NEVER, &size, &failure));
    if (size == 0) return std::nullopt;
    piece.resize(size);
    return piece;
  }

  /** Asks the call to end as cancelled; never waits. Any thread, while the call object exists. */
  void cancel() noexcept {
    llmb_call_cancel(handle_.get());
  }

  /** Waits for the end, dropping what was not read. */
  llmbridge::result finish() {
    detail::failure failure;
    llmbridge::result result;
    failure.check(llmb_call_finish(handle_.get(), LLMB_NEVER, &result, &failure));
    return result;
  }

  /** Of a call that has ended: how probable its tokens were, as JSON (llmb_call_logprobs); empty before. */
  std::string logprobs() const {
    return text_of(llmb_call_logprobs);
  }

  /** The functions that the model calls, once the answer has ended: a JSON array of {"id", "name", "arguments"}. */
  std::string tool_calls() const {
    return text_of(llmb_call_tool_calls);
  }

  /** What the model thought before its answer, once that has ended; empty for nothing. */
  std::string reasoning() const {
    return text_of(llmb_call_reasoning);
  }

  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string *;
    using reference = const std::string &;

    iterator() = default;
    explicit iterator(call *owner) : owner_(owner) {
      ++*this;
    }
    reference operator*() const {
      return *piece_;
    }
    pointer operator->() const {
      return &*piece_;
    }
    iterator &operator++() {
      piece_ = owner_->read();
      return *this;
    }
    void operator++(int) {
      ++*this;
    }
    bool operator==(const iterator &other) const noexcept {
      return piece_.has_value() == other.piece_.has_value();
    }
    bool operator!=(const iterator &other) const noexcept {
      return !(*this == other);
    }

   private:
    call *owner_ = nullptr;
    std::optional<std::string> piece_;
  };

  iterator begin() {
    return iterator(this);
  }
  iterator end() noexcept {
    return iterator();
  }

 private:
  friend class bridge;
  std::string text_of(llmb_status (*read)(const llmb_call *, char **)) const {
    char *text = nullptr;
    if (read(handle_.get(), &text) != LLMB_OK) throw std::logic_error("the answer has not ended");
    return detail::text_pointer(text).get();
  }

  explicit call(llmb_call *handle) noexcept : handle_(handle) {
  }

  static constexpr std::size_t piece_bytes = 4096;
  struct closer {
    void operator()(llmb_call *handle) const noexcept {
      llmb_call_close(handle);
    }
  };
  std::unique_ptr<llmb_call, closer> handle_;
};

/** One engine configuration with its worker processes. Opening is cheap; the first call starts what it needs. */
class bridge {
 public:
  /** Without settings: what the environment says. */
  explicit bridge(const settings &options = {}) {
    detail::failure failure;
    llmb_bridge *handle = nullptr;
    failure.check(llmb_bridge_open(options.get(), &handle, &failure));
    handle_.reset(handle);
  }

  /** Starts a worker ahead of the first call and waits until its model is loaded. */
  void start() {
    detail::failure failure;
    failure.check(llmb_bridge_start(handle_.get(), LLMB_NEVER, &failure));
  }

  reply ask(std::string_view prompt, const settings &options = {}) {
    detail::failure failure;
    reply reply;
    char *answer = nullptr;
    std::uint64_t size = 0;
    failure.check(llmb_generate(handle_.get(), detail::bytes(prompt), prompt.size(), options.get(), &answer, &size,
                                &reply.result, &failure));
    const detail::text_pointer owner(answer);
    reply.text.assign(answer, size);
    return reply;
  }

  /** Returns without waiting for an engine; the call must not outlive the bridge. */
  call stream(std::string_view prompt, const settings &options = {}) {
    detail::failure failure;
    llmb_call *handle = nullptr;
    failure.check(
        llmb_call_start(handle_.get(), detail::bytes(prompt), prompt.size(), options.get(), &handle, &failure));
    return call(handle);
  }

  /** One vector for each text; they share the engine's work. */
  std::vector<std::vector<float>> embed(const std::vector<std::string> &texts, const settings &options = {}) {
    detail::failure failure;
    std::vector<const std::uint8_t *> pointers;
    std::vector<std::uint64_t> sizes;
    for (const std::string &text : texts) {
      pointers.push_back(detail::bytes(text));
      sizes.push_back(text.size());
    }
    float *numbers = nullptr;
    std::uint64_t dimension = 0;
    failure.check(llmb_embed_texts(handle_.get(), pointers.data(), sizes.data(),
                                   static_cast<std::uint32_t>(texts.size()), options.get(), &numbers, &dimension,
                                   nullptr, &failure));
    const std::unique_ptr<float, detail::freer> owner(numbers);
    std::vector<std::vector<float>> vectors;
    for (std::size_t i = 0; i < texts.size(); i++) {
      vectors.emplace_back(numbers + i * dimension, numbers + (i + 1) * dimension);
    }
    return vectors;
  }

  std::vector<float> embed(std::string_view text, const settings &options = {}) {
    return std::move(embed(std::vector<std::string>{std::string(text)}, options).front());
  }

  /** How many tokens the engine's model makes of a text. */
  std::uint64_t count_tokens(std::string_view text) {
    detail::failure failure;
    std::uint64_t count = 0;
    failure.check(llmb_count_tokens(handle_.get(), detail::bytes(text), text.size(), &count, &failure));
    return count;
  }

  /** The numbers of the tokens that the engine's model makes of a text, those at its ends included. */
  std::vector<std::int32_t> tokenize(std::string_view text, const settings &options = {}) {
    detail::failure failure;
    std::int32_t *tokens = nullptr;
    std::uint64_t count = 0;
    failure.check(
        llmb_tokenize(handle_.get(), detail::bytes(text), text.size(), options.get(), &tokens, &count, &failure));
    const std::unique_ptr<std::int32_t, detail::freer> owner(tokens);
    return {tokens, tokens + count};
  }

  /** The text of tokens; control tokens are spelled with special=parse, else left out. */
  std::string detokenize(const std::vector<std::int32_t> &tokens, const settings &options = {}) {
    detail::failure failure;
    char *text = nullptr;
    std::uint64_t size = 0;
    failure.check(llmb_detokenize(handle_.get(), tokens.data(), tokens.size(), options.get(), &text, &size, &failure));
    const detail::text_pointer owner(text);
    return {text, size};
  }

  /** Process number of the worker started last, 0 if none runs. For logs, not for signals. */
  std::int64_t worker_pid() const {
    std::int64_t pid = 0;
    llmb_bridge_worker_pid(handle_.get(), &pid);
    return pid;
  }

  /** For what this header has no words for: statistics, batches, a JSON-RPC daemon's methods. */
  llmb_bridge *get() const noexcept {
    return handle_.get();
  }

 private:
  struct closer {
    void operator()(llmb_bridge *handle) const noexcept {
      llmb_bridge_close(handle);
    }
  };
  std::unique_ptr<llmb_bridge, closer> handle_;
};

/** Asks and waits for the whole answer, by a bridge that the process shares and the environment configures. */
inline std::string ask(const std::string &prompt) {
  detail::failure failure;
  detail::refuse_nul(prompt, "prompt", failure);
  char *answer = nullptr, *json = nullptr;
  const std::int32_t outcome = llmb_call_llm(prompt.c_str(), &answer, &json);
  detail::check_simple(outcome, json);
  return detail::text_pointer(answer).get();
}

/** Computes a text's embedding, by the same bridge. */
inline std::vector<float> embed(const std::string &text) {
  detail::failure failure;
  detail::refuse_nul(text, "text", failure);
  float *numbers = nullptr;
  std::size_t dimension = 0;
  char *json = nullptr;
  const std::int32_t outcome = llmb_embed(text.c_str(), &numbers, &dimension, &json);
  detail::check_simple(outcome, json);
  const std::unique_ptr<float, detail::freer> owner(numbers);
  return std::vector<float>(numbers, numbers + dimension);
}

/** Ends what ask and embed started; a later call starts afresh. */
inline void shutdown() {
  llmb_shutdown();
}

}  // namespace llmbridge

#endif
