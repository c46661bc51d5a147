// The table over CPUID against what ggml itself says of its libraries.
#include <dlfcn.h>

#include <filesystem>
#include <string>

#include "tests/check.h"
#include "engine/llama/cpu_variant.hpp"

namespace fs = std::filesystem;

static int score_of(const fs::path &library) {
  void *handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  CHECK(handle != nullptr);
  if (handle == nullptr) return 0;
  auto score = reinterpret_cast<int (*)()>(dlsym(handle, "ggml_backend_score"));
  CHECK(score != nullptr);
  return score != nullptr ? score() : 0;
}

static void cpu_variant__is_the_one_that_ggml_scores_highest(void) {
  std::string best;
  int best_score = 0, seen = 0;
  for (const fs::directory_entry &entry : fs::directory_iterator(LLMB_TEST_ENGINE_FOLDER)) {
    std::string name = entry.path().stem().string();
    if (name.rfind("libggml-cpu-", 0) != 0) continue;
    seen++;
    int score = score_of(entry.path());
    if (score <= best_score) continue;
    best_score = score;
    best = name.substr(std::string("libggml-cpu-").size());
  }
  CHECK(seen > 0);
  std::vector<std::string> usable = llama_engine::cpu_variants_usable();
  CHECK_TEXT(best.c_str(), usable.front().c_str());
}

static void cpu_variant__never_names_one_that_ggml_refuses(void) {
  for (const std::string &name : llama_engine::cpu_variants_usable()) {
    fs::path library = fs::path(LLMB_TEST_ENGINE_FOLDER) / ("libggml-cpu-" + name + ".so");
    if (fs::exists(library)) CHECK(score_of(library) > 0);
  }
}

CHECK_MAIN(TEST(cpu_variant__is_the_one_that_ggml_scores_highest), TEST(cpu_variant__never_names_one_that_ggml_refuses))
