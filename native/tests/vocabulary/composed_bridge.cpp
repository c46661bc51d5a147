#include "tests/vocabulary/composed_bridge.hpp"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "tests/vocabulary/composed_model.hpp"
#include "engine/llama/prompt_chunks.hpp"

namespace composed {
namespace {

constexpr size_t answer_tokens = 12;
constexpr uint64_t deadline_ms = 60000;

struct settings_deleter {
  void operator()(llmb_settings *settings) const {
    llmb_settings_close(settings);
  }
};
using settings_ptr = std::unique_ptr<llmb_settings, settings_deleter>;

struct context_deleter {
  void operator()(llama_context *context) const {
    llama_free(context);
  }
};

settings_ptr settings_make(std::initializer_list<std::pair<const char *, std::string>> pairs) {
  llmb_error error;
  llmb_error_init(&error);
  llmb_settings *settings = nullptr;
  if (llmb_settings_create(&settings, &error) != LLMB_OK) throw std::runtime_error(error.message);
  settings_ptr owner(settings);
  for (const auto &[name, value] : pairs) {
    if (name == nullptr) continue;
    if (llmb_settings_set(settings, name, value.c_str(), &error) != LLMB_OK) throw std::runtime_error(error.message);
  }
  return owner;
}

void decode(llama_context *context, std::vector<llama_token> tokens) {
  if (llama_decode(context, llama_batch_get_one(tokens.data(), static_cast<int32_t>(tokens.size()))) != 0) {
    throw std::runtime_error("llama_decode failed");
  }
}

}  // namespace

pair::pair(const std::filesystem::path &vocabulary, const std::string &chat_template)
    : file_(std::filesystem::temp_directory_path() / ("llmbridge-composed-" + std::to_string(getpid()) + ".gguf")) {
  write(vocabulary, chat_template, file_);
  model_.reset(llama_model_load_from_file(file_.c_str(), llama_model_default_params()));
  llmb_error error;
  llmb_error_init(&error);
  // Chunks: whatever was asked before, an answer is the one that the prompt has by itself. Compared is all that is
  // said.
  settings_ptr settings = settings_make({{"model", file_.string()},
                                         {"threads", "1"},
                                         {"context", "4096"},
                                         {"slots", "1"},
                                         {"prefix_reuse", "chunks"},
                                         {"reasoning", "include"}});
  if (model_ == nullptr || llmb_bridge_open(settings.get(), &bridge_, &error) != LLMB_OK) {
    throw std::runtime_error(file_.string() + " does not open: " + error.message);
  }
}

pair::~pair() {
  llmb_bridge_close(bridge_);
  std::filesystem::remove(file_);
}

int64_t pair::count(const std::string &text) const {
  llmb_error error;
  llmb_error_init(&error);
  uint64_t count = 0;
  llmb_status status =
      llmb_count_tokens(bridge_, reinterpret_cast<const uint8_t *>(text.data()), text.size(), &count, &error);
  return status == LLMB_OK ? static_cast<int64_t>(count) : -1;
}

answer pair::ask(const std::string &prompt, const char *name, const std::string &value) const {
  llmb_error error;
  llmb_error_init(&error);
  answer out;
  settings_ptr settings = settings_make({{"max_tokens", std::to_string(answer_tokens)}, {name, value}});
  llmb_call *call = nullptr;
  out.status = llmb_call_start(bridge_, reinterpret_cast<const uint8_t *>(prompt.data()), prompt.size(), settings.get(),
                               &call, &error);
  const uint64_t deadline_ns = llmb_deadline_after_ms(deadline_ms);
  for (uint64_t size = 1; out.status == LLMB_OK && size > 0;) {
    char piece[1024];
    out.status = llmb_call_read(call, reinterpret_cast<uint8_t *>(piece), sizeof piece, deadline_ns, &size, &error);
    if (out.status == LLMB_OK) out.text.append(piece, size);
  }
  llmb_result result;
  llmb_result_init(&result);
  if (out.status == LLMB_OK) out.status = llmb_call_finish(call, deadline_ns, &result, &error);
  out.prompt_tokens = result.prompt_tokens;
  if (out.status != LLMB_OK) out.problem = error.message;
  llmb_call_close(call);
  return out;
}

std::string pair::continuation(const std::vector<llama_token> &tokens) const {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = 4096;
  params.n_threads = params.n_threads_batch = 1;
  std::unique_ptr<llama_context, context_deleter> context(llama_init_from_model(model_.get(), params));
  if (context == nullptr) throw std::runtime_error("no context can be made");
  for (size_t first = 0, end = 0; first < tokens.size(); first = end) {
    end = std::min<size_t>(llama_engine::prompt_chunk_end(static_cast<uint32_t>(first)), tokens.size());
    decode(context.get(),
           {tokens.begin() + static_cast<ptrdiff_t>(first), tokens.begin() + static_cast<ptrdiff_t>(end)});
  }
  std::string text;
  for (size_t said = 0; said < answer_tokens; said++) {
    const float *logits = llama_get_logits_ith(context.get(), -1);
    auto next = static_cast<llama_token>(std::max_element(logits, logits + llama_vocab_n_tokens(vocab())) - logits);
    char piece[256];
    text.append(piece,
                static_cast<size_t>(std::max(llama_token_to_piece(vocab(), next, piece, sizeof piece, 0, false), 0)));
    decode(context.get(), {next});
  }
  return text;
}

std::vector<llama_token> pair::tokens(const std::string &text, bool add_special, bool parse_special) const {
  std::vector<llama_token> tokens(text.size() + 8);
  int32_t count = llama_tokenize(vocab(), text.data(), static_cast<int32_t>(text.size()), tokens.data(),
                                 static_cast<int32_t>(tokens.size()), add_special, parse_special);
  tokens.resize(static_cast<size_t>(std::max(count, 0)));
  return tokens;
}

}  // namespace composed
