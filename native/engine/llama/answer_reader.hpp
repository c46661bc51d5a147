// Takes apart what a model says: reasoning, the answer's text, calls of tools. libllama-common's parsers do it, each
// for the way its template has; what they cannot read is the answer's text, whole.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <llmbridge/engine.h>

namespace llama_engine {

// How a model that was given a prompt says things, as its template has it.
struct answer_format {
  struct parser;
  std::shared_ptr<const parser> parse;
  std::vector<std::string> kept;      // texts of control tokens that are marks of the format
  std::vector<std::string> stops;     // texts that end the answer besides the caller's
  std::string grammar;                // GBNF that calls follow; empty for none
  std::vector<std::string> triggers;  // texts from which on it holds; none: from the beginning
  std::string generation_prompt;      // what the prompt ends with and parser and grammar begin with
  std::vector<std::string> tools;     // names of those that may be called
  bool calls_are_bare = false;        // the template has no marks: a call is a whole answer that is one JSON object
};

// More of what was said.
struct answer_parts {
  std::string text, reasoning, calls;  // calls: a JSON array, once the answer has ended; empty for none
};

class answer_reader {
 public:
  // Where a parser needs a deep stack, it is run by `deep`.
  using deep_run = std::function<void(const std::function<void()> &)>;
  answer_reader(std::shared_ptr<const answer_format> format, deep_run deep);

  void push(std::string_view text, answer_parts &out);

  // The answer has ended: by the model's own will (is_whole), or cut.
  void finish(bool is_whole, answer_parts &out);

  // One of llmb_tool_parse.
  uint32_t tool_parse() const {
    return tool_parse_;
  }

 private:
  struct message;
  bool read(bool is_whole, message &out) const;
  void give(const message &said, answer_parts &out);
  void give_raw(answer_parts &out);

  std::shared_ptr<const answer_format> format_;
  deep_run deep_;
  std::string raw_, text_, reasoning_;  // all that was said, and what was given of it
  size_t next_ = 1, brackets_ = 0;      // when it is read again; '{' and '[' so far
  uint32_t tool_parse_ = LLMB_TOOL_PARSE_NONE;
};

}  // namespace llama_engine
