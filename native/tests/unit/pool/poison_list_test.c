#include "api/poison_list.h"

#include "core/policy.h"
#include "tests/check.h"

static const uint64_t begin_ns = 1000000000;

static bool is_refused(const struct poison_list *list, uint64_t hash, uint64_t now_ns) {
  uint64_t since_ns = 0;
  const bool found = poison_list_find(list, hash, now_ns, &since_ns);
  if (found) CHECK(since_ns >= begin_ns && since_ns <= now_ns);
  return found;
}

static void a_request__is_refused_for_its_time_and_not_longer(void) {
  static struct poison_list list;
  poison_list_init(&list);
  CHECK(!is_refused(&list, 7, begin_ns));
  poison_list_add(&list, 7, begin_ns);
  CHECK(is_refused(&list, 7, begin_ns));
  CHECK(is_refused(&list, 7, begin_ns + POISON_TIME_NS - 1));
  CHECK(!is_refused(&list, 7, begin_ns + POISON_TIME_NS));
  CHECK(!is_refused(&list, 8, begin_ns));
}

static void a_request__that_is_refused_again_is_refused_anew(void) {
  static struct poison_list list;
  poison_list_init(&list);
  poison_list_add(&list, 7, begin_ns);
  poison_list_add(&list, 7, begin_ns + POISON_TIME_NS);
  CHECK(is_refused(&list, 7, begin_ns + 2 * POISON_TIME_NS - 1));
}

static void a_request__that_is_refused_already_takes_no_second_place(void) {
  static struct poison_list list;
  poison_list_init(&list);
  for (uint64_t i = 0; i < 2 * POISON_LIST_MAX; i++) poison_list_add(&list, 7, begin_ns + i);
  poison_list_add(&list, 8, begin_ns);
  CHECK_INT(2, list.count);
}

static void the_oldest__gives_way_where_the_list_is_full(void) {
  static struct poison_list list;
  enum { MORE = 3 };
  poison_list_init(&list);
  for (uint64_t i = 0; i < POISON_LIST_MAX + MORE; i++) poison_list_add(&list, i, begin_ns + i);
  const uint64_t now_ns = begin_ns + POISON_LIST_MAX + MORE;
  for (uint64_t i = 0; i < POISON_LIST_MAX + MORE; i++) CHECK_INT(i >= MORE, is_refused(&list, i, now_ns));
}

CHECK_MAIN(TEST(a_request__is_refused_for_its_time_and_not_longer),
           TEST(a_request__that_is_refused_again_is_refused_anew),
           TEST(a_request__that_is_refused_already_takes_no_second_place),
           TEST(the_oldest__gives_way_where_the_list_is_full))
