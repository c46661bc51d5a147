#include "engine/llama/logprobs.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/llama/json_text.hpp"
#include "engine/llama/likeliest.hpp"
#include "engine/llama/model.hpp"

namespace llama_engine {
namespace {

constexpr float excluded = -9999;

// The logarithm of what all tokens weigh together.
double log_sum(const float *logits, int32_t count, double largest) {
  double sum = 0;
  for (int32_t i = 0; i < count; i++) {
    if (!std::isnan(logits[i])) sum += std::exp(static_cast<double>(logits[i]) - largest);
  }
  return largest + std::log(sum);
}

// With the likeliest one first.
std::vector<llama_token> likeliest_of(const float *logits, int32_t count, size_t wanted) {
  std::vector<llama_token> found;
  auto is_likelier = [&](llama_token a, llama_token b) {
    return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
  };
  for (llama_token token = 0; token < count; token++) {
    if (std::isnan(logits[token])) continue;
    if (found.size() == wanted && (wanted == 0 || logits[token] <= logits[found.back()])) continue;
    found.insert(std::upper_bound(found.begin(), found.end(), token, is_likelier), token);
    if (found.size() > wanted) found.pop_back();
  }
  return found;
}

void append_number(float number, std::string &out) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

void append_token(const llama_vocab *vocab, const token_odds &odds, std::string &out) {
  std::string text;
  token_append_text(vocab, odds.token, text, true);
  out += "{\"token\":" + json_quote(text) + ",\"id\":" + std::to_string(odds.token);
  if (!is_utf8(text)) {
    const char *before = ",\"bytes\":[";
    for (char byte : text) {
      out += before + std::to_string(static_cast<uint8_t>(byte));
      before = ",";
    }
    out += "]";
  }
  out += ",\"logprob\":";
  append_number(odds.logprob, out);
}

}  // namespace

std::vector<token_odds> odds_of(const float *logits, int32_t count, llama_token chosen, uint32_t alternatives) {
  llama_token best = likeliest(logits, count);
  double sum = best == LLAMA_TOKEN_NULL ? NAN : log_sum(logits, count, logits[best]);
  auto odds = [&](llama_token token) {
    double logprob = logits[token] - sum;
    return token_odds{token, std::isfinite(logprob) ? static_cast<float>(logprob) : excluded};
  };
  std::vector<token_odds> all = {odds(chosen)};
  for (llama_token token : likeliest_of(logits, count, alternatives)) all.push_back(odds(token));
  return all;
}

std::string odds_json(const llama_vocab *vocab, const std::vector<token_odds> &odds) {
  std::string json;
  append_token(vocab, odds.front(), json);
  json += ",\"top_logprobs\":[";
  for (size_t i = 1; i < odds.size(); i++) {
    if (i > 1) json += ",";
    append_token(vocab, odds[i], json);
    json += "}";
  }
  return json + "]}";
}

}  // namespace llama_engine
