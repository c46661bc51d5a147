#include "engine/grammar/number_grammar.hpp"

#include <algorithm>
#include <cmath>

namespace grammars {
namespace {

constexpr int64_t integer_max = 999999999999999;  // 15 digits, which a double holds

symbol digit_between(grammar_builder &builder, char first, char last) {
  byte_set set;
  for (char digit = first; digit <= last; digit++) set.set(static_cast<uint8_t>(digit));
  return builder.bytes(set);
}

// Numbers of as many digits as both have, from place `at` on; `low` and `high` say whether a smaller or a larger digit
// would leave the range.
symbol digits_between(grammar_builder &builder, const std::string &least, const std::string &most, size_t at, bool low,
                      bool high) {
  if (at == least.size()) return builder.choice({{}});
  char first = low ? least[at] : '0', last = high ? most[at] : '9';
  auto rest = [&](bool still_low, bool still_high) {
    return digits_between(builder, least, most, at + 1, still_low, still_high);
  };
  if (!low && !high) {
    auto left = static_cast<uint32_t>(least.size() - at);
    return builder.repeated(digit_between(builder, '0', '9'), left, left);
  }
  if (first == last) return builder.choice({{digit_between(builder, first, last), rest(low, high)}});
  std::vector<symbol_row> rows;
  if (low) rows.push_back({digit_between(builder, first, first), rest(true, false)});
  if (high) rows.push_back({digit_between(builder, last, last), rest(false, true)});
  if (low) first++;
  if (high) last--;
  if (first <= last) rows.push_back({digit_between(builder, first, last), rest(false, false)});
  return builder.choice(std::move(rows));
}

// From 0 up.
void append_positive(grammar_builder &builder, int64_t least, int64_t most, std::string_view sign,
                     std::vector<symbol_row> &rows) {
  for (int64_t first = 0, last = 9; first <= most; first = last + 1, last = last * 10 + 9) {
    int64_t from = std::max(first, least), to = std::min(last, most);
    if (from > to) continue;
    symbol_row row = builder.text(sign);
    row.push_back(digits_between(builder, std::to_string(from), std::to_string(to), 0, true, true));
    rows.push_back(std::move(row));
  }
}

symbol integers(grammar_builder &builder, int64_t least, int64_t most) {
  std::vector<symbol_row> rows;
  if (most >= 0) append_positive(builder, std::max<int64_t>(least, 0), most, "", rows);
  if (least < 0) append_positive(builder, std::max<int64_t>(-most, 1), -least, "-", rows);
  return builder.choice(std::move(rows));
}

// The whole numbers inside the bounds, cut to what a double holds. False if a bound is beyond.
bool whole_bounds(const number_bounds &bounds, int64_t &least, int64_t &most) {
  double low = bounds.least.value_or(-static_cast<double>(integer_max));
  double high = bounds.most.value_or(static_cast<double>(integer_max));
  if (low > static_cast<double>(integer_max) || high < -static_cast<double>(integer_max)) return false;
  low = std::max(low, -static_cast<double>(integer_max));
  high = std::min(high, static_cast<double>(integer_max));
  least = static_cast<int64_t>(std::ceil(low));
  most = static_cast<int64_t>(std::floor(high));
  if (bounds.without_least && static_cast<double>(least) == low) least++;
  if (bounds.without_most && static_cast<double>(most) == high) most--;
  return true;
}

}  // namespace

bounded_number integer_between(grammar_builder &builder, json_pieces &pieces, const number_bounds &bounds) {
  if (!bounds.least && !bounds.most) return {pieces.any_integer(), true};
  int64_t least = 0, most = 0;
  if (!whole_bounds(bounds, least, most)) return {pieces.any_integer(), false};
  return {integers(builder, least, most), true};
}

// Below the largest whole number any fraction may follow. Bounds that are no whole numbers, or below 0, are left.
bounded_number number_between(grammar_builder &builder, json_pieces &pieces, const number_bounds &bounds) {
  if (!bounds.least && !bounds.most) return {pieces.any_number(), true};
  double least = bounds.least.value_or(-1), most = bounds.most.value_or(static_cast<double>(integer_max));
  bool is_whole = least == std::floor(least) && most == std::floor(most);
  if (!is_whole || least < 0 || most < least || most > static_cast<double>(integer_max)) {
    return {pieces.any_number(), false};
  }
  symbol_row fraction = builder.text(".");
  fraction.push_back(builder.repeated(digit_between(builder, '0', '9'), 1, 15));
  std::vector<symbol_row> rows;
  auto low = static_cast<int64_t>(least), high = static_cast<int64_t>(most);
  if (low < high) rows.push_back({integers(builder, low, high - 1), builder.choice({{}, fraction})});
  if (!bounds.without_most) rows.push_back({integers(builder, high, high)});
  return {builder.choice(std::move(rows)), !bounds.without_least};
}

}  // namespace grammars
