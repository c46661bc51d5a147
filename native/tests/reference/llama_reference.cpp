// llama_reference generate MODEL PROMPT MAX_TOKENS CONTEXT THREADS [REPEAT FREQUENCY PRESENCE [MIN_TOKENS [ID
// BIAS]...]]
//   prints   prompt_tokens N / tokens ID ID ... / odds ID LOGPROB ..., a line for each token / finish stop|length /
//   text, then the text to the end of the output
// llama_reference embed MODEL TEXT POOLING CONTEXT THREADS
//   prints   dimension N / one number a line, not normalised; POOLING is auto, mean, cls or last
//
// A plain loop: the prompt in the chunks that the engine uses (numbers depend on the batch's shape), then one token
// per decode, always the likeliest; with penalties and biases, libllama's own samplers for them.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/llama/prompt_chunks.hpp"
#include "tests/reference/reference_context.hpp"

namespace {

void decode(llama_context *context, std::vector<llama_token> tokens) {
  if (llama_decode(context, llama_batch_get_one(tokens.data(), static_cast<int32_t>(tokens.size()))) != 0) {
    throw std::runtime_error("llama_decode failed");
  }
}

llama_token likeliest(llama_context *context, const llama_vocab *vocab) {
  const float *logits = llama_get_logits_ith(context, -1);
  return static_cast<llama_token>(std::max_element(logits, logits + llama_vocab_n_tokens(vocab)) - logits);
}

constexpr int32_t penalty_window = 64;

using sampler = std::unique_ptr<llama_sampler, decltype(&llama_sampler_free)>;

// What libllama's samplers choose where there are arguments for them.
struct sampler_chain {
  sampler chain{nullptr, llama_sampler_free}, no_end{nullptr, llama_sampler_free};
  size_t tokens_min = 0;

  sampler_chain(const llama_vocab *vocab, const std::vector<const char *> &numbers,
                const std::vector<llama_token> &prompt) {
    if (numbers.empty()) return;
    const int32_t count = llama_vocab_n_tokens(vocab);
    auto number = [&](size_t which) { return std::strtof(numbers[which], nullptr); };
    std::vector<llama_logit_bias> biases, ends;
    for (size_t i = 4; i + 1 < numbers.size(); i += 2) biases.push_back({std::atoi(numbers[i]), number(i + 1)});
    for (llama_token token = 0; token < count; token++) {
      if (llama_vocab_is_eog(vocab, token)) ends.push_back({token, -INFINITY});
    }
    if (numbers.size() > 3) tokens_min = static_cast<size_t>(number(3));
    no_end.reset(llama_sampler_init_logit_bias(count, static_cast<int32_t>(ends.size()), ends.data()));
    chain.reset(llama_sampler_chain_init(llama_sampler_chain_default_params()));
    llama_sampler_chain_add(chain.get(),
                            llama_sampler_init_logit_bias(count, static_cast<int32_t>(biases.size()), biases.data()));
    llama_sampler_chain_add(chain.get(),
                            llama_sampler_init_penalties(count, penalty_window, number(0), number(1), number(2)));
    llama_sampler_chain_add(chain.get(), llama_sampler_init_greedy());
    for (llama_token token : prompt) llama_sampler_accept(chain.get(), token);
  }

