#include "engine/grammar/grammar_cycles.hpp"

#include <algorithm>
#include <functional>

namespace grammars {
namespace {

struct place {
  uint32_t rule, alternative;
};

// The rules that have an alternative all of whose symbols are ready: `is_ready` says so of bytes, and a rule is ready
// as soon as it is found.
std::vector<bool> saturate(const std::vector<open_rule> &rules, const std::function<bool(symbol)> &is_ready) {
  std::vector<bool> found(rules.size());
  std::vector<std::vector<place>> users(rules.size());
  std::vector<std::vector<uint32_t>> missing(rules.size());
  std::vector<uint32_t> work;
  auto find = [&](uint32_t rule) {
    if (found[rule]) return;
    found[rule] = true;
    work.push_back(rule);
  };
  for (uint32_t rule = 0; rule < rules.size(); rule++) {
    const auto &rows = rules[rule].alternatives;
    missing[rule].resize(rows.size());
    for (uint32_t i = 0; i < rows.size(); i++) {
      for (symbol at : rows[i]) {
        if (at.kind() == symbol_kind::bytes && is_ready(at)) continue;
        missing[rule][i]++;
        if (at.kind() == symbol_kind::rule) users[at.index()].push_back({rule, i});
      }
      if (missing[rule][i] == 0) find(rule);
    }
  }
  while (!work.empty()) {
    uint32_t rule = work.back();
    work.pop_back();
    for (place user : users[rule]) {
      if (--missing[user.rule][user.alternative] == 0) find(user.rule);
    }
  }
  return found;
}

struct arrow {
  uint32_t to;
  bool leaves_more;  // something stands behind it
};

// For each rule those that it may begin with.
std::vector<std::vector<arrow>> beginnings(const std::vector<open_rule> &rules) {
  std::vector<bool> nullable = saturate(rules, [](symbol) { return false; });
  std::vector<std::vector<arrow>> out(rules.size());
  for (uint32_t rule = 0; rule < rules.size(); rule++) {
    for (const symbol_row &row : rules[rule].alternatives) {
      for (size_t i = 0; i < row.size() && row[i].kind() == symbol_kind::rule; i++) {
        out[rule].push_back({row[i].index(), i + 1 < row.size()});
        if (!nullable[row[i].index()]) break;
      }
    }
  }
  return out;
}

// The strongly connected component of each rule, by Tarjan, with a stack of its own.
class components {
 public:
  explicit components(const std::vector<std::vector<arrow>> &arrows)
      : arrows_(arrows), order_(arrows.size()), low_(arrows.size()), at_(arrows.size()), of(arrows.size(), UINT32_MAX) {
    for (uint32_t rule = 0; rule < arrows.size(); rule++) {
      if (order_[rule] == 0) visit(rule);
    }
  }

 private:
  const std::vector<std::vector<arrow>> &arrows_;
  std::vector<uint32_t> order_, low_, at_, open_;
  uint32_t count_ = 0, components_ = 0;

 public:
  std::vector<uint32_t> of;

 private:
  void enter(uint32_t rule, std::vector<uint32_t> &path) {
    order_[rule] = low_[rule] = ++count_;
    open_.push_back(rule);
    path.push_back(rule);
  }

  void leave(uint32_t rule) {
    if (low_[rule] != order_[rule]) return;
    uint32_t member = 0;
    do {
      member = open_.back();
      open_.pop_back();
      of[member] = components_;
    } while (member != rule);
    components_++;
  }

  void visit(uint32_t first) {
    std::vector<uint32_t> path;
    enter(first, path);
    while (!path.empty()) {
      uint32_t rule = path.back();
      if (at_[rule] == arrows_[rule].size()) {
        leave(rule);
        path.pop_back();
        if (!path.empty()) low_[path.back()] = std::min(low_[path.back()], low_[rule]);
        continue;
      }
      uint32_t to = arrows_[rule][at_[rule]++].to;
      if (order_[to] == 0) {
        enter(to, path);
      } else if (of[to] == UINT32_MAX) {
        low_[rule] = std::min(low_[rule], order_[to]);
      }
    }
  }
};

}  // namespace

void drop_dead(std::vector<open_rule> &rules, const std::vector<byte_set> &sets) {
  std::vector<bool> alive = saturate(rules, [&](symbol at) { return sets[at.index()].any(); });
  for (open_rule &rule : rules) {
    std::erase_if(rule.alternatives, [&](const symbol_row &row) {
      return std::any_of(row.begin(), row.end(), [&](symbol at) {
        return at.kind() == symbol_kind::rule ? !alive[at.index()] : sets[at.index()].none();
      });
    });
  }
}

void refuse_left_recursion(const std::vector<open_rule> &rules) {
  std::vector<std::vector<arrow>> arrows = beginnings(rules);
  components found(arrows);
  for (uint32_t rule = 0; rule < rules.size(); rule++) {
    for (arrow to : arrows[rule]) {
      if (to.leaves_more && found.of[rule] == found.of[to.to]) throw rule_error(rule, "it begins with itself");
    }
  }
}

}  // namespace grammars
