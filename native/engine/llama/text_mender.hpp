// Makes UTF-8 of what a model says. Tokens may be bytes, and a model may say any: what can be no character becomes
// U+FFFD, and is counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llama_engine {

class text_mender {
 public:
  // Adds bytes of the answer and appends to out the characters that are whole; the beginning of one is kept for the
  // bytes to come.
  void push(std::string_view bytes, std::string &out);

  // The model has ended its answer: what it began and did not finish is no character.
  void finish(std::string &out);

  // How often bytes were replaced.
  uint64_t replaced() const {
    return replaced_;
  }

 private:
  void replace(std::string &out);

  std::string held_;  // the beginning of a character, at most 3 bytes
  uint64_t replaced_ = 0;
};

}  // namespace llama_engine
