#include "engine/llama/memory_limit.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace llama_engine {
namespace {

bool is_automatic(const llmb_engine *engine) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  (void)engine;
  return false;  // a sanitizer's runtime maps terabytes
#else
  const char *megabytes = llmb_engine_setting(engine, "memory_mb");
  return llmb_engine_in_process(engine) == 0 && megabytes != nullptr && std::strcmp(megabytes, "auto") == 0;
#endif
}

// Keys and values of a token in all layers, in 16 bits each.
uint64_t token_bytes(const llama_model *model) {
  auto heads = static_cast<uint64_t>(std::max(llama_model_n_head(model), 1));
  auto heads_kv = static_cast<uint64_t>(std::max(llama_model_n_head_kv(model), 1));
  auto width = static_cast<uint64_t>(std::max(llama_model_n_embd(model), 1));
  auto layers = static_cast<uint64_t>(std::max(llama_model_n_layer(model), 1));
  return 4 * layers * (width * heads_kv / heads + width);
}

}  // namespace

memory_limit::memory_limit(const llmb_engine *engine) {
  if (is_automatic(engine)) status_ = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}

memory_limit::~memory_limit() {
  if (status_ >= 0) close(status_);
}

// What RLIMIT_DATA counts, which /proc tells in KiB.
uint64_t memory_limit::used() const {
  char text[4096];
  ssize_t size = pread(status_, text, sizeof text - 1, 0);
  if (size <= 0) return 0;
  text[size] = '\0';
  const char *line = std::strstr(text, "VmData:");
  return line == nullptr ? 0 : std::strtoull(line + std::strlen("VmData:"), nullptr, 10) << 10;
}

void memory_limit::set(uint64_t bytes, bool for_good) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_DATA, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(bytes, limit.rlim_max);
  if (for_good) limit.rlim_max = limit.rlim_cur;
  (void)setrlimit(RLIMIT_DATA, &limit);
}

void memory_limit::loading(const engine_options &options) {
  if (status_ < 0) return;
  std::error_code error;
  uint64_t file = std::filesystem::file_size(options.model_path, error);
  if (error) file = 0;  // loading it will say why
  set(used() + static_cast<uint64_t>(static_cast<double>(file) * memory_loading_factor) + memory_loading_bytes, false);
}

void memory_limit::loaded(const llama_model *model, uint64_t tokens) {
  if (status_ < 0) return;
  used_when_loaded_ = used();
  set(used_when_loaded_ + tokens * token_bytes(model) + memory_context_bytes, false);
}

void memory_limit::ready() {
  if (status_ < 0) return;
  uint64_t now = used();
  uint64_t contexts = now > used_when_loaded_ ? now - used_when_loaded_ : 0;
  if (now != 0) set(now + contexts + memory_serving_bytes, true);
  close(status_);
  status_ = -1;
}

}  // namespace llama_engine
