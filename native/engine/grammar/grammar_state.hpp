// Where a text stands in a grammar. What was found out once about a grammar is kept for all of its texts.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/grammar/grammar.hpp"

namespace grammars {

// A grammar that needs more than is allowed to tell what may come next.
struct grammar_too_large : std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr size_t cells_max = 1 << 18;  // kept of one grammar; then what no text needs any more is forgotten
constexpr size_t ways_max = 1 << 16;   // in which a text may go on behind one byte
constexpr size_t work_max = 1 << 20;   // steps to find out what may come next

class grammar_state;

// A text may stand at several places at once. Such a row of places is known by a number, and where a byte leads from it
// is looked up if it was found before.
class grammar_places {
 public:
  explicit grammar_places(grammar rules);

  static constexpr uint32_t nowhere = UINT32_MAX;
  struct no_room {};  // thrown when too much is known

  // Where a byte leads from a row of places; `nowhere` if it may not come. Throws no_room and grammar_too_large.
  uint32_t next(uint32_t row, uint8_t byte);

  // Whether the text may end.
  bool may_end(uint32_t row) const {
    return rows_[row].may_end;
  }

  // Whether a byte may come.
  bool may_go_on(uint32_t row) const {
    return !rows_[row].tops.empty();
  }

  // Begins a piece of work, which may take work_max steps. `watch` is called now and then meanwhile, and may throw;
  // empty is fine.
  void begin_work(const std::function<void()> *watch) {
    watch_ = watch;
    work_ = 0;
  }

  // Forgets all but where the texts stand that there are: the numbers of rows change.
  void forget();

  // Grows with each forgetting.
  uint64_t generation() const {
    return generation_;
  }

 private:
  friend class grammar_state;

  // What is left to do: from a symbol on, then what the parent has left.
  struct node {
    uint32_t at, parent;
  };
  struct step {
    uint32_t byte, row;
  };
  struct row_of_places {
    std::vector<uint32_t> tops;  // nodes whose symbol is a set of bytes, sorted
    bool may_end = false;
    std::vector<step> steps;      // some that are known
    std::vector<uint32_t> table;  // all of them, when there are many
  };

  uint32_t add_node(uint32_t at, uint32_t parent);
  uint32_t add_row(row_of_places row);
  void follow(std::vector<node> work, row_of_places &out);
  uint32_t find_next(uint32_t row, uint8_t byte);
  void remember(uint32_t row, uint8_t byte, uint32_t next);
  void take_room(size_t cells);
  void count_work(size_t steps);
  row_of_places adopted(const std::vector<node> &nodes, const row_of_places &row);

  grammar rules_;
  std::vector<node> nodes_;
  std::vector<row_of_places> rows_;
  std::unordered_map<uint64_t, uint32_t> node_numbers_;
  std::unordered_multimap<uint64_t, uint32_t> row_numbers_;
  const std::function<void()> *watch_ = nullptr;
  size_t cells_ = 0, work_ = 0;
  uint64_t generation_ = 0;
  std::vector<grammar_state *> texts_;
};

// One text.
class grammar_state {
 public:
  explicit grammar_state(std::shared_ptr<grammar_places> places);
  ~grammar_state();
  grammar_state(const grammar_state &) = delete;
  grammar_state &operator=(const grammar_state &) = delete;

  // False, and nothing has changed, when these bytes may not come. Throws grammar_too_large, and what `watch` throws,
  // which is called now and then.
  bool take(const char *bytes, size_t size, const std::function<void()> *watch = nullptr);

  // The same without taking them.
  bool allows(const char *bytes, size_t size, const std::function<void()> *watch = nullptr);

  bool may_end() const {
    return places_->may_end(row_);
  }
  bool may_go_on() const {
    return places_->may_go_on(row_);
  }
  uint32_t row() const {
    return row_;
  }
  grammar_places &places() const {
    return *places_;
  }

 private:
  friend class grammar_places;
  uint32_t walk(const char *bytes, size_t size, const std::function<void()> *watch);
  uint32_t walk_once(const char *bytes, size_t size);

  std::shared_ptr<grammar_places> places_;
  uint32_t row_ = 0;
};

}  // namespace grammars
