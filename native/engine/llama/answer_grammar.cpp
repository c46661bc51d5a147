#include "engine/llama/answer_grammar.hpp"

#include <algorithm>

#include "engine/grammar/gbnf.hpp"
#include "engine/grammar/schema_grammar.hpp"
#include "engine/llama/failure.hpp"
#include "engine/llama/model.hpp"

namespace llama_engine {
namespace {

constexpr size_t grammars_known_max = 4;

std::vector<std::string> texts_of(const llama_vocab *vocab, const std::vector<llama_token> &kept) {
  std::vector<std::string> texts(static_cast<size_t>(llama_vocab_n_tokens(vocab)));
  for (llama_token token = 0; token < llama_vocab_n_tokens(vocab); token++) {
    bool is_text = !llama_vocab_is_control(vocab, token) && !llama_vocab_is_eog(vocab, token);
    if (is_text) token_append_text(vocab, token, texts[static_cast<size_t>(token)]);
  }
  for (llama_token token : kept) token_append_text(vocab, token, texts[static_cast<size_t>(token)], true);
  return texts;
}

grammars::grammar read(const char *text) {
  try {
    return grammars::gbnf_read(text);
  } catch (const grammars::grammar_error &error) {
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, std::string("grammar: ") + error.what());
  }
}

}  // namespace

grammar_vocabulary::grammar_vocabulary(const llama_vocab *vocab, const std::vector<llama_token> &kept)
    : texts(texts_of(vocab, kept)), sorted(texts) {
  for (llama_token token = 0; token < llama_vocab_n_tokens(vocab); token++) {
    if (llama_vocab_is_eog(vocab, token)) ends.push_back(token);
  }
}

bool answer_grammar::is_possible(const std::function<bool()> &work) {
  if (is_given_up_) return true;
  try {
    return work();
  } catch (const grammars::grammar_too_large &error) {
    if (known_->is_of_caller) {
      throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_GENERATE, std::string("grammar: ") + error.what());
    }
  }
  give_up();
  return true;
}

void answer_grammar::give_up() {
  is_given_up_ = true;
  constrained = LLMB_CONSTRAINED_NONE;
}

void answer_grammar::expect(llama_token token) {
  if (allows(token)) return;
  if (known_->is_of_caller) {
    throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, "the answer so far does not follow its grammar");
  }
  give_up();
}

answer_grammar::answer_grammar(std::shared_ptr<known_grammar> known,
                               std::shared_ptr<const grammar_vocabulary> vocabulary, std::function<void()> watch)
    : constrained(known->is_full ? LLMB_CONSTRAINED_FULL : LLMB_CONSTRAINED_PARTIAL),
      known_(std::move(known)),
      vocabulary_(std::move(vocabulary)),
      watch_(std::move(watch)),
      state_(known_->places) {
}

bool answer_grammar::allows(llama_token token) {
  const std::string &text = vocabulary_->texts[static_cast<size_t>(token)];
  if (is_given_up_) return true;
  if (!text.empty()) return is_possible([&] { return state_.allows(text.data(), text.size(), &watch_); });
  return state_.may_end() &&
         std::find(vocabulary_->ends.begin(), vocabulary_->ends.end(), token) != vocabulary_->ends.end();
}

void answer_grammar::take_text(std::string_view text) {
  if (!is_possible([&] { return state_.take(text.data(), text.size(), &watch_); })) give_up();
}

void answer_grammar::take(llama_token token) {
  const std::string &text = vocabulary_->texts[static_cast<size_t>(token)];
  if (is_given_up_) return;
  bool is_taken = is_possible([&] { return state_.take(text.data(), text.size(), &watch_); });
  if (!is_taken) throw failure(LLMB_E_INTERNAL, LLMB_PHASE_GENERATE, "a token was chosen that the grammar refuses");
}

