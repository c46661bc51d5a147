/* The public JSON-Schema-Test-Suite, all required tests of draft 7 and 2020-12; and every valid instance of it byte by
 * byte, no prefix of which may be refused. */
#include <dirent.h>
#include <sys/stat.h>

#include "core/json_reader.h"
#include "tests/unit/schema/schema_harness.h"

struct tally {
  unsigned tests, unsupported, early;
};

static void complain(const char *file, struct json_value group, struct json_value test, const char *what) {
  const struct json_value a = json_member(group, "description"), b = json_member(test, "description");
  fprintf(stderr, "%s: %.*s: %.*s: %s: %s\n", file, (int)a.size, a.text, (int)b.size, b.text == NULL ? "" : b.text,
          what, schema_message());
  check_failures++;
}

/* Only what lies in another document, or is written in another dialect, may be unsupported. */
static void check_reason(const char *file, struct json_value group) {
  const bool is_remote = strstr(schema_message(), "refers to another document") != NULL ||
                         (strstr(schema_message(), "no document is fetched") != NULL &&
                          strstr(schema_message(), "http://localhost:1234/") != NULL);
  if (!is_remote) complain(file, group, (struct json_value){0}, "unsupported, but not for want of a document");
}

static void check_stream(const struct schema_set *set, const char *file, struct json_value group,
                         struct json_value test, struct json_value data, bool is_valid, struct tally *tally) {
  struct schema_stream *stream = NULL;
  CHECK_INT(LLMB_OK, schema_stream_open(set, &stream));
  llmb_status status = LLMB_OK;
  uint64_t taken = 0;
  for (; taken < data.size && status == LLMB_OK; taken++) {
    status = schema_stream_take(stream, data.text + taken, 1, false, &schema_error);
  }
  if (is_valid && status != LLMB_OK) complain(file, group, test, "a prefix of a valid instance was refused");
  tally->early += status != LLMB_OK;
  if (status == LLMB_OK) status = schema_stream_take(stream, "", 0, true, &schema_error);
  if ((status == LLMB_OK) != is_valid) complain(file, group, test, "wrong at the end of the stream");
  schema_stream_close(stream);
}

static void run_group(const char *file, struct json_value group, enum schema_draft draft, struct tally *tally) {
  const struct json_value schema = json_member(group, "schema"), tests = json_member(group, "tests");
  struct schema_set set;
  struct json_value test;
  llmb_error_init(&schema_error);
  const llmb_status compiled =
      schema_compile(&set, schema.text, schema.size, (struct schema_options){draft, false}, &schema_error);
  if (compiled == LLMB_E_UNSUPPORTED) check_reason(file, group);
  if (compiled != LLMB_OK && compiled != LLMB_E_UNSUPPORTED) complain(file, group, (struct json_value){0}, "refused");
  for (uint64_t at = 0; json_next(tests, &at, NULL, &test);) {
    const struct json_value data = json_member(test, "data");
    const bool is_valid = json_member(test, "valid").kind == JSON_TRUE;
    tally->tests++;
    tally->unsupported += compiled != LLMB_OK;
    if (compiled != LLMB_OK) continue;
    const llmb_status status = schema_check_instance(&set, data.text, data.size, &schema_error);
    if (status != (is_valid ? LLMB_OK : LLMB_E_OUTPUT_INVALID)) complain(file, group, test, "wrong");
    check_stream(&set, file, group, test, data, is_valid, tally);
  }
  schema_set_close(&set);
}

static char *read_file(const char *path, uint64_t *out_size) {
  FILE *file = fopen(path, "rb");
  struct stat facts;
  CHECK(file != NULL && fstat(fileno(file), &facts) == 0);
  char *text = malloc((size_t)facts.st_size);
  *out_size = text == NULL ? 0 : fread(text, 1, (size_t)facts.st_size, file);
  fclose(file);
  return text;
}

static struct tally run_folder(const char *name, enum schema_draft draft) {
  struct tally tally = {0};
  char folder[512];
  snprintf(folder, sizeof folder, "%s/%s", SUITE, name);
  DIR *files = opendir(folder);
  CHECK(files != NULL);
  for (struct dirent *entry; files != NULL && (entry = readdir(files)) != NULL;) {
    char path[1024];
    if (strstr(entry->d_name, ".json") == NULL) continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    uint64_t size = 0;
    char *text = read_file(path, &size);
    struct json_value group;
    for (uint64_t at = 0; json_next(json_read(text, size), &at, NULL, &group);) {
      run_group(entry->d_name, group, draft, &tally);
    }
    free(text);
  }
  if (files != NULL) closedir(files);
  printf("%s: %u tests, %u of them need other documents; %u instances refused early\n", name, tally.tests,
         tally.unsupported, tally.early);
  return tally;
}

static void every_required_test_of_2020_12__is_passed_but_for_remote_documents(void) {
  const struct tally tally = run_folder("draft2020-12", SCHEMA_DRAFT_2020);
  CHECK_INT(1299, tally.tests);
  CHECK_INT(49, tally.unsupported);
  CHECK(tally.early > 200);
}

static void every_required_test_of_draft_7__is_passed_but_for_remote_documents(void) {
  const struct tally tally = run_folder("draft7", SCHEMA_DRAFT_7);
  CHECK_INT(927, tally.tests);
  CHECK_INT(23, tally.unsupported);
  CHECK(tally.early > 180);
}

int main(int argc, char **argv) {
  static const struct check_test tests[] = {TEST(every_required_test_of_2020_12__is_passed_but_for_remote_documents),
                                            TEST(every_required_test_of_draft_7__is_passed_but_for_remote_documents)};
  if (access(SUITE, R_OK) != 0) {
    fprintf(stderr, "the JSON-Schema-Test-Suite is not at %s\n", SUITE);
    return getenv("CI") != NULL ? 1 : 77;
  }
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
