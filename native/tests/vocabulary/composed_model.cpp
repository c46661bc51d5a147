#include "tests/vocabulary/composed_model.hpp"

#include <cmath>
#include <memory>
#include <stdexcept>
#include <vector>

#include "ggml.h"
#include "gguf.h"
#include "llama.h"

namespace composed {
namespace {

constexpr int64_t width = 64, heads = 2, feed_forward = 128, layers = 2, context_length = 4096;

template <auto release>
struct releaser {
  template <typename T>
  void operator()(T *object) const {
    release(object);
  }
};
using gguf_ptr = std::unique_ptr<gguf_context, releaser<gguf_free>>;
using ggml_ptr = std::unique_ptr<ggml_context, releaser<ggml_free>>;
using model_ptr = std::unique_ptr<llama_model, releaser<llama_model_free>>;

// splitmix64, as numbers from -1 to 1.
class random_numbers {
 public:
  explicit random_numbers(uint64_t seed) : state_(seed) {
  }
  float next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
    return static_cast<float>(static_cast<int32_t>(z)) / 2147483648.0F;
  }

 private:
  uint64_t state_;
};

bool is_utf8(const std::string &text) {
  for (size_t i = 0; i < text.size();) {
    auto first = static_cast<unsigned char>(text[i]);
    size_t size = first < 0x80                    ? 1
                  : first >= 0xC2 && first < 0xE0 ? 2
                  : first >= 0xE0 && first < 0xF0 ? 3
                  : first >= 0xF0 && first < 0xF5 ? 4
                                                  : 0;
    if (size == 0 || i + size > text.size()) return false;
    for (size_t k = 1; k < size; k++) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += size;
  }
  return true;
}

bool is_sayable(const llama_vocab *vocab, llama_token token) {
  if (llama_vocab_is_control(vocab, token) || llama_vocab_is_eog(vocab, token)) return false;
  char piece[256];
  int32_t size = llama_token_to_piece(vocab, token, piece, sizeof piece, 0, false);
  return size > 0 && is_utf8(std::string(piece, static_cast<size_t>(size)));
}

// Collects tensors; the numbers of each depend on the order alone.
class tensors {
 public:
  explicit tensors(int64_t vocabulary_size) {
    size_t room = static_cast<size_t>(vocabulary_size * width) * 4 + (size_t{8} << 20);
    context_.reset(ggml_init({room, nullptr, false}));
    if (context_ == nullptr) throw std::runtime_error("no memory for a model");
  }
  void norm(gguf_context *file, const std::string &name) {
    ggml_tensor *tensor = ggml_new_tensor_1d(context_.get(), GGML_TYPE_F32, width);
    auto *values = static_cast<float *>(ggml_get_data(tensor));
    for (int64_t i = 0; i < width; i++) values[i] = 1 + numbers_.next() / 10;
    add(file, tensor, name);
  }
  template <typename keep_row>
  void matrix(gguf_context *file, const std::string &name, int64_t columns, int64_t rows, float scale, keep_row keep) {
    ggml_tensor *tensor = ggml_new_tensor_2d(context_.get(), GGML_TYPE_Q8_0, columns, rows);
    std::vector<float> row(static_cast<size_t>(columns));
    for (int64_t r = 0; r < rows; r++) {
      const bool kept = keep(static_cast<llama_token>(r));
      for (float &value : row) value = kept ? numbers_.next() * scale : 0;
      ggml_quantize_chunk(
          GGML_TYPE_Q8_0, row.data(),
          static_cast<char *>(ggml_get_data(tensor)) + static_cast<size_t>(r) * ggml_row_size(GGML_TYPE_Q8_0, columns),
          0, 1, columns, nullptr);
    }
    add(file, tensor, name);
  }
  void matrix(gguf_context *file, const std::string &name, int64_t columns, int64_t rows) {
    matrix(file, name, columns, rows, 1.7F / std::sqrt(static_cast<float>(columns)), [](llama_token) { return true; });
  }

 private:
  static void add(gguf_context *file, ggml_tensor *tensor, const std::string &name) {
    ggml_set_name(tensor, name.c_str());
    gguf_add_tensor(file, tensor);
  }
  ggml_ptr context_;
  random_numbers numbers_{7};
};

// Only what concerns the tokenizer is taken over; a vocabulary's file may speak of another architecture.
void copy_tokenizer(gguf_context *out, const gguf_context *vocabulary) {
  gguf_set_kv(out, vocabulary);
  for (int64_t i = gguf_get_n_kv(out) - 1; i >= 0; i--) {
    std::string key = gguf_get_key(out, i);
    if (key.rfind("tokenizer.", 0) != 0) gguf_remove_key(out, key.c_str());
  }
}

void set_shape(gguf_context *out) {
  gguf_set_val_str(out, "general.architecture", "llama");
  gguf_set_val_u32(out, "llama.context_length", context_length);
  gguf_set_val_u32(out, "llama.embedding_length", width);
  gguf_set_val_u32(out, "llama.block_count", layers);
  gguf_set_val_u32(out, "llama.feed_forward_length", feed_forward);
  gguf_set_val_u32(out, "llama.attention.head_count", heads);
  gguf_set_val_u32(out, "llama.attention.head_count_kv", heads);
  gguf_set_val_f32(out, "llama.attention.layer_norm_rms_epsilon", 1e-5F);
  gguf_set_val_u32(out, "llama.rope.dimension_count", width / heads);
}

void add_tensors(gguf_context *out, tensors &made, const llama_vocab *vocab) {
  const int64_t size = llama_vocab_n_tokens(vocab);
  made.matrix(out, "token_embd.weight", width, size);
  for (int64_t layer = 0; layer < layers; layer++) {
    std::string block = "blk." + std::to_string(layer) + ".";
    made.norm(out, block + "attn_norm.weight");
    for (const char *name : {"attn_q", "attn_k", "attn_v", "attn_output"})
      made.matrix(out, block + name + ".weight", width, width);
    made.norm(out, block + "ffn_norm.weight");
    made.matrix(out, block + "ffn_gate.weight", width, feed_forward);
    made.matrix(out, block + "ffn_up.weight", width, feed_forward);
    made.matrix(out, block + "ffn_down.weight", feed_forward, width);
  }
  made.norm(out, "output_norm.weight");
  made.matrix(out, "output.weight", width, size, 0.2F, [vocab](llama_token token) { return is_sayable(vocab, token); });
}

}  // namespace

void write(const std::filesystem::path &vocabulary, const std::string &chat_template,
           const std::filesystem::path &out) {
  llama_model_params params = llama_model_default_params();
  params.vocab_only = true;
  model_ptr model(llama_model_load_from_file(vocabulary.c_str(), params));
  gguf_ptr source(gguf_init_from_file(vocabulary.c_str(), {true, nullptr}));
  if (model == nullptr || source == nullptr) throw std::runtime_error(vocabulary.string() + " does not load");
  gguf_ptr file(gguf_init_empty());
  copy_tokenizer(file.get(), source.get());
  gguf_remove_key(file.get(), "tokenizer.chat_template");
  if (!chat_template.empty()) gguf_set_val_str(file.get(), "tokenizer.chat_template", chat_template.c_str());
  set_shape(file.get());
  const llama_vocab *vocab = llama_model_get_vocab(model.get());
  tensors made(llama_vocab_n_tokens(vocab));
  add_tensors(file.get(), made, vocab);
  if (!gguf_write_to_file(file.get(), out.c_str(), false))
    throw std::runtime_error(out.string() + " cannot be written");
}

}  // namespace composed
