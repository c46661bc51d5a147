#include "engine/llama/engine_options.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "engine/llama/failure.hpp"
#include "engine/llama/model_files.hpp"

namespace llama_engine {

double number_read(const char *name, const char *text, double fallback) {
  if (text == nullptr || *text == '\0') return fallback;
  double value = 0;
  const char *end = text + std::strlen(text);
  auto [stop, error] = std::from_chars(text, end, value);
  if (error != std::errc() || stop != end) {
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, std::string(name) + " is not a number: " + text);
  }
  return value;
}

static double number_of(const llmb_engine *engine, const char *name, double fallback) {
  return number_read(name, llmb_engine_setting(engine, name), fallback);
}

uint32_t threads_default(const std::string &model_path, uint32_t workers) {
  uint64_t bytes = model_files_bytes(model_path);
  uint64_t count = std::min<uint64_t>(std::thread::hardware_concurrency() / workers, bytes / model_bytes_per_thread);
  return std::max(1U, static_cast<uint32_t>(count));
}

std::string memory_advice_of(uint32_t tokens, uint32_t slots) {
  slots = std::max(1U, slots);
  return "it is wanted for " + std::to_string(slots) + " slots with a context of " + std::to_string(tokens / slots) +
         " tokens each: lower slots or context, or let memory_mb allow more";
}

// The file is the caller's own, so it is read before the engine gives up what it does not need.
static std::string chat_template_read(const char *path) {
  constexpr uintmax_t bytes_max = 1 << 20;
  if (path == nullptr || *path == '\0') return {};
  std::error_code error;
  auto refuse = [&](llmb_status status, const char *what) {
    throw failure(status, LLMB_PHASE_CONFIGURE, std::string("chat_template: ") + path + what);
  };
  if (!std::filesystem::exists(path, error)) refuse(LLMB_E_NOT_FOUND, " does not exist");
  if (!std::filesystem::is_regular_file(path, error)) refuse(LLMB_E_INVALID_ARGUMENT, " is no regular file");
  uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error || bytes == 0 || bytes > bytes_max) refuse(LLMB_E_INVALID_ARGUMENT, " is empty or larger than 1 MiB");
  std::string text(static_cast<size_t>(bytes), '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(text.data(), static_cast<std::streamsize>(bytes))) refuse(LLMB_E_NOT_FOUND, " cannot be read");
  return text;
}

engine_options engine_options_read(const llmb_engine *engine) {
  engine_options options;
  const char *model = llmb_engine_setting(engine, "model");
  if (model == nullptr || *model == '\0') {
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "the llama engine needs the setting model");
  }
  options.model_path = model;
  options.context = static_cast<uint32_t>(number_of(engine, "context", 0));
  options.slots = std::max(1U, static_cast<uint32_t>(number_of(engine, "slots", 4)));
  options.gpu_layers = static_cast<int32_t>(number_of(engine, "gpu_layers", 0));
  uint32_t workers = std::max(1U, static_cast<uint32_t>(number_of(engine, "workers", 1)));
  uint32_t threads = static_cast<uint32_t>(number_of(engine, "threads", 0));
  options.threads = threads > 0 ? threads : threads_default(options.model_path, workers);
  const char *batching = llmb_engine_setting(engine, "batching");
  options.batching = batching == nullptr || std::strcmp(batching, "off") != 0;
  const char *log = llmb_engine_setting(engine, "log");
  if (log != nullptr) options.log = log;
  options.chat_template = chat_template_read(llmb_engine_setting(engine, "chat_template"));
  return options;
}

}  // namespace llama_engine
