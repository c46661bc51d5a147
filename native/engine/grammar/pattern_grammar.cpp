#include "engine/grammar/pattern_grammar.hpp"

extern "C" {
#include "schema/regex_program.h"
#include "schema/regex_tree.h"
}

namespace grammars {
namespace {

constexpr uint32_t depth_max = 128;  // parts inside each other
constexpr size_t parts_max = 20000;  // with those that are repeated

class pattern_reader {
 public:
  pattern_reader(grammar_builder &builder, json_pieces &pieces, const regex_tree &tree)
      : builder_(builder), pieces_(pieces), tree_(tree) {
  }

  // The text may begin before the pattern and go on behind it where it has no anchor.
  std::optional<symbol> whole() {
    std::vector<uint32_t> choices = {tree_.root};
    const regex_part &root = tree_.parts[tree_.root];
    if (root.kind == REGEX_PART_CHOICE) choices = parts_of(root);
    std::vector<symbol_row> rows;
    for (uint32_t choice : choices) {
      std::vector<uint32_t> row = {choice};
      if (tree_.parts[choice].kind == REGEX_PART_ROW) row = parts_of(tree_.parts[choice]);
      if (!append_anchored(row, rows)) return std::nullopt;
    }
    return builder_.choice(std::move(rows));
  }

 private:
  std::vector<uint32_t> parts_of(const regex_part &part) const {
    std::vector<uint32_t> out;
    for (uint32_t at = part.first; at != 0; at = tree_.parts[at].next) out.push_back(at);
    return out;
  }

  bool is_assert(uint32_t part, regex_op op) const {
    return tree_.parts[part].kind == REGEX_PART_ASSERT && tree_.parts[part].a == static_cast<uint32_t>(op);
  }

  bool append_anchored(std::vector<uint32_t> row, std::vector<symbol_row> &rows) {
    bool begins = !row.empty() && is_assert(row.front(), REGEX_OP_START);
    if (begins) row.erase(row.begin());
    bool ends = !row.empty() && is_assert(row.back(), REGEX_OP_END);
    if (ends) row.pop_back();
    symbol anything = builder_.repeated(pieces_.string_character(), 0, endless);
    symbol_row out = builder_.text("\"");
    if (!begins) out.push_back(anything);
    for (uint32_t part : row) {
      std::optional<symbol> made = read(part, 0);
      if (!made) return false;
      out.push_back(*made);
    }
    if (!ends) out.push_back(anything);
    builder_.append_text("\"", out);
    rows.push_back(std::move(out));
    return true;
  }

  std::optional<symbol> read(uint32_t at, uint32_t depth) {
    const regex_part &part = tree_.parts[at];
    if (depth > depth_max || ++parts_ > parts_max) return std::nullopt;
    switch (part.kind) {
      case REGEX_PART_NOTHING:
        return builder_.choice({{}});
      case REGEX_PART_RANGE:
        return pieces_.spelled({{part.a, part.b}});
      case REGEX_PART_CLASS: {
        std::vector<character_range> ranges;
        for (uint32_t i = 0; i < part.b; i++) {
          ranges.push_back({tree_.ranges.ranges[part.a + i].first, tree_.ranges.ranges[part.a + i].last});
        }
        return pieces_.spelled(ranges);
      }
      case REGEX_PART_ROW:
      case REGEX_PART_CHOICE:
        return read_parts(part, depth);
      case REGEX_PART_REPEAT:
        return read_repeat(part, depth);
      case REGEX_PART_ASSERT:
        break;
    }
    return std::nullopt;
  }

  std::optional<symbol> read_parts(const regex_part &part, uint32_t depth) {
    std::vector<symbol_row> rows;
    symbol_row row;
    for (uint32_t at : parts_of(part)) {
      std::optional<symbol> made = read(at, depth + 1);
      if (!made) return std::nullopt;
      row.push_back(*made);
      if (part.kind == REGEX_PART_CHOICE) rows.push_back(std::exchange(row, {}));
    }
    if (part.kind == REGEX_PART_ROW) rows.push_back(row);
    return builder_.choice(std::move(rows));
  }

  std::optional<symbol> read_repeat(const regex_part &part, uint32_t depth) {
    bool is_endless = part.b == static_cast<uint32_t>(REGEX_ENDLESS);
    if (part.a > repetitions_max || (!is_endless && part.b > repetitions_max)) return std::nullopt;
    std::optional<symbol> made = read(part.first, depth + 1);
    if (!made) return std::nullopt;
    return builder_.repeated(*made, part.a, is_endless ? endless : part.b);
  }

  grammar_builder &builder_;
  json_pieces &pieces_;
  const regex_tree &tree_;
  size_t parts_ = 0;
};

struct tree_owner {
  regex_tree tree = {};
  ~tree_owner() {
    regex_tree_close(&tree);
  }
};

}  // namespace

std::optional<symbol> string_with_pattern(grammar_builder &builder, json_pieces &pieces, std::string_view pattern) {
  tree_owner owner;
  const char *what = nullptr;
  uint64_t at = 0;
  if (regex_tree_read(&owner.tree, pattern.data(), pattern.size(), &what, &at) != LLMB_OK) return std::nullopt;
  return pattern_reader(builder, pieces, owner.tree).whole();
}

}  // namespace grammars
