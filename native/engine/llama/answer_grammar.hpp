// What the settings `grammar` and `json_schema` allow an answer to be, token by token.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "engine/grammar/grammar_state.hpp"
#include "engine/grammar/token_mask.hpp"
#include "llama.h"
#include <llmbridge/engine.h>

namespace llama_engine {

// One grammar and what is known of it, for all calls that ask for it.
struct known_grammar {
  std::string key;
  std::shared_ptr<grammars::grammar_places> places;
  grammars::token_masks masks;
  bool is_full = false, is_of_caller = false, is_of_tools = false;
};

// The tokens of a vocabulary as grammars see them.
struct grammar_vocabulary {
  // `kept`: control tokens that are marks of an answer's format, and so have a text.
  grammar_vocabulary(const llama_vocab *vocab, const std::vector<llama_token> &kept);
  std::vector<std::string> texts;  // empty for other control tokens, which no grammar allows
  grammars::token_texts sorted;
  std::vector<llama_token> ends;  // those that end an answer
};

class answer_grammar {
 public:
  // `watch` is called now and then during long work, and may throw.
  answer_grammar(std::shared_ptr<known_grammar> known, std::shared_ptr<const grammar_vocabulary> vocabulary,
                 std::function<void()> watch);

  // Where a grammar asks for more work than is allowed: one of the caller's throws failure, one that was made of a
  // schema is given up, since what the answer is the validator says all the same.
  bool allows(llama_token token);
  void take(llama_token token);
  // Text that stands before the answer, or what was said before the grammar began to hold. One that does not follow it
  // is no reason to refuse: the grammar is given up.
  void take_text(std::string_view text);
  // The next token of an answer that another engine began. Where that one had given a schema's grammar up, the token
  // may be any: then it is given up here as well. Throws failure for one that the caller's grammar refuses.
  void expect(llama_token token);
  // All tokens that may come; throws failure if there is none.
  std::vector<llama_token> allowed();

  // Whether nothing may come any more.
  bool is_complete() const {
    return !is_given_up_ && !state_.may_go_on();
  }
  uint32_t constrained = LLMB_CONSTRAINED_NONE;

 private:
  void give_up();
  bool is_possible(const std::function<bool()> &work);

  std::shared_ptr<known_grammar> known_;
  std::shared_ptr<const grammar_vocabulary> vocabulary_;
  std::function<void()> watch_;
  grammars::grammar_state state_;
  bool is_given_up_ = false;
};

// Makes them, and remembers the last ones.
class grammar_shelf {
 public:
  explicit grammar_shelf(const llama_vocab *vocab) : vocab_(vocab) {
  }

  // Of the settings `grammar` and `json_schema`, which may be null or empty. Null where neither is asked for, or no
  // grammar can hold the schema. Throws failure, LLMB_E_INVALID_ARGUMENT, for a grammar that does not parse.
  std::unique_ptr<answer_grammar> make(const char *grammar, const char *schema, std::function<void()> watch);

  // The same of a grammar that calls of tools follow; null where it does not parse, or is too large.
  std::unique_ptr<answer_grammar> make_tools(const std::string &grammar, const std::vector<llama_token> &kept,
                                             std::function<void()> watch);

 private:
  void keep(std::shared_ptr<known_grammar> known);
  std::shared_ptr<known_grammar> find(const std::string &key);

  const llama_vocab *vocab_;
  std::shared_ptr<const grammar_vocabulary> vocabulary_;         // made by the first grammar
  std::shared_ptr<const grammar_vocabulary> marked_vocabulary_;  // the same with marks_, for calls of tools
  std::vector<llama_token> marks_;
  std::list<std::shared_ptr<known_grammar>> known_;  // the last one first
};

}  // namespace llama_engine
