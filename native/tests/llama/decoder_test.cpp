// What requests hear of a decode while it computes, and when it is given up for them.
#include "engine/llama/decoder.hpp"

#include <string>

#include "tests/check.h"
#include "tests/reference/reference_context.hpp"
#include "engine/llama/backend.hpp"
#include "engine/llama/model.hpp"

using namespace llama_engine;

// In place of the library's. A request is as much as a decode sees of it.
struct llmb_request {
  uint32_t cancelled_after;  // so many looks at it; 0 is never
  mutable uint32_t looks = 0;
  uint32_t progress = 0;
};

extern "C" uint32_t llmb_request_cancelled(const llmb_request *request) {
  return ++request->looks >= request->cancelled_after && request->cancelled_after != 0;
}

extern "C" void llmb_request_progress(llmb_request *request) {
  request->progress++;
}

constexpr uint32_t nodes_per_progress = 16;
constexpr uint32_t nodes_before_cancel = 20;

namespace {

// A model and a decoder whose batch has one sequence in it.
struct ready_decoder {
  model_ptr model;
  threadpool_ptr threads;
  std::unique_ptr<decoder> decodes;

  ready_decoder() {
    const char *folder = getenv("LLMB_TEST_MODELS");
    const std::string path = std::string(folder != nullptr ? folder : "") + "/random_llama_f32.gguf";
    if (folder == nullptr || access(path.c_str(), R_OK) != 0) {
      fprintf(stderr, "skipped: no model %s\n", path.c_str());
      exit(77);
    }
    backend_load();
    model.reset(llama_model_load_from_file(path.c_str(), llama_model_default_params()));
    threads = threadpool_create(1);
    llama_context_params params = llama_context_default_params();
    params.n_ctx = params.n_batch = params.n_ubatch = 64;
    params.n_threads = params.n_threads_batch = 1;
    decodes = std::make_unique<decoder>(model.get(), params, threads.get());
    fill();
  }

  void fill() {
    const std::vector<llama_token> tokens = reference::tokenize(model.get(), "some words");
    decodes->batch_clear();
    for (size_t i = 0; i < tokens.size(); i++) {
      decodes->batch_add(tokens[i], static_cast<uint32_t>(i), 0, i + 1 == tokens.size());
    }
  }
};

}  // namespace

static void decode__shows_progress_for_all_that_were_accepted(void) {
  ready_decoder ready;
  llmb_request computed = {}, waiting = {};
  decode_watch watch;
  watch.computed = {&computed};
  watch.accepted = {&computed, &waiting};
  CHECK(ready.decodes->decode(watch) == decode_result::done);
  CHECK(watch.nodes > nodes_per_progress);
  CHECK_INT((watch.nodes + nodes_per_progress - 1) / nodes_per_progress, computed.progress);
  CHECK_INT(computed.progress, waiting.progress);
}

static void decode__is_given_up_at_the_node_at_which_nobody_wants_it_any_more(void) {
  ready_decoder ready;
  llmb_request first = {1}, second = {nodes_before_cancel};
  decode_watch watch;
  watch.computed = watch.accepted = {&first, &second};
  CHECK(ready.decodes->decode(watch) == decode_result::abandoned);
  CHECK(watch.abandoned);
  CHECK_INT(nodes_before_cancel, watch.nodes);
}

static void decode__goes_on_while_one_still_wants_it(void) {
  ready_decoder ready;
  llmb_request cancelled = {1}, kept = {};
  decode_watch watch;
  watch.computed = watch.accepted = {&cancelled, &kept};
  CHECK(ready.decodes->decode(watch) == decode_result::done);
  CHECK(!watch.abandoned);
  CHECK_INT(watch.nodes, kept.looks);
}

static void decode__after_one_that_was_given_up_computes_the_same(void) {
  ready_decoder ready, untouched;
  llmb_request cancelled = {nodes_before_cancel}, kept = {};
  decode_watch given_up, watch;
  given_up.computed = given_up.accepted = {&cancelled};
  watch.computed = watch.accepted = {&kept};
  CHECK(ready.decodes->decode(given_up) == decode_result::abandoned);
  ready.decodes->clear();
  ready.fill();
  CHECK(ready.decodes->decode(watch) == decode_result::done);
  CHECK(untouched.decodes->decode(watch) == decode_result::done);
  const int32_t last = static_cast<int32_t>(ready.decodes->batch_size()) - 1;
  const size_t count = static_cast<size_t>(llama_vocab_n_tokens(llama_model_get_vocab(ready.model.get())));
  CHECK_INT(0, memcmp(ready.decodes->logits(last), untouched.decodes->logits(last), count * sizeof(float)));
}

int main(int argc, char **argv) {
  llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
  const struct check_test tests[] = {TEST(decode__shows_progress_for_all_that_were_accepted),
                                     TEST(decode__is_given_up_at_the_node_at_which_nobody_wants_it_any_more),
                                     TEST(decode__goes_on_while_one_still_wants_it),
                                     TEST(decode__after_one_that_was_given_up_computes_the_same)};
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
