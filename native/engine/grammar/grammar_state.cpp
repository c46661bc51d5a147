#include "engine/grammar/grammar_state.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace grammars {
namespace {

constexpr uint32_t bottom = UINT32_MAX;    // the parent of what is left last
constexpr size_t steps_before_table = 12;  // a row that leads to more than so many has a table
constexpr uint32_t unknown = UINT32_MAX - 1;

uint64_t key_of(uint32_t at, uint32_t parent) {
  return static_cast<uint64_t>(at) << 32 | parent;
}

uint64_t hash_of(const std::vector<uint32_t> &tops, bool may_end) {
  uint64_t hash = may_end ? 0x9e3779b97f4a7c15ULL : 0;
  for (uint32_t top : tops) hash = (hash ^ top) * 0xbf58476d1ce4e5b9ULL ^ hash >> 29;
  return hash;
}

}  // namespace

grammar_places::grammar_places(grammar rules) : rules_(std::move(rules)) {
}

void grammar_places::take_room(size_t cells) {
  if (cells_ + cells > cells_max) throw no_room();
  cells_ += cells;
}

void grammar_places::count_work(size_t steps) {
  constexpr size_t steps_between_calls = 1 << 12;
  if (watch_ != nullptr && *watch_ && work_ / steps_between_calls != (work_ + steps) / steps_between_calls) (*watch_)();
  work_ += steps;
  if (work_ > work_max) throw grammar_too_large("what may come next takes too long to find");
}

uint32_t grammar_places::add_node(uint32_t at, uint32_t parent) {
  auto known = node_numbers_.find(key_of(at, parent));
  if (known != node_numbers_.end()) return known->second;
  take_room(1);
  nodes_.push_back({at, parent});
  node_numbers_.emplace(key_of(at, parent), nodes_.size() - 1);
  return static_cast<uint32_t>(nodes_.size() - 1);
}

uint32_t grammar_places::add_row(row_of_places row) {
  std::sort(row.tops.begin(), row.tops.end());
  row.tops.erase(std::unique(row.tops.begin(), row.tops.end()), row.tops.end());
  uint64_t hash = hash_of(row.tops, row.may_end);
  auto [first, last] = row_numbers_.equal_range(hash);
  for (auto at = first; at != last; ++at) {
    const row_of_places &known = rows_[at->second];
    if (known.may_end == row.may_end && known.tops == row.tops) return at->second;
  }
  take_room(1 + row.tops.size());
  rows_.push_back(std::move(row));
  row_numbers_.emplace(hash, rows_.size() - 1);
  return static_cast<uint32_t>(rows_.size() - 1);
}

// From what is left to the sets of bytes that come first in it. What is last in its alternative leaves nothing behind,
// so that a rule that goes on by itself needs no more room with each turn.
void grammar_places::follow(std::vector<node> work, row_of_places &out) {
  std::unordered_set<uint64_t> visited;
  while (!work.empty()) {
    node place = work.back();
    work.pop_back();
    count_work(1);
    symbol at = rules_.symbols[place.at];
    if (at.kind() == symbol_kind::bytes) {
      out.tops.push_back(add_node(place.at, place.parent));
      if (out.tops.size() > ways_max) throw grammar_too_large("it may go on in too many ways at once");
      continue;
    }
    if (!visited.insert(key_of(place.at, place.parent)).second) continue;
    if (visited.size() > ways_max) throw grammar_too_large("it may go on in too many ways at once");
    if (at.kind() == symbol_kind::end) {
      if (place.parent == bottom) {
        out.may_end = true;
      } else {
        work.push_back(nodes_[place.parent]);
      }
      continue;
    }
    bool is_last = rules_.symbols[place.at + 1].kind() == symbol_kind::end;
    uint32_t parent = is_last ? place.parent : add_node(place.at + 1, place.parent);
    for (uint32_t i = rules_.rule_starts[at.index()]; i < rules_.rule_starts[at.index() + 1]; i++) {
      work.push_back({rules_.starts[i], parent});
    }
  }
}

uint32_t grammar_places::find_next(uint32_t row, uint8_t byte) {
  std::vector<node> work;
  count_work(rows_[row].tops.size());
  for (uint32_t top : rows_[row].tops) {
    node place = nodes_[top];
    if (rules_.sets[rules_.symbols[place.at].index()].test(byte)) work.push_back({place.at + 1, place.parent});
  }
  if (work.empty()) return nowhere;
  row_of_places found;
  follow(std::move(work), found);
  return add_row(std::move(found));
}

