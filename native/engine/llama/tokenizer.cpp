#include "engine/llama/tokenizer.hpp"

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>

#include "engine/llama/failure.hpp"
#include "engine/llama/model.hpp"
#include "engine/llama/special_split.hpp"

namespace llama_engine {
namespace {

// A shorter text is divided where it is asked for: not even its recursion fills a small stack.
constexpr size_t shallow_text_bytes = 2048;
// What a pre-tokenizer's regular expression takes of the stack for a character, at most: 352 were
// measured.
constexpr size_t stack_bytes_per_character = 384;

[[noreturn]] void refuse_length(const std::string &tokens, uint32_t context) {
  throw failure(LLMB_E_CONTEXT_FULL, LLMB_PHASE_PROMPT,
                "the prompt has " + tokens + " tokens, the context " + std::to_string(context));
}

}  // namespace

tokenizer::tokenizer(const llama_vocab *vocab, std::function<void()> waiting)
    : vocab_(vocab), waiting_(std::move(waiting)) {
}

const control_text &tokenizer::controls() {
  if (!controls_) controls_.emplace(vocab_);
  return *controls_;
}

bool tokenizer::is_control(llama_token token) const {
  return (llama_vocab_get_attr(vocab_, token) & LLAMA_TOKEN_ATTR_CONTROL) != 0;
}

std::vector<llama_token> tokenizer::marks(const std::vector<std::string> &texts) const {
  std::vector<llama_token> found;
  for (const std::string &text : texts) {
    for (llama_token token : divide(text, false, true)) {
      if (is_control(token) && !llama_vocab_is_eog(vocab_, token)) found.push_back(token);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void tokenizer::run_deep(const std::function<void()> &job) {
  deep_.run(job, waiting_);
}

token_texts tokenizer::texts() {
  token_texts texts;
  texts.is_control = [this](llama_token token) { return is_control(token); };
  texts.append = [this](llama_token token, std::string &out) {
    size_t before = out.size();
    bool is_odd = (llama_vocab_get_attr(vocab_, token) & (LLAMA_TOKEN_ATTR_UNKNOWN | LLAMA_TOKEN_ATTR_UNUSED)) != 0;
    token_append_text(vocab_, token, out);
    return !is_odd && out.size() > before;
  };
  texts.divide = [this](const std::string &text) {
    return finish(text.size(), UINT32_MAX, [&] { return divide(text, false, false); });
  };
  return texts;
}

std::vector<llama_token> tokenizer::divide(std::string_view text, bool add_ends, bool parse) const {
  std::vector<llama_token> tokens(text.size() + 8);
  int32_t size = static_cast<int32_t>(text.size());
  int32_t count =
      llama_tokenize(vocab_, text.data(), size, tokens.data(), static_cast<int32_t>(tokens.size()), add_ends, parse);
  if (count < 0 && count != INT32_MIN) {
    tokens.resize(static_cast<size_t>(-count));
    count = llama_tokenize(vocab_, text.data(), size, tokens.data(), -count, add_ends, parse);
  }
  if (count < 0) throw failure(LLMB_E_CONTEXT_FULL, LLMB_PHASE_PROMPT, "the prompt has too many tokens to count");
  tokens.resize(static_cast<size_t>(count));
  return tokens;
}

const tokenizer::ends &tokenizer::wanted_ends() {
  if (ends_) return *ends_;
  ends made;
  for (llama_token token : divide("", true, false)) {
    bool is_front =
        made.front.empty() && (llama_vocab_get_add_bos(vocab_) || llama_vocab_type(vocab_) == LLAMA_VOCAB_TYPE_WPM);
    (is_front ? made.front : made.back).push_back(token);
  }
  ends_ = made;
  return *ends_;
}

// A control token's spelling without the token: as bytes where the vocabulary has them, else character by character.
void tokenizer::append_spelled(llama_token token, std::vector<llama_token> &out) const {
  std::vector<llama_token> bytes(256, LLAMA_TOKEN_NULL);
  for (llama_token one = 0; one < llama_vocab_n_tokens(vocab_); one++) {
    unsigned byte = 0;
    bool is_byte = (llama_vocab_get_attr(vocab_, one) & LLAMA_TOKEN_ATTR_BYTE) != 0 &&
                   std::sscanf(llama_vocab_get_text(vocab_, one), "<0x%2X>", &byte) == 1;
    if (is_byte) bytes[byte & 0xff] = one;
  }
  std::string_view text = llama_vocab_get_text(vocab_, token);
  for (char character : text) {
    llama_token byte = bytes[static_cast<uint8_t>(character)];
    if (byte != LLAMA_TOKEN_NULL) {
      out.push_back(byte);
      continue;
    }
    for (llama_token one : divide({&character, 1}, false, false)) {
      if (!is_control(one)) out.push_back(one);
    }
  }
}

// Some tokenizers put pieces of plain text together until they are the text of a control token.
std::vector<llama_token> tokenizer::divide_as_text(std::string_view text, bool add_ends) {
  std::vector<llama_token> tokens = divide(text, add_ends, false);
  size_t begin = add_ends ? wanted_ends().front.size() : 0;
  size_t end = tokens.size() - std::min(tokens.size(), add_ends ? wanted_ends().back.size() : 0);
  auto is_spelled = [&](llama_token token) {
    return is_control(token) && text.find(llama_vocab_get_text(vocab_, token)) != std::string_view::npos;
  };
  auto last = tokens.begin() + static_cast<ptrdiff_t>(end);
  if (begin >= end || std::none_of(tokens.begin() + static_cast<ptrdiff_t>(begin), last, is_spelled)) return tokens;
  std::vector<llama_token> out;
  for (size_t i = 0; i < tokens.size(); i++) {
    if (i >= begin && i < end && is_spelled(tokens[i])) {
      append_spelled(tokens[i], out);
    } else {
      out.push_back(tokens[i]);
    }
  }
  return out;
}

std::vector<llama_token> tokenizer::divide_guarded(std::string_view prompt, const text_guard &guard) {
  if (!guard.hides_in(prompt)) return divide(prompt, true, true);
  std::vector<llama_token> tokens = wanted_ends().front;
  for (const prompt_part &part : special_split(vocab_, prompt)) {
    if (part.token != LLAMA_TOKEN_NULL) {
      tokens.push_back(part.token);
      continue;
    }
    std::vector<llama_token> more = divide_as_text(guard.shown(part.text), false);
    tokens.insert(tokens.end(), more.begin(), more.end());
  }
  tokens.insert(tokens.end(), wanted_ends().back.begin(), wanted_ends().back.end());
  return tokens;
}

// Some tokenizers begin a text, and what stands behind a control token, with a blank that is not in it.
bool tokenizer::adds_blank() {
  if (adds_blank_) return *adds_blank_;
  std::string text;
  for (llama_token token : divide("a", false, false)) token_append_text(vocab_, token, text);
  adds_blank_ = text == " a";
  return *adds_blank_;
}

std::string tokenizer::text(const std::vector<llama_token> &tokens, specials special) {
  std::string out;
  // Tokens without what stands before every text are a part of one.
  const std::vector<llama_token> &front = wanted_ends().front;
  bool begins = front.empty() || (!tokens.empty() && tokens.front() == front.front());
  for (llama_token token : tokens) {
    size_t before = out.size();
    bool is_spelled = is_control(token);
    if (!is_spelled || special == specials::parsed) token_append_text(vocab_, token, out, is_spelled);
    if (begins && !is_spelled && adds_blank() && out.size() > before && out[before] == ' ') out.erase(before, 1);
    begins = is_spelled;
  }
  return out;
}

void tokenizer::check_size(std::string_view text, uint32_t context) {
  if (text.size() > context) {
    if (!bounds_) bounds_.emplace(vocab_);
    uint64_t least = bounds_->tokens_least(text);
    if (least > context) refuse_length("at least " + std::to_string(least), context);
  }
  if (text.size() > INT32_MAX) throw failure(LLMB_E_CONTEXT_FULL, LLMB_PHASE_PROMPT, "the prompt exceeds 2 GiB");
  uint64_t allowed = deep_.stack_bytes() / stack_bytes_per_character;
  if (llama_vocab_type(vocab_) != LLAMA_VOCAB_TYPE_BPE || text.size() <= allowed) return;
  uint64_t unbroken = unbroken_size(text);
  if (unbroken <= allowed) return;
  throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_PROMPT,
                "the prompt has " + std::to_string(unbroken) +
                    " bytes without a break between words; this model's tokenizer takes " + std::to_string(allowed));
}

std::vector<llama_token> tokenizer::finish(size_t text_size, uint32_t context,
                                           const std::function<std::vector<llama_token>()> &division) {
  std::vector<llama_token> tokens;
  if (text_size <= shallow_text_bytes) {
    tokens = division();
  } else {
    deep_.run([&] { tokens = division(); }, waiting_);
  }
  if (tokens.size() > context) refuse_length(std::to_string(tokens.size()), context);
  return tokens;
}

std::vector<llama_token> tokenizer::tokens(std::string_view text, specials special, uint32_t context) {
  check_size(text, context);
  return finish(text.size(), context,
                [&] { return special == specials::parsed ? divide(text, true, true) : divide_as_text(text, true); });
}

std::vector<llama_token> tokenizer::tokens(std::string_view prompt, const text_guard &guard, uint32_t context) {
  check_size(prompt, context);
  return finish(prompt.size(), context, [&] { return divide_guarded(prompt, guard); });
}

}  // namespace llama_engine
