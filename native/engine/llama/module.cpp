// The llama engine module: what llmbridge-engine finds when it loads llama.so.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "engine/llama/backend.hpp"
#include "engine/llama/deep_thread.hpp"
#include "engine/llama/engine_log.hpp"
#include "engine/llama/engine_options.hpp"
#include "engine/llama/failure.hpp"
#include "llama.h"
#include "engine/llama/memory_limit.hpp"
#include "engine/llama/model.hpp"
#include "engine/llama/model_files.hpp"
#include "engine/llama/scheduler.hpp"

using namespace llama_engine;

// LOAD before anything of a stranger's is opened: a model file may be made to take this process over. SERVE when all
// threads are there and the model is mapped: nothing need ever be opened or started again.
static void confine(llmb_engine *engine, llmb_engine_profile profile) {
  llmb_error error;
  llmb_error_init(&error);
  std::vector<std::string> files = model_files(llmb_engine_setting(engine, "model"));
  std::vector<const char *> readable;
  for (const std::string &file : files) readable.push_back(file.c_str());
  readable.push_back(nullptr);
  llmb_status status = llmb_engine_confine_profile(engine, profile, readable.data(), &error);
  if (status != LLMB_OK) throw failure(status, LLMB_PHASE_START, error.message);
}

static void engine_run(llmb_engine *engine, bool &is_ready) {
  engine_options options = engine_options_read(engine);
  engine_log_install(engine, options.log.c_str());
  std::string cpu_variant = backend_load();
  deep_thread::reserve();
  memory_limit memory(engine);
  confine(engine, LLMB_PROFILE_LOAD);
  llmb_engine_loading(engine, 0);
  threadpool_ptr threads = threadpool_create(options.threads);
  memory.loading(options);
  model_ptr model = model_load(engine, options);
  const uint64_t tokens = uint64_t{model_context(model.get(), options)} * options.slots;
  memory.loaded(model.get(), tokens);
  engine_log_memory(memory_advice_of(static_cast<uint32_t>(tokens), options.slots));
  scheduler calls(engine, model.get(), options, threads.get());
  engine_log_loading(true);  // an abort in here would come again in each call
  calls.try_model();
  engine_log_loading(false);
  // What a request asks for has no effects, and its answer follows from its tokens.
  llmb_engine_declare(engine, LLMB_ENGINE_REPEATS | LLMB_ENGINE_RESUMES);
  engine_log_memory({});
  memory.ready();
  confine(engine, LLMB_PROFILE_SERVE);
  llmb_error error;
  llmb_error_init(&error);
  llmb_status status = llmb_engine_ready(engine, model_info_json(model.get(), options, cpu_variant).c_str(), &error);
  if (status != LLMB_OK) throw failure(status, LLMB_PHASE_LOAD, error.message);
  is_ready = true;
  calls.serve();
}

// While it loads the engine can refuse to start; afterwards it can only say why it dies.
static int32_t engine_give_up(llmb_engine *engine, bool is_ready, llmb_status status, const char *message) {
  if (llmb_engine_in_process(engine) == 0) std::fprintf(stderr, "llama engine: %s\n", message);
  if (is_ready) {
    llmb_engine_last_words(engine, message);
  } else {
    llmb_engine_refuse(engine, status, message);
  }
  return 1;
}

extern "C" {

LLMB_API int32_t llmb_engine_module_main(llmb_engine *engine);
LLMB_API const char *llmb_engine_module_version(void);

int32_t llmb_engine_module_main(llmb_engine *engine) {
  bool is_ready = false;
  try {
    engine_run(engine, is_ready);
    return 0;
  } catch (const failure &error) {
    return engine_give_up(engine, is_ready, error.status, error.what());
  } catch (const std::bad_alloc &) {
    return engine_give_up(engine, is_ready, LLMB_E_OUT_OF_MEMORY, "the engine is out of memory");
  } catch (const std::exception &error) {
    return engine_give_up(engine, is_ready, LLMB_E_ENGINE_ERROR, error.what());
  }
}

const char *llmb_engine_module_version(void) {
  static const std::string version = std::string("llama.cpp ") + llama_version();
  return version.c_str();
}
}
