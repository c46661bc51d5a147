#include "engine/llama/backend.hpp"

#include <dlfcn.h>

#include <filesystem>

#include "engine/llama/cpu_variant.hpp"
#include "engine/llama/engine_log.hpp"
#include "engine/llama/failure.hpp"

namespace llama_engine {
namespace {

namespace fs = std::filesystem;

// The folder is named outright: ggml's own search goes on to the current directory, where anyone may put a library.
fs::path library_folder() {
  Dl_info info = {};
  if (dladdr(reinterpret_cast<const void *>(&llama_version), &info) == 0 || info.dli_fname == nullptr) {
    throw failure(LLMB_E_NOT_FOUND, LLMB_PHASE_LOAD, "cannot tell where libllama was loaded from");
  }
  return fs::absolute(info.dli_fname).parent_path();
}

void *cpu_function(const char *name) {
  ggml_backend_reg_t backend = ggml_backend_reg_by_name("CPU");
  void *function = backend != nullptr ? ggml_backend_reg_get_proc_address(backend, name) : nullptr;
  if (function == nullptr) {
    throw failure(LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_LOAD, std::string("ggml's CPU backend has no ") + name);
  }
  return function;
}

// On processors with AMX the kernel is asked for its registers when these are first listed. That is a call which a
// confined engine may not make.
void registers_ask() {
  ggml_backend_reg_t backend = ggml_backend_reg_by_name("CPU");
  void *function = ggml_backend_reg_get_proc_address(backend, "ggml_backend_dev_get_extra_bufts");
  if (function == nullptr || ggml_backend_reg_dev_count(backend) == 0) return;
  reinterpret_cast<ggml_backend_dev_get_extra_bufts_t>(function)(ggml_backend_reg_dev_get(backend, 0));
}

}  // namespace

std::string backend_load() {
  if (ggml_backend_reg_by_name("CPU") != nullptr) {
    registers_ask();
    return "built-in";
  }
  fs::path folder = library_folder();
  engine_log_forget();
  for (const std::string &variant : cpu_variants_usable()) {
    fs::path library = folder / ("libggml-cpu-" + variant + ".so");
    if (!fs::exists(library)) continue;
    if (ggml_backend_load(library.c_str()) == nullptr) {
      throw failure(LLMB_E_NOT_FOUND, LLMB_PHASE_LOAD, library.string() + ": " + engine_log_reason());
    }
    registers_ask();
    return variant;
  }
  throw failure(LLMB_E_NOT_FOUND, LLMB_PHASE_LOAD, "no libggml-cpu-*.so for this processor in " + folder.string());
}

void threadpool_deleter::operator()(ggml_threadpool *pool) const {
  auto free_pool = reinterpret_cast<decltype(&ggml_threadpool_free)>(cpu_function("ggml_threadpool_free"));
  free_pool(pool);
}

threadpool_ptr threadpool_create(uint32_t threads) {
  auto new_pool = reinterpret_cast<decltype(&ggml_threadpool_new)>(cpu_function("ggml_threadpool_new"));
  ggml_threadpool_params params = ggml_threadpool_params_default(static_cast<int>(threads));
  ggml_threadpool *pool = new_pool(&params);
  if (pool == nullptr) throw failure(LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_LOAD, "cannot create the thread pool");
  return threadpool_ptr(pool);
}

}  // namespace llama_engine
