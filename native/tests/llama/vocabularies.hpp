// llama.cpp's own test vocabularies and chat templates, as make_vocabularies.cmake takes them out of its sources.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "llama.h"

namespace vocabularies {

struct deleter {
  void operator()(llama_model *model) const {
    llama_model_free(model);
  }
};

struct vocabulary {
  std::string name;  // "llama-bpe"
  std::unique_ptr<llama_model, deleter> model;
  const llama_vocab *vocab = nullptr;
};

inline std::filesystem::path folder() {
  const char *path = std::getenv("LLMB_TEST_VOCABULARIES");
  if (path != nullptr && std::filesystem::exists(path)) return path;
  std::fprintf(stderr, "skipped: no vocabularies in LLMB_TEST_VOCABULARIES\n");
  std::exit(77);
}

inline vocabulary load(const std::string &name) {
  llama_model_params params = llama_model_default_params();
  params.vocab_only = true;
  vocabulary loaded{name, nullptr, nullptr};
  loaded.model.reset(llama_model_load_from_file((folder() / ("ggml-vocab-" + name + ".gguf")).c_str(), params));
  if (loaded.model == nullptr) std::exit(1);
  loaded.vocab = llama_model_get_vocab(loaded.model.get());
  return loaded;
}

inline std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(folder())) {
    std::string file = entry.path().filename();
    if (!file.starts_with("ggml-vocab-") || !file.ends_with(".gguf")) continue;
    names.push_back(file.substr(11, file.size() - 11 - 5));
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline std::string text_of(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// By file name.
inline std::vector<std::filesystem::path> templates() {
  std::vector<std::filesystem::path> found;
  for (const auto &entry : std::filesystem::directory_iterator(folder() / "templates")) {
    if (entry.path().extension() == ".jinja") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// What llama.cpp itself makes of a text.
inline std::vector<llama_token> reference(const llama_vocab *vocab, const std::string &text, bool add, bool parse) {
  std::vector<llama_token> tokens(text.size() + 8);
  int32_t count = llama_tokenize(vocab, text.data(), static_cast<int32_t>(text.size()), tokens.data(),
                                 static_cast<int32_t>(tokens.size()), add, parse);
  tokens.resize(static_cast<size_t>(std::max(count, 0)));
  return tokens;
}

// The control tokens of a vocabulary, as many as asked for.
inline std::vector<std::string> controls(const llama_vocab *vocab, size_t count) {
  std::vector<std::string> found;
  for (llama_token token = 0; token < llama_vocab_n_tokens(vocab) && found.size() < count; token++) {
    if ((llama_vocab_get_attr(vocab, token) & LLAMA_TOKEN_ATTR_CONTROL) == 0) continue;
    found.emplace_back(llama_vocab_get_text(vocab, token));
  }
  return found;
}

}  // namespace vocabularies
