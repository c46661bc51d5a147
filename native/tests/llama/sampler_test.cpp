#include "engine/llama/likeliest.hpp"
#include "engine/llama/sampler.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "tests/check.h"
#include "engine/llama/answer_grammar.hpp"
#include "engine/llama/failure.hpp"
#include "engine/llama/model.hpp"

using llama_engine::draw_of;
using llama_engine::sampler;

static void draw__depends_on_seed_and_position_alone(void) {
  CHECK(draw_of(1, 5) == draw_of(1, 5));
  CHECK(draw_of(1, 5) != draw_of(2, 5));
  CHECK(draw_of(1, 5) != draw_of(1, 6));
  CHECK(draw_of(1, 6) != draw_of(2, 5));
}

static void draw__is_spread_evenly(void) {
  constexpr int buckets = 16, draws = 16000;
  for (uint64_t seed : {0ULL, 1ULL, 0xffffffffULL}) {
    int counts[buckets] = {};
    for (uint32_t position = 0; position < draws; position++) {
      double x = draw_of(seed, position);
      CHECK(x >= 0 && x < 1);
      counts[static_cast<int>(x * buckets)]++;
    }
    for (int count : counts) CHECK(std::abs(count - draws / buckets) < 160);  // five standard deviations
  }
}

// A vocabulary is all that a sampler wants of a model.
struct vocabulary {
  explicit vocabulary(const char *name = "chain") {
    const char *folder = getenv("LLMB_TEST_MODELS");
    std::string path = std::string(folder != nullptr ? folder : "") + "/" + name + ".gguf";
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    llama_model_params params = llama_model_default_params();
    params.vocab_only = true;
    if (folder != nullptr) model.reset(llama_model_load_from_file(path.c_str(), params));
    if (model == nullptr) {
      fprintf(stderr, "skipped: no model %s\n", path.c_str());
      exit(77);
    }
    vocab = llama_model_get_vocab(model.get());
    logits.assign(static_cast<size_t>(llama_vocab_n_tokens(vocab)), -10.0F);
  }
  llama_engine::model_ptr model;
  const llama_vocab *vocab;
  std::vector<float> logits;
};

static void sampler__without_temperature_takes_the_likeliest_and_of_equals_the_first(void) {
  vocabulary words;
  words.logits[5] = words.logits[9] = 2;
  sampler choice(words.vocab, {});
  for (uint32_t position = 0; position < 10; position++) CHECK_INT(5, choice.choose(words.logits.data(), position));
}

static void likeliest__of_equals_in_two_blocks_is_the_first(void) {
  std::vector<float> logits(5000, -1.0F);
  logits[5] = logits[3000] = 2;
  CHECK_INT(5, llama_engine::likeliest(logits.data(), static_cast<int32_t>(logits.size())));
}

static void sampler__finds_the_likeliest_wherever_it_stands(void) {
  vocabulary words;
  sampler choice(words.vocab, {});
  for (size_t token = 0; token < words.logits.size(); token++) {
    std::vector<float> logits = words.logits;
    for (size_t later = token; later < logits.size(); later += 7) logits[later] = -1;
    if (token > 0) logits[token - 1] = NAN;
    CHECK_INT(static_cast<llama_token>(token), choice.choose(logits.data(), 0));
  }
}

static void sampler__makes_a_repeated_token_less_likely(void) {
  vocabulary words;
  words.logits[5] = 3;
  words.logits[9] = 2;
  llama_engine::sampling_options options;
  options.repeat_penalty = 2;
  sampler choice(words.vocab, options);
  CHECK_INT(5, choice.choose(words.logits.data(), 0));
  CHECK_INT(9, choice.choose(words.logits.data(), 1));  // 3 / 2 is less than 2
  sampler after_prompt(words.vocab, options);
  after_prompt.accept(5);
  CHECK_INT(9, after_prompt.choose(words.logits.data(), 0));
}

static void sampler__draws_tokens_as_often_as_they_are_likely(void) {
  vocabulary words;
  words.logits[5] = std::log(6.0F) + 20;
  words.logits[6] = std::log(3.0F) + 20;
  words.logits[7] = std::log(1.0F) + 20;
  llama_engine::sampling_options options;
  options.temperature = 1;
  constexpr int draws = 10000;
  int counts[3] = {};
  sampler choice(words.vocab, options);
  for (uint32_t position = 0; position < draws; position++) {
    llama_token token = choice.choose(words.logits.data(), position);
    CHECK(token >= 5 && token <= 7);
    counts[token - 5]++;
  }
  CHECK(std::abs(counts[0] - 6000) < 250);
  CHECK(std::abs(counts[1] - 3000) < 250);
  options.min_p = 0.4;  // of the likeliest one's six: the third token falls out
  sampler picky(words.vocab, options);
  for (uint32_t position = 0; position < draws; position++) CHECK(picky.choose(words.logits.data(), position) != 7);
  options.min_p = 0;
  options.top_k = 1;
  sampler strict(words.vocab, options);
  for (uint32_t position = 0; position < 100; position++) CHECK_INT(5, strict.choose(words.logits.data(), position));
  options.top_k = 0;
  options.top_p = 0.5;
  sampler nucleus(words.vocab, options);
  for (uint32_t position = 0; position < 100; position++) CHECK_INT(5, nucleus.choose(words.logits.data(), position));
}

