#include "engine/llama/model_files.hpp"

#include <cstdio>
#include <filesystem>

namespace llama_engine {
namespace {

namespace fs = std::filesystem;

constexpr unsigned parts_max = 512;

struct part_name {
  std::string prefix;  // of the path, before "-00001-of-00003.gguf"
  unsigned number = 0, count = 0;
};

std::string part_path(const part_name &name, unsigned number) {
  char end[64];
  std::snprintf(end, sizeof end, "-%05u-of-%05u.gguf", number, name.count);
  return name.prefix + end;
}

// False for a path that is no part's.
bool part_read(const std::string &path, part_name &out) {
  size_t at = path.rfind("-of-");
  if (at == std::string::npos || at < 6) return false;
  out.prefix = path.substr(0, at - 6);
  if (std::sscanf(path.c_str() + at - 6, "-%5u-of-%5u.gguf", &out.number, &out.count) != 2) return false;
  return out.number >= 1 && out.number <= out.count && out.count <= parts_max && part_path(out, out.number) == path;
}

}  // namespace

std::vector<std::string> model_files(const std::string &path) {
  part_name name;
  if (!part_read(path, name)) {
    std::error_code error;
    fs::path target = fs::canonical(path, error);
    if (error || !part_read(target, name)) return {path};
  }
  if (name.number != 1) return {part_path(name, name.number)};  // refused when it is read
  std::vector<std::string> files;
  for (unsigned number = 1; number <= name.count; number++) files.push_back(part_path(name, number));
  return files;
}

uint64_t model_files_bytes(const std::string &path) {
  uint64_t sum = 0;
  for (const std::string &file : model_files(path)) {
    std::error_code error;
    uint64_t bytes = fs::file_size(file, error);
    if (!error) sum += bytes;
  }
  return sum;
}

}  // namespace llama_engine
