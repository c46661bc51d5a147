// Characters as the bytes that spell them in UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace grammars {

struct character_range {
  uint32_t first, last;
};

constexpr uint32_t character_max = 0x10ffff;

// One byte range for each place.
using byte_ranges = std::vector<std::pair<uint8_t, uint8_t>>;

// The rows of byte ranges that spell the characters of a range, surrogates left out.
void append_spellings(character_range range, std::vector<byte_ranges> &out);

void append_utf8(uint32_t character, std::string &out);

// What a hexadecimal digit counts; -1 for what is none.
int hexadecimal(char digit);

// Sorted and joined.
std::vector<character_range> normalized(std::vector<character_range> ranges);

// All characters that are not in the ranges.
std::vector<character_range> complement(const std::vector<character_range> &ranges);

}  // namespace grammars