void grammar_places::remember(uint32_t row, uint8_t byte, uint32_t next) {
  row_of_places &from = rows_[row];
  if (from.table.empty() && from.steps.size() < steps_before_table) {
    take_room(1);
    from.steps.push_back({byte, next});
    return;
  }
  if (from.table.empty()) {
    take_room(256);
    from.table.assign(256, unknown);
    for (step known : from.steps) from.table[known.byte] = known.row;
  }
  from.table[byte] = next;
}

uint32_t grammar_places::next(uint32_t row, uint8_t byte) {
  const row_of_places &from = rows_[row];
  if (!from.table.empty()) {
    if (from.table[byte] != unknown) return from.table[byte];
  } else {
    for (step known : from.steps) {
      if (known.byte == byte) return known.row;
    }
  }
  uint32_t found = find_next(row, byte);
  remember(row, byte, found);
  return found;
}

// The same row, its nodes taken over with all that is left below them.
grammar_places::row_of_places grammar_places::adopted(const std::vector<node> &nodes, const row_of_places &row) {
  std::unordered_map<uint32_t, uint32_t> moved;
  row_of_places out;
  out.may_end = row.may_end;
  for (uint32_t top : row.tops) {
    std::vector<uint32_t> path;
    uint32_t at = top;
    while (at != bottom && moved.count(at) == 0) {
      path.push_back(at);
      at = nodes[at].parent;
    }
    uint32_t parent = at == bottom ? bottom : moved[at];
    for (auto below = path.rbegin(); below != path.rend(); ++below) {
      parent = moved[*below] = add_node(nodes[*below].at, parent);
    }
    out.tops.push_back(parent);
  }
  return out;
}

void grammar_places::forget() {
  std::vector<uint32_t> moved;
  moved.reserve(texts_.size());
  auto nodes = std::exchange(nodes_, {});
  auto rows = std::exchange(rows_, {});
  auto node_numbers = std::exchange(node_numbers_, {});
  auto row_numbers = std::exchange(row_numbers_, {});
  size_t cells = std::exchange(cells_, 0);
  try {
    for (const grammar_state *text : texts_) moved.push_back(add_row(adopted(nodes, rows[text->row_])));
  } catch (...) {
    nodes_ = std::move(nodes);
    rows_ = std::move(rows);
    node_numbers_ = std::move(node_numbers);
    row_numbers_ = std::move(row_numbers);
    cells_ = cells;
    throw;
  }
  for (size_t i = 0; i < texts_.size(); i++) texts_[i]->row_ = moved[i];
  generation_++;
}

grammar_state::grammar_state(std::shared_ptr<grammar_places> places) : places_(std::move(places)) {
  places_->begin_work(nullptr);
  auto begin = [this] {
    grammar_places::row_of_places first;
    std::vector<grammar_places::node> work;
    const grammar &rules = places_->rules_;
    for (uint32_t i = rules.rule_starts[rules.root]; i < rules.rule_starts[rules.root + 1]; i++) {
      work.push_back({rules.starts[i], bottom});
    }
    places_->follow(work, first);
    return places_->add_row(first);
  };
  try {
    row_ = begin();
  } catch (const grammar_places::no_room &) {
    places_->forget();
    try {
      row_ = begin();
    } catch (const grammar_places::no_room &) {
      throw grammar_too_large("it may begin in too many ways");
    }
  }
  places_->texts_.push_back(this);
}

grammar_state::~grammar_state() {
  std::erase(places_->texts_, this);
}

uint32_t grammar_state::walk_once(const char *bytes, size_t size) {
  uint32_t row = row_;
  for (size_t i = 0; i < size && row != grammar_places::nowhere; i++) {
    row = places_->next(row, static_cast<uint8_t>(bytes[i]));
  }
  return row;
}

uint32_t grammar_state::walk(const char *bytes, size_t size, const std::function<void()> *watch) {
  places_->begin_work(watch);
  try {
    return walk_once(bytes, size);
  } catch (const grammar_places::no_room &) {
    places_->forget();
  }
  try {
    return walk_once(bytes, size);
  } catch (const grammar_places::no_room &) {
    throw grammar_too_large("it may go on in too many ways");
  }
}

bool grammar_state::take(const char *bytes, size_t size, const std::function<void()> *watch) {
  uint32_t row = walk(bytes, size, watch);
  if (row == grammar_places::nowhere) return false;
  row_ = row;
  return true;
}

bool grammar_state::allows(const char *bytes, size_t size, const std::function<void()> *watch) {
  return walk(bytes, size, watch) != grammar_places::nowhere;
}

}  // namespace grammars
