// Which of ggml's builds for x86-64 this processor runs best.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace llama_engine {

// The names of the variants this processor and operating system can run, best first: "zen4", "haswell" ... The last is
// always "x64". Asking CPUID takes a microsecond; opening every library to ask it for its score takes 40 ms.
std::vector<std::string> cpu_variants_usable();

}  // namespace llama_engine
