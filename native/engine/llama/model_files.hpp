// The files of a model: one, or the parts of one that was split ("m-00001-of-00003.gguf" and so on).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace llama_engine {

// The files that llama.cpp will open for this path, the first first. A name that says nothing of parts, but is a
// symbolic link to one that does, stands for that one. Only names are looked at, nothing is opened.
std::vector<std::string> model_files(const std::string &path);

// The bytes of all of them together; 0 for those that cannot be found.
uint64_t model_files_bytes(const std::string &path);

}  // namespace llama_engine
