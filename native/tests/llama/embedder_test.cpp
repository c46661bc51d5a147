// Embeddings against libllama's own pooling, alone and together with others.
#include "engine/llama/embedder.hpp"

#include <cmath>
#include <string>

#include "tests/check.h"
#include "tests/reference/reference_context.hpp"
#include "engine/llama/backend.hpp"
#include "engine/llama/model.hpp"

using namespace llama_engine;

static const char *model_path(const char *name) {
  static std::string path;
  const char *folder = getenv("LLMB_TEST_MODELS");
  path = std::string(folder != nullptr ? folder : "") + "/" + name + ".gguf";
  if (folder == nullptr || access(path.c_str(), R_OK) != 0) {
    fprintf(stderr, "skipped: no model %s\n", path.c_str());
    exit(77);
  }
  return path.c_str();
}

static std::vector<float> normalised(std::vector<float> vector) {
  double squares = 0;
  for (float x : vector) squares += double{x} * double{x};
  for (float &x : vector) x = static_cast<float>(x / std::sqrt(squares));
  return vector;
}

// The texts' vectors, all of one decode.
static std::vector<std::vector<float>> reference_vectors(const char *name, const std::vector<std::string> &texts,
                                                         enum llama_pooling_type pooling) {
  reference::settings from;
  from.model = model_path(name);
  from.sequences = static_cast<uint32_t>(texts.size());
  from.embeddings = true;
  from.pooling = pooling;
  reference::loaded loaded = reference::load(from);
  llama_batch batch = llama_batch_init(static_cast<int32_t>(from.context), 0, 1);
  for (size_t t = 0; t < texts.size(); t++) {
    std::vector<llama_token> tokens = reference::tokenize(loaded.model.get(), texts[t]);
    for (size_t i = 0; i < tokens.size(); i++) {
      batch.token[batch.n_tokens] = tokens[i];
      batch.pos[batch.n_tokens] = static_cast<llama_pos>(i);
      batch.n_seq_id[batch.n_tokens] = 1;
      batch.seq_id[batch.n_tokens][0] = static_cast<llama_seq_id>(t);
      batch.logits[batch.n_tokens++] = 1;
    }
  }
  CHECK_INT(0, llama_decode(loaded.context.get(), batch));
  llama_batch_free(batch);
  std::vector<std::vector<float>> vectors;
  for (size_t t = 0; t < texts.size(); t++) {
    const float *vector = llama_get_embeddings_seq(loaded.context.get(), static_cast<llama_seq_id>(t));
    CHECK(vector != nullptr);
    vectors.push_back(normalised({vector, vector + llama_model_n_embd_out(loaded.model.get())}));
  }
  return vectors;
}

static double distance_max(const std::vector<float> &a, const std::vector<float> &b) {
  if (a.size() != b.size() || a.empty()) return INFINITY;
  double largest = 0;
  for (size_t i = 0; i < a.size(); i++) largest = std::fmax(largest, std::fabs(double{a[i]} - double{b[i]}));
  return largest;
}

static engine_options options_for(const char *name) {
  engine_options options;
  options.model_path = model_path(name);
  options.context = 512;
  options.slots = 4;
  return options;
}

static const std::vector<std::string> texts = {"one", "a second text", "3", "the fourth of them, a longer one"};

// Another batch shape changes last bits, and ggml's table of F16 for GELU and its 8 bits for what is multiplied with
// quantized weights make them larger: so a batch is held to libllama's own of the same shape.
constexpr double distance_allowed = 1e-5;