  llama_token next(llama_context *context, const llama_vocab *vocab, size_t said) {
    if (chain == nullptr) return likeliest(context, vocab);
    const float *logits = llama_get_logits_ith(context, -1);
    std::vector<llama_token_data> all;
    for (llama_token token = 0; token < llama_vocab_n_tokens(vocab); token++) all.push_back({token, logits[token], 0});
    llama_token_data_array candidates = {all.data(), all.size(), -1, false};
    if (said < tokens_min) llama_sampler_apply(no_end.get(), &candidates);
    llama_sampler_apply(chain.get(), &candidates);
    llama_token chosen = candidates.data[candidates.selected].id;
    llama_sampler_accept(chain.get(), chosen);
    return chosen;
  }
};

std::string piece(const llama_vocab *vocab, llama_token token) {
  std::string text(512, '\0');
  int32_t size = llama_token_to_piece(vocab, token, text.data(), static_cast<int32_t>(text.size()), 0, false);
  text.resize(static_cast<size_t>(std::max(size, 0)));
  return text;
}

// The logarithms of the probabilities, computed without any short cut: of the token, and of the five likeliest.
std::string odds_line(const float *logits, int32_t count, llama_token token) {
  std::vector<llama_token> all;
  long double sum = 0;
  for (llama_token one = 0; one < count; one++) {
    all.push_back(one);
    sum += std::exp(static_cast<long double>(logits[one]));
  }
  std::stable_sort(all.begin(), all.end(), [&](llama_token a, llama_token b) { return logits[a] > logits[b]; });
  all.insert(all.begin(), token);
  std::string line = "odds";
  for (size_t i = 0; i < 6; i++) {
    char text[64];
    long double odds = static_cast<long double>(logits[all[i]]) - std::log(sum);
    std::snprintf(text, sizeof text, " %d %.9g", all[i], static_cast<double>(odds));
    line += text;
  }
  return line + "\n";
}

void generate(const reference::settings &from, const std::string &prompt, size_t max_tokens,
              const std::vector<const char *> &numbers) {
  reference::loaded loaded = reference::load(from);
  const llama_vocab *vocab = llama_model_get_vocab(loaded.model.get());
  std::vector<llama_token> tokens = reference::tokenize(loaded.model.get(), prompt);
  sampler_chain choice(vocab, numbers, tokens);
  std::vector<llama_token> answer;
  std::string text, odds;
  for (size_t first = 0, end = 0; first < tokens.size(); first = end) {
    end = std::min<size_t>(llama_engine::prompt_chunk_end(static_cast<uint32_t>(first)), tokens.size());
    decode(loaded.context.get(),
           {tokens.begin() + static_cast<ptrdiff_t>(first), tokens.begin() + static_cast<ptrdiff_t>(end)});
  }
  const char *finish = "length";
  for (size_t decoded = tokens.size(); answer.size() < max_tokens; decoded++) {
    llama_token next = choice.next(loaded.context.get(), vocab, answer.size());
    if (llama_vocab_is_eog(vocab, next)) {
      finish = "stop";
      break;
    }
    odds += odds_line(llama_get_logits_ith(loaded.context.get(), -1), llama_vocab_n_tokens(vocab), next);
    answer.push_back(next);
    text += piece(vocab, next);
    if (answer.size() == max_tokens || decoded >= from.context) break;
    decode(loaded.context.get(), {next});
  }
  std::printf("prompt_tokens %zu\ntokens", tokens.size());
  for (llama_token token : answer) std::printf(" %d", token);
  std::printf("\n%sfinish %s\ntext\n%s", odds.c_str(), finish, text.c_str());
}

void embed(const reference::settings &from, const std::string &text) {
  reference::loaded loaded = reference::load(from);
  std::vector<llama_token> tokens = reference::tokenize(loaded.model.get(), text);
  llama_batch batch = llama_batch_init(static_cast<int32_t>(tokens.size()), 0, 1);
  for (size_t i = 0; i < tokens.size(); i++) {
    batch.token[i] = tokens[i];
    batch.pos[i] = static_cast<llama_pos>(i);
    batch.n_seq_id[i] = 1;
    batch.seq_id[i][0] = 0;
    batch.logits[i] = 1;
  }
  batch.n_tokens = static_cast<int32_t>(tokens.size());
  int32_t result = llama_decode(loaded.context.get(), batch);
  llama_batch_free(batch);
  if (result != 0) throw std::runtime_error("llama_decode failed");
  const float *vector = llama_get_embeddings_seq(loaded.context.get(), 0);
  if (vector == nullptr) throw std::runtime_error("this pooling gives no vector");
  int32_t dimension = llama_model_n_embd_out(loaded.model.get());
  std::printf("dimension %d\n", dimension);
  for (int32_t i = 0; i < dimension; i++) std::printf("%.9g\n", static_cast<double>(vector[i]));
}

enum llama_pooling_type pooling_of(const std::string &name) {
  if (name == "mean") return LLAMA_POOLING_TYPE_MEAN;
  if (name == "cls") return LLAMA_POOLING_TYPE_CLS;
  if (name == "last") return LLAMA_POOLING_TYPE_LAST;
  return LLAMA_POOLING_TYPE_UNSPECIFIED;
}

void log_errors(ggml_log_level level, const char *text, void *) {
  if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
}

}  // namespace

int main(int argc, char **argv) {
  std::string kind = argc == 7 || argc >= 10 ? argv[1] : "";
  if (kind != "generate" && kind != "embed") {
    std::fprintf(stderr,
                 "usage: llama_reference generate MODEL PROMPT MAX_TOKENS CONTEXT THREADS [REPEAT FREQUENCY PRESENCE "
                 "[MIN_TOKENS [ID BIAS]...]]\n"
                 "       llama_reference embed MODEL TEXT auto|mean|cls|last CONTEXT THREADS\n");
    return 2;
  }
  llama_log_set(log_errors, nullptr);
  reference::settings from;
  from.model = argv[2];
  from.context = static_cast<uint32_t>(std::strtoul(argv[5], nullptr, 10));
  from.threads = static_cast<uint32_t>(std::strtoul(argv[6], nullptr, 10));
  try {
    if (kind == "generate") {
      generate(from, argv[3], std::strtoul(argv[4], nullptr, 10), {argv + 7, argv + argc});
    } else {
      from.embeddings = true;
      from.pooling = pooling_of(argv[4]);
      embed(from, argv[3]);
    }
    return 0;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "llama_reference: %s\n", error.what());
    return 1;
  }
}
