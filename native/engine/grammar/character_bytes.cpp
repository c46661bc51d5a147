#include "engine/grammar/character_bytes.hpp"

#include <algorithm>

namespace grammars {
namespace {

void append_row(uint32_t first, uint32_t last, std::vector<byte_ranges> &out) {
  std::string low, high;
  append_utf8(first, low);
  append_utf8(last, high);
  byte_ranges row;
  for (size_t i = 0; i < low.size(); i++) {
    row.emplace_back(static_cast<uint8_t>(low[i]), static_cast<uint8_t>(high[i]));
  }
  out.push_back(row);
}

// Cuts the range until all its characters have as many bytes, and all of its rows' ranges are whole.
void split(uint32_t first, uint32_t last, std::vector<byte_ranges> &out) {
  if (first > last) return;
  for (uint32_t edge : {0x7fU, 0x7ffU, 0xd7ffU, 0xdfffU, 0xffffU}) {
    if (first <= edge && last > edge) {
      split(first, edge, out);
      split(edge + 1, last, out);
      return;
    }
  }
  if (first >= 0xd800 && last <= 0xdfff) return;
  for (uint32_t mask = 0x3f; last > 0x7f && mask < 0x1fffff; mask = mask << 6 | 0x3f) {
    if ((first & ~mask) == (last & ~mask)) break;
    if ((first & mask) != 0) {
      split(first, first | mask, out);
      split((first | mask) + 1, last, out);
      return;
    }
    if ((last & mask) != mask) {
      split(first, (last & ~mask) - 1, out);
      split(last & ~mask, last, out);
      return;
    }
  }
  append_row(first, last, out);
}

}  // namespace

void append_spellings(character_range range, std::vector<byte_ranges> &out) {
  split(range.first, std::min(range.last, character_max), out);
}

void append_utf8(uint32_t character, std::string &out) {
  auto add = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    add(character);
  } else if (character < 0x800) {
    add(0xc0 | character >> 6);
    add(0x80 | (character & 0x3f));
  } else if (character < 0x10000) {
    add(0xe0 | character >> 12);
    add(0x80 | (character >> 6 & 0x3f));
    add(0x80 | (character & 0x3f));
  } else {
    add(0xf0 | character >> 18);
    add(0x80 | (character >> 12 & 0x3f));
    add(0x80 | (character >> 6 & 0x3f));
    add(0x80 | (character & 0x3f));
  }
}

int hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

std::vector<character_range> normalized(std::vector<character_range> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](auto a, auto b) { return a.first < b.first; });
  std::vector<character_range> out;
  for (character_range range : ranges) {
    if (range.first > range.last) continue;
    if (!out.empty() && range.first <= out.back().last + 1) {
      out.back().last = std::max(out.back().last, range.last);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

std::vector<character_range> complement(const std::vector<character_range> &ranges) {
  std::vector<character_range> out;
  uint32_t next = 0;
  for (character_range range : normalized(ranges)) {
    if (range.first > next) out.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= character_max) out.push_back({next, character_max});
  return out;
}

}  // namespace grammars