static void check_model(const char *name, pooling pool, enum llama_pooling_type theirs) {
  engine_options options = options_for(name);
  backend_load();
  model_ptr model(llama_model_load_from_file(options.model_path.c_str(), llama_model_default_params()));
  CHECK(model != nullptr);
  if (model == nullptr) return;
  threadpool_ptr threads = threadpool_create(1);
  embedder embed(model.get(), options, threads.get());
  std::vector<embedding_text> inputs;
  std::vector<const embedding_text *> together;
  for (const std::string &text : texts) inputs.push_back({reference::tokenize(model.get(), text), pool, true});
  for (const embedding_text &input : inputs) together.push_back(&input);
  CHECK_INT(together.size(), embed.batch_fit(together));
  decode_watch watch;
  auto batched = embed.embed(together, watch);
  CHECK(batched.has_value());
  const auto expected = reference_vectors(name, texts, theirs);
  for (size_t i = 0; batched && i < inputs.size(); i++) {
    auto alone = embed.embed({&inputs[i]}, watch);
    CHECK(distance_max(reference_vectors(name, {texts[i]}, theirs)[0], alone->front()) < distance_allowed);
    CHECK(distance_max(expected[i], (*batched)[i]) < distance_allowed);
  }
}

static void embedding__of_a_decoder_is_libllamas(void) {
  check_model("random_llama_f32", pooling::mean, LLAMA_POOLING_TYPE_MEAN);
  check_model("random_llama_f32", pooling::last, LLAMA_POOLING_TYPE_LAST);
  check_model("random_qwen2_f32", pooling::cls, LLAMA_POOLING_TYPE_CLS);
}

static void embedding__of_an_encoder_is_libllamas(void) {
  check_model("random_bert_f32", pooling::mean, LLAMA_POOLING_TYPE_UNSPECIFIED);
  check_model("random_bert_f32", pooling::cls, LLAMA_POOLING_TYPE_CLS);
  check_model("random_bert_q8_0", pooling::mean, LLAMA_POOLING_TYPE_MEAN);
}

static void embedding__is_scaled_to_length_1_when_asked(void) {
  engine_options options = options_for("random_llama_f32");
  backend_load();
  model_ptr model(llama_model_load_from_file(options.model_path.c_str(), llama_model_default_params()));
  threadpool_ptr threads = threadpool_create(1);
  embedder embed(model.get(), options, threads.get());
  embedding_text input = {reference::tokenize(model.get(), "some text"), pooling::mean, true};
  decode_watch watch;
  auto vectors = embed.embed({&input}, watch);
  double squares = 0;
  for (float x : vectors->front()) squares += double{x} * double{x};
  CHECK(std::fabs(squares - 1) < 1e-6);
}

// Longer than one decode takes: attention still reaches back over all chunks.
static void embedding__of_a_long_text_spans_decodes(void) {
  engine_options options = options_for("random_llama_f32");
  options.context = 1024;
  backend_load();
  model_ptr model(llama_model_load_from_file(options.model_path.c_str(), llama_model_default_params()));
  threadpool_ptr threads = threadpool_create(1);
  embedder embed(model.get(), options, threads.get());
  std::string text(700, 'n');
  embedding_text input = {reference::tokenize(model.get(), text), pooling::last, true};
  decode_watch watch;
  auto vectors = embed.embed({&input}, watch);
  reference::settings from;
  from.model = options.model_path;
  from.context = 1024;
  from.embeddings = true;
  from.pooling = LLAMA_POOLING_TYPE_LAST;
  reference::loaded loaded = reference::load(from);
  std::vector<llama_token> tokens = reference::tokenize(loaded.model.get(), text);
  CHECK_INT(
      0, llama_decode(loaded.context.get(), llama_batch_get_one(tokens.data(), static_cast<int32_t>(tokens.size()))));
  const float *expected = llama_get_embeddings_seq(loaded.context.get(), 0);
  CHECK(distance_max(normalised({expected, expected + llama_model_n_embd_out(loaded.model.get())}), vectors->front()) <
        1e-5);
}

int main(int argc, char **argv) {
  llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
  const struct check_test tests[] = {
      TEST(embedding__of_a_decoder_is_libllamas), TEST(embedding__of_an_encoder_is_libllamas),
      TEST(embedding__is_scaled_to_length_1_when_asked), TEST(embedding__of_a_long_text_spans_decodes)};
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
