#include "pool/death_cause.h"

#include <llmbridge/status.h>
#include <signal.h>

#include "pool/death_row.h"
#include "tests/check.h"

static enum death_cause of_signal(int number, bool killed_here, bool memory_was_short) {
  const struct death_facts facts = {.killed_here = killed_here,
                                    .memory_was_short = memory_was_short,
                                    .exit_kind = LLMB_EXIT_SIGNAL,
                                    .exit_value = number};
  return death_cause_of(&facts);
}

static void a_crash__is_the_engines(void) {
  static const int numbers[] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGXCPU, SIGTRAP, SIGXFSZ};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    CHECK_INT(DEATH_ENGINES, of_signal(numbers[i], false, false));
  }
  for (int status = 0; status < 256; status++) {
    const struct death_facts exited = {.exit_kind = LLMB_EXIT_CODE, .exit_value = status};
    CHECK_INT(DEATH_ENGINES, death_cause_of(&exited));
  }
}

static void a_kill_from_elsewhere__is_nobodys_fault_here(void) {
  static const int numbers[] = {SIGKILL, SIGTERM, SIGHUP, SIGINT, SIGQUIT};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    CHECK_INT(DEATH_UNKNOWN, of_signal(numbers[i], false, false));
  }
  const struct death_facts lost = {.exit_kind = LLMB_EXIT_UNKNOWN};
  CHECK_INT(DEATH_UNKNOWN, death_cause_of(&lost));
}

static void a_kill_for_memory__is_known_by_the_kernels_count(void) {
  CHECK_INT(DEATH_MEMORY, of_signal(SIGKILL, false, true));
  CHECK_INT(DEATH_ENGINES, of_signal(SIGSEGV, false, true));
}

static void a_kill_by_the_host_or_its_keeper__is_ours(void) {
  CHECK_INT(DEATH_OURS, of_signal(SIGKILL, true, false));
  CHECK_INT(DEATH_OURS, of_signal(SIGKILL, true, true));
  CHECK_INT(DEATH_OURS, of_signal(SIGSEGV, true, false));
}

static void only_what_an_engine_did__is_evidence(void) {
  CHECK(!death_consequence(DEATH_OURS)->is_evidence);
  CHECK(!death_consequence(DEATH_UNKNOWN)->is_evidence);
  CHECK(!death_consequence(DEATH_UNKNOWN)->spends_retry_budget);
  CHECK(death_consequence(DEATH_ENGINES)->is_evidence && !death_consequence(DEATH_ENGINES)->against_largest);
  CHECK(death_consequence(DEATH_MEMORY)->is_evidence && death_consequence(DEATH_MEMORY)->against_largest);
}

static void deaths_that_a_request_explains__are_excused_as_long_as_they_are_few(void) {
  struct death_row row = {0};
  for (int i = 0; i < POOL_EXPLAINED_ROW_MAX; i++) CHECK(death_row_excuses(&row, DEATH_ENGINES, true, 1));
  CHECK(!death_row_excuses(&row, DEATH_ENGINES, true, 1));
  row.explained = 0; /* a call was answered */
  CHECK(death_row_excuses(&row, DEATH_MEMORY, true, 1));
  CHECK(!death_row_excuses(&row, DEATH_ENGINES, false, 1));
}

static void kills_from_elsewhere__are_counted_from_the_third_in_ten_seconds_on(void) {
  struct death_row row = {0};
  const uint64_t second_ns = 1000000000, now_ns = 100 * second_ns;
  CHECK(death_row_excuses(&row, DEATH_UNKNOWN, false, now_ns));
  CHECK(death_row_excuses(&row, DEATH_UNKNOWN, true, now_ns + 9 * second_ns));
  CHECK(!death_row_excuses(&row, DEATH_UNKNOWN, true, now_ns + 9 * second_ns));
  CHECK(!death_row_excuses(&row, DEATH_UNKNOWN, false, now_ns + 18 * second_ns));
  CHECK(death_row_excuses(&row, DEATH_UNKNOWN, false, now_ns + 20 * second_ns));
}

/* The page's table is this one: what is printed below, where the two differ. */
static void the_page__has_the_table(void) {
  static char page[64 << 10], table[16 << 10];
  size_t used = 0;
  FILE *file = fopen(PAGE_FILE, "r");
  CHECK(file != NULL);
  if (file == NULL) return;
  page[fread(page, 1, sizeof page - 1, file)] = 0;
  fclose(file);
  for (int cause = 0; cause < DEATH_CAUSE_COUNT; cause++) {
    const struct death_consequence *row = death_consequence((enum death_cause)cause);
    const char *evidence = !row->is_evidence ? "no" : row->against_largest ? "against the largest request" : "yes";
    used += (size_t)snprintf(table + used, sizeof table - used, "| %s | %s | %s | %s | %s | %s |\n", row->name,
                             row->recognised_by, evidence, row->calls, row->spends_retry_budget ? "yes" : "no",
                             row->restarts);
  }
  if (strstr(page, table) == NULL) fprintf(stderr, "docs/reliability.md should have\n%s", table);
  CHECK(strstr(page, table) != NULL);
}

CHECK_MAIN(TEST(a_crash__is_the_engines), TEST(a_kill_from_elsewhere__is_nobodys_fault_here),
           TEST(a_kill_for_memory__is_known_by_the_kernels_count), TEST(a_kill_by_the_host_or_its_keeper__is_ours),
           TEST(only_what_an_engine_did__is_evidence),
           TEST(deaths_that_a_request_explains__are_excused_as_long_as_they_are_few),
           TEST(kills_from_elsewhere__are_counted_from_the_third_in_ten_seconds_on), TEST(the_page__has_the_table))