static void sampler__refuses_logits_that_are_no_numbers(void) {
  vocabulary words;
  struct {
    double temperature, penalty;
  } const ways[] = {{0, 1}, {0, 1.5}, {1, 1}, {1, 1.5}};
  for (auto way : ways) {
    llama_engine::sampling_options options;
    options.temperature = way.temperature;
    options.repeat_penalty = way.penalty;
    sampler choice(words.vocab, options);
    std::vector<float> nothing(words.logits.size(), NAN);
    bool refused = false;
    try {
      choice.choose(nothing.data(), 0);
    } catch (const llama_engine::failure &error) {
      refused = error.status == LLMB_E_ENGINE_ERROR;
    }
    CHECK(refused);
  }
}

// Half of the first draws are refused; what is drawn then must be as likely as if nothing else had been there.
static void sampler__draws_what_a_grammar_allows_as_often_as_it_is_likely(void) {
  vocabulary words("random_llama_f32");
  auto token_of = [&](const char *letter) {
    llama_token token = 0;
    CHECK_INT(1, llama_tokenize(words.vocab, letter, 1, &token, 1, false, false));
    return token;
  };
  const llama_token tokens[4] = {token_of("a"), token_of("b"), token_of("c"), token_of("x")};
  const float likely[4] = {6, 3, 1, 10};
  for (int i = 0; i < 4; i++) words.logits[static_cast<size_t>(tokens[i])] = std::log(likely[i]) + 30;
  llama_engine::grammar_shelf shelf(words.vocab);
  auto grammar = shelf.make("root ::= [abc]{1,2000}", nullptr, {});
  llama_engine::sampling_options options;
  options.temperature = 1;
  constexpr int draws = 10000;
  int counts[4] = {};
  sampler choice(words.vocab, options), again(words.vocab, options);
  for (uint32_t position = 0; position < draws; position++) {
    llama_token token = choice.choose(words.logits.data(), position, grammar.get());
    CHECK_INT(token, again.choose(words.logits.data(), position, grammar.get()));
    for (int i = 0; i < 4; i++) counts[i] += token == tokens[i];
  }
  CHECK_INT(0, counts[3]);
  CHECK_INT(draws, counts[0] + counts[1] + counts[2]);
  CHECK(std::abs(counts[0] - 6000) < 250);
  CHECK(std::abs(counts[1] - 3000) < 250);
}

// top_k would leave none of what the grammar allows.
static void sampler__looks_at_the_grammar_before_top_k_and_top_p(void) {
  vocabulary words("random_llama_f32");
  llama_token letter = 0;
  CHECK_INT(1, llama_tokenize(words.vocab, "q", 1, &letter, 1, false, false));
  for (size_t i = 0; i < words.logits.size(); i++) words.logits[i] = static_cast<float>(i % 100);
  words.logits[static_cast<size_t>(letter)] = -50;
  words.logits[3 + 'q'] = -90;  // the same letter as a byte
  llama_engine::grammar_shelf shelf(words.vocab);
  auto grammar = shelf.make("root ::= \"q\"", nullptr, {});
  for (double temperature : {0.0, 1.0}) {
    llama_engine::sampling_options options;
    options.temperature = temperature;
    options.top_k = 3;
    options.top_p = 0.5;
    options.min_p = 0.2;
    sampler choice(words.vocab, options);
    for (uint32_t position = 0; position < 20; position++) {
      CHECK_INT(letter, choice.choose(words.logits.data(), position, grammar.get()));
    }
  }
}

CHECK_MAIN(TEST(draw__depends_on_seed_and_position_alone), TEST(draw__is_spread_evenly),
           TEST(sampler__without_temperature_takes_the_likeliest_and_of_equals_the_first),
           TEST(likeliest__of_equals_in_two_blocks_is_the_first), TEST(sampler__finds_the_likeliest_wherever_it_stands),
           TEST(sampler__makes_a_repeated_token_less_likely), TEST(sampler__draws_tokens_as_often_as_they_are_likely),
           TEST(sampler__draws_what_a_grammar_allows_as_often_as_it_is_likely),
           TEST(sampler__looks_at_the_grammar_before_top_k_and_top_p),
           TEST(sampler__refuses_logits_that_are_no_numbers))
