#include "engine/llama/engine_log.hpp"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <string_view>
#include <vector>

#include "llama.h"

namespace llama_engine {
namespace {

constexpr size_t errors_kept_max = 8;

std::mutex log_mutex;  // ggml may log from its own threads
llmb_engine *log_engine;
ggml_log_level log_threshold = GGML_LOG_LEVEL_WARN;
ggml_log_level line_level = GGML_LOG_LEVEL_NONE;
std::string line_begun;
std::vector<std::string> errors;
std::atomic<bool> log_muted;
std::atomic<bool> model_loading;
std::string memory_advice;  // while it starts; changed by the starting thread alone
bool log_printed = true;    // not in a host's process: its stderr is its own

void line_finish() {
  if (line_level == GGML_LOG_LEVEL_ERROR && errors.size() < errors_kept_max) errors.push_back(line_begun);
  if (log_printed && line_level >= log_threshold) std::fprintf(stderr, "%s\n", line_begun.c_str());
  line_begun.clear();
}

// A line may come in parts: its continuation has the level CONT.
void log_take(ggml_log_level level, const char *text, void *) {
  if (log_muted.load(std::memory_order_relaxed)) return;
  std::lock_guard lock(log_mutex);
  if (level != GGML_LOG_LEVEL_CONT) line_level = level;
  for (const char *rest = text; *rest != '\0';) {
    const char *end = std::strchr(rest, '\n');
    line_begun.append(rest, end != nullptr ? static_cast<size_t>(end - rest) : std::strlen(rest));
    if (end == nullptr) return;
    line_finish();
    rest = end + 1;
  }
}

// What an error line says beyond "it failed" and the name of the function it failed in.
std::string reason_in(std::string line) {
  constexpr std::string_view wrapper = "error loading model: ";
  size_t at = line.find(wrapper);
  if (at != std::string::npos) line.erase(0, at + wrapper.size());
  if (line.find("failed to load model") != std::string::npos) return {};
  at = line.find(": ");
  if (at != std::string::npos && line.substr(0, at).find_first_of(" '\"") == std::string::npos) line.erase(0, at + 2);
  return line;
}

// The last error line that says that memory was refused.
std::string memory_refusal() {
  std::lock_guard lock(log_mutex);
  for (auto line = errors.rbegin(); line != errors.rend(); ++line) {
    if (line->find("insufficient memory") != std::string::npos) return reason_in(*line);
  }
  return {};
}

// Of a file that makes llama.cpp abort, another try would see the same; so it is with memory that a setting limits,
// of which ggml does not always check that it got it.
void abort_report(const char *message) {
  const std::string refusal = memory_advice.empty() ? std::string() : memory_refusal();
  if (!refusal.empty()) {
    llmb_engine_refuse(log_engine, LLMB_E_OUT_OF_MEMORY,
                       ("llama.cpp has too little memory to start: " + refusal + "; " + memory_advice).c_str());
  } else if (model_loading.load()) {
    llmb_engine_refuse(log_engine, LLMB_E_MODEL_INVALID,
                       (std::string("llama.cpp aborts while it loads this model: ") + message).c_str());
  } else {
    llmb_engine_last_words(log_engine, message);
  }
  if (log_printed) std::fprintf(stderr, "%s\n", message);
}

}  // namespace

void engine_log_install(llmb_engine *engine, const char *level) {
  log_engine = engine;
  log_printed = llmb_engine_in_process(engine) == 0;
  if (std::strcmp(level, "debug") == 0) log_threshold = GGML_LOG_LEVEL_DEBUG;
  if (std::strcmp(level, "info") == 0) log_threshold = GGML_LOG_LEVEL_INFO;
  llama_log_set(log_take, nullptr);
  ggml_set_abort_callback(abort_report);
}

void engine_log_forget() {
  std::lock_guard lock(log_mutex);
  errors.clear();
}

std::string engine_log_reason() {
  std::lock_guard lock(log_mutex);
  for (const std::string &line : errors) {
    std::string reason = reason_in(line);
    if (!reason.empty()) return reason;
  }
  return errors.empty() ? std::string() : errors.back();
}

void engine_log_loading(bool loading) {
  model_loading.store(loading);
}

void engine_log_memory(const std::string &advice) {
  memory_advice = advice;
}

void engine_log_mute(bool muted) {
  log_muted.store(muted, std::memory_order_relaxed);
}

}  // namespace llama_engine
