// llama_quantize IN.gguf OUT.gguf TYPE
//   writes the model with its matrices in another type, by libllama's own quantisation: what users' files are made
//   with. A matrix whose rows are no whole blocks of the type gets a similar one that fits.
#include <array>
#include <cstdio>
#include <cstring>

#include "engine/llama/backend.hpp"
#include "llama.h"

namespace {

struct quantisation {
  const char *name;
  llama_ftype type;
};

// Those that need no importance matrix.
constexpr std::array<quantisation, 13> quantisations = {{
    {"q4_1", LLAMA_FTYPE_MOSTLY_Q4_1},
    {"q5_0", LLAMA_FTYPE_MOSTLY_Q5_0},
    {"q5_1", LLAMA_FTYPE_MOSTLY_Q5_1},
    {"q2_k", LLAMA_FTYPE_MOSTLY_Q2_K},
    {"q3_k_m", LLAMA_FTYPE_MOSTLY_Q3_K_M},
    {"q4_k_m", LLAMA_FTYPE_MOSTLY_Q4_K_M},
    {"q5_k_m", LLAMA_FTYPE_MOSTLY_Q5_K_M},
    {"q6_k", LLAMA_FTYPE_MOSTLY_Q6_K},
    {"iq3_s", LLAMA_FTYPE_MOSTLY_IQ3_S},
    {"iq4_nl", LLAMA_FTYPE_MOSTLY_IQ4_NL},
    {"iq4_xs", LLAMA_FTYPE_MOSTLY_IQ4_XS},
    {"bf16", LLAMA_FTYPE_MOSTLY_BF16},
    {"tq2_0", LLAMA_FTYPE_MOSTLY_TQ2_0},
}};

void log_errors(ggml_log_level level, const char *text, void *) {
  if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
}

int usage() {
  std::fputs("usage: llama_quantize IN.gguf OUT.gguf", stderr);
  for (const quantisation &known : quantisations)
    std::fprintf(stderr, "%c%s", &known == quantisations.data() ? ' ' : '|', known.name);
  std::fputc('\n', stderr);
  return 2;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 4) return usage();
  llama_log_set(log_errors, nullptr);
  llama_engine::backend_load();
  llama_model_quantize_params params = llama_model_quantize_default_params();
  params.nthread = 1;
  for (const quantisation &known : quantisations) {
    if (std::strcmp(argv[3], known.name) != 0) continue;
    params.ftype = known.type;
    return llama_model_quantize(argv[1], argv[2], &params) == 0 ? 0 : 1;
  }
  return usage();
}
