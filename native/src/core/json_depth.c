#include "core/json_depth.h"

bool json_is_deeper(const char *text, uint64_t size, uint32_t depth) {
  uint64_t open = 0;
  bool in_string = false;
  for (uint64_t i = 0; i < size; i++) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') i++;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++open > depth) return true;
    } else if ((c == ']' || c == '}') && open > 0) {
      open--;
    }
  }
  return false;
}