std::vector<llama_token> answer_grammar::allowed() {
  std::vector<llama_token> all;
  const grammars::token_bits *bits = nullptr;
  is_possible([&] {
    bits = &known_->masks.of(state_, vocabulary_->sorted, watch_);
    return true;
  });
  if (bits == nullptr) {
    for (size_t token = 0; token < vocabulary_->texts.size(); token++) all.push_back(static_cast<llama_token>(token));
    return all;
  }
  for (size_t block = 0; block < bits->size(); block++) {
    for (uint64_t left = (*bits)[block]; left != 0; left &= left - 1) {
      all.push_back(static_cast<llama_token>(block * 64 + static_cast<size_t>(__builtin_ctzll(left))));
    }
  }
  if (state_.may_end()) all.insert(all.end(), vocabulary_->ends.begin(), vocabulary_->ends.end());
  if (!all.empty()) return all;
  if (known_->is_of_tools) {
    give_up();
    return allowed();
  }
  throw failure(LLMB_E_UNSUPPORTED, LLMB_PHASE_GENERATE, "no token of this model can go on as the grammar has it");
}

void grammar_shelf::keep(std::shared_ptr<known_grammar> known) {
  known_.push_front(std::move(known));
  if (known_.size() > grammars_known_max) known_.pop_back();
}

std::unique_ptr<answer_grammar> grammar_shelf::make_tools(const std::string &grammar,
                                                          const std::vector<llama_token> &kept,
                                                          std::function<void()> watch) {
  std::string key = "tools " + grammar;
  std::shared_ptr<known_grammar> known = find(key);
  try {
    if (marked_vocabulary_ == nullptr || marks_ != kept) {
      marked_vocabulary_ = std::make_shared<grammar_vocabulary>(vocab_, kept);
      marks_ = kept;
      known = nullptr;
    }
    if (known == nullptr) {
      known = std::make_shared<known_grammar>();
      known->places = std::make_shared<grammars::grammar_places>(grammars::gbnf_read(grammar.c_str()));
      known->is_of_tools = true;
      known->key = std::move(key);
      keep(known);
    }
    return std::make_unique<answer_grammar>(known, marked_vocabulary_, std::move(watch));
  } catch (const grammars::grammar_error &) {
    return nullptr;
  } catch (const grammars::grammar_too_large &) {
    return nullptr;
  }
}

std::shared_ptr<known_grammar> grammar_shelf::find(const std::string &key) {
  auto found = std::find_if(known_.begin(), known_.end(), [&](const auto &at) { return at->key == key; });
  if (found == known_.end()) return nullptr;
  known_.splice(known_.begin(), known_, found);
  return known_.front();
}

std::unique_ptr<answer_grammar> grammar_shelf::make(const char *grammar, const char *schema,
                                                    std::function<void()> watch) {
  if (grammar != nullptr && *grammar == '\0') grammar = nullptr;
  if (schema != nullptr && *schema == '\0') schema = nullptr;
  if (grammar == nullptr && schema == nullptr) return nullptr;
  std::string key = grammar != nullptr ? std::string("grammar ") + grammar : std::string("json_schema ") + schema;
  std::shared_ptr<known_grammar> known = find(key);
  if (known == nullptr) {
    known = std::make_shared<known_grammar>();
    if (grammar != nullptr) {
      known->places = std::make_shared<grammars::grammar_places>(read(grammar));
      known->is_full = known->is_of_caller = true;
    } else if (auto made = grammars::schema_grammar_of(schema)) {
      known->places = std::make_shared<grammars::grammar_places>(std::move(made->rules));
      known->is_full = made->is_full;
    }
    known->key = std::move(key);
    keep(known);
  }
  if (known->places == nullptr) return nullptr;
  if (vocabulary_ == nullptr) vocabulary_ = std::make_shared<grammar_vocabulary>(vocab_, std::vector<llama_token>());
  try {
    auto made = std::make_unique<answer_grammar>(known, vocabulary_, std::move(watch));
    // Whether an answer of this grammar keeps the schema as well is for the validator to say.
    if (grammar != nullptr && schema != nullptr) made->constrained = LLMB_CONSTRAINED_PARTIAL;
    return made;
  } catch (const grammars::grammar_too_large &error) {
    if (grammar == nullptr) return nullptr;
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, std::string("grammar: ") + error.what());
  }
}

}  // namespace llama_engine
