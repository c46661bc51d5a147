#include "engine/llama/cpu_variant.hpp"

#include <cpuid.h>

namespace llama_engine {
namespace {

enum cpu_feature : uint32_t {
  SSE42 = 1U << 0,
  AVX = 1U << 1,
  F16C = 1U << 2,
  FMA = 1U << 3,
  AVX2 = 1U << 4,
  BMI2 = 1U << 5,
  AVX_VNNI = 1U << 6,
  AVX512 = 1U << 7,  // F, CD, VL, DQ and BW
  AVX512_VBMI = 1U << 8,
  AVX512_VNNI = 1U << 9,
  AVX512_BF16 = 1U << 10,
  AMX_INT8 = 1U << 11
};

constexpr uint32_t haswell = SSE42 | AVX | F16C | FMA | AVX2 | BMI2;
constexpr uint32_t skylakex = haswell | AVX512;

struct variant {
  const char *name;
  uint32_t needs;
};

// In the order of ggml's own scores, which add up the features a build uses, newer ones counting more.
constexpr variant variants[] = {
    {"sapphirerapids", skylakex | AVX512_VBMI | AVX512_VNNI | AVX512_BF16 | AMX_INT8},
    {"zen4", skylakex | AVX512_VBMI | AVX512_VNNI | AVX512_BF16},
    {"cooperlake", skylakex | AVX512_VNNI | AVX512_BF16},
    {"icelake", skylakex | AVX512_VBMI | AVX512_VNNI},
    {"cascadelake", skylakex | AVX512_VNNI},
    {"cannonlake", skylakex | AVX512_VBMI},
    {"skylakex", skylakex},
    {"alderlake", haswell | AVX_VNNI},
    {"haswell", haswell},
    {"piledriver", SSE42 | AVX | F16C | FMA},
    {"ivybridge", SSE42 | AVX | F16C},
    {"sandybridge", SSE42 | AVX},
    {"sse42", SSE42},
    {"x64", 0},
};

uint32_t bit(uint32_t word, uint32_t number, uint32_t feature) {
  return (word >> number) & 1U ? feature : 0;
}

// What the operating system saves of the registers; without it a feature faults although the processor has it.
uint64_t registers_saved(uint32_t leaf1_ecx) {
  if (((leaf1_ecx >> 27) & 1U) == 0) return 0;
  uint32_t low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<uint64_t>(high) << 32) | low;
}

uint32_t features_of_this_cpu() {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0) return 0;
  uint32_t leaf1_ecx = ecx;
  uint32_t found = bit(ecx, 20, SSE42) | bit(ecx, 28, AVX) | bit(ecx, 29, F16C) | bit(ecx, 12, FMA);
  uint32_t leaf7_subleaf_max = 0;
  if (__get_cpuid_count(7, 0, &leaf7_subleaf_max, &ebx, &ecx, &edx) != 0) {
    constexpr uint32_t avx512_all = 1U << 16 | 1U << 28 | 1U << 31 | 1U << 17 | 1U << 30;
    found |= bit(ebx, 5, AVX2) | bit(ebx, 8, BMI2) | bit(ecx, 1, AVX512_VBMI) | bit(ecx, 11, AVX512_VNNI);
    found |= bit(edx, 25, AMX_INT8);
    if ((ebx & avx512_all) == avx512_all) found |= AVX512;
    if (leaf7_subleaf_max >= 1 && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0) {
      found |= bit(eax, 4, AVX_VNNI) | bit(eax, 5, AVX512_BF16);
    }
  }
  constexpr uint64_t ymm = 0x6, zmm = 0xe0, tiles = 0x60000;
  uint64_t saved = registers_saved(leaf1_ecx);
  if ((saved & ymm) != ymm) found &= SSE42;
  if ((saved & zmm) != zmm) found &= ~static_cast<uint32_t>(AVX512 | AVX512_VBMI | AVX512_VNNI | AVX512_BF16);
  if ((saved & tiles) != tiles) found &= ~static_cast<uint32_t>(AMX_INT8);
  return found;
}

}  // namespace

std::vector<std::string> cpu_variants_usable() {
  uint32_t found = features_of_this_cpu();
  std::vector<std::string> names;
  for (const variant &candidate : variants) {
    if ((candidate.needs & ~found) == 0) names.emplace_back(candidate.name);
  }
  return names;
}

}  // namespace llama_engine
