#include <sys/stat.h>
#include <unistd.h>

#include "tests/bridge/bridge_harness.h"

enum { PATH_SIZE = 512 };

static char home[] = "/tmp/llmb_installation_XXXXXX";

static void put(const char *name, mode_t mode) {
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%s/%s", home, name);
  FILE *file = fopen(path, "w");
  CHECK(file != NULL && fputs("x", file) >= 0);
  if (file != NULL) fclose(file);
  CHECK_INT(0, chmod(path, mode));
}

static void put_folder(const char *name) {
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%s/%s", home, name);
  CHECK_INT(0, mkdir(path, 0700));
}

static void drop(const char *name) {
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%s/%s", home, name);
  CHECK_INT(0, remove(path));
}

/* What is told of an engine of a home; freed by the caller. */
static char *told_of(const char *engine, const char *where, const char *model) {
  llmb_settings *settings = NULL;
  char *json = NULL;
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "engine", engine, NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "home", where, NULL));
  if (model != NULL) CHECK_INT(LLMB_OK, llmb_settings_set(settings, "model", model, NULL));
  CHECK_INT(LLMB_OK, llmb_installation_examine(settings, &json, NULL));
  llmb_settings_close(settings);
  return json;
}

/* `text` with %s for the home. */
static void check_told(const char *text, const char *json) {
  char expected[4 * PATH_SIZE], *at = expected;
  for (; *text != 0 && at < expected + sizeof expected - PATH_SIZE; text++) {
    if (*text == '%')
      at += snprintf(at, PATH_SIZE, "%s", home);
    else
      *at++ = *text;
  }
  *at = 0;
  CHECK_CONTAINS(expected, json);
}

static void a_whole_installation__is_told_as_one(void) {
  char *json = told_of("fake", HARNESS_HOME, NULL);
  CHECK_CONTAINS("{\"engine\":\"fake\",\"library\":{\"path\":\"/", json);
  CHECK_CONTAINS("\"home\":{\"path\":\"" HARNESS_HOME "\",\"from\":\"setting\",\"found\":true,\"reason\":null}", json);
  CHECK_CONTAINS("\"needed\":true,\"found\":true,\"path\":\"" HARNESS_HOME "/bin/llmbridge-keeper\",\"reason\":null}",
                 json);
  CHECK_CONTAINS("\"needed\":true,\"found\":true,\"path\":\"" HARNESS_HOME "/lib/llmbridge/fake.so\",", json);
  CHECK_CONTAINS("\"needed\":false,\"found\":true,\"path\":\"" HARNESS_HOME "/lib/llmbridge/hash.so\",", json);
  CHECK_CONTAINS("\"processes\":{\"user_max\":", json);
  CHECK_CONTAINS("\"ok\":true,\"reason\":null}", json);
  llmb_free(json);
}

static void an_empty_home__is_told_with_what_was_looked_for(void) {
  char *json = told_of("fake", home, NULL);
  check_told(
      "\"home\":{\"path\":\"%\",\"from\":\"setting\",\"found\":false,\"reason\":\"home: neither "
      "%/bin/llmbridge-keeper nor %/llmbridge-keeper is a program that may be read\"}",
      json);
  check_told(
      "{\"name\":\"engine fake\",\"kind\":\"module\",\"looked_in\":[\"%/lib/llmbridge/fake.so\",\"%/fake.so\"],"
      "\"needed\":true,\"found\":false,\"path\":null,\"reason\":\"%/lib/llmbridge/fake.so does not exist\"}",
      json);
  check_told("\"ok\":false,\"reason\":\"home: neither %/bin", json);
  llmb_free(json);
}

static void a_package__has_all_in_one_folder(void) {
  put("llmbridge-keeper", 0755);
  put("llmbridge-engine", 0755);
  put("fake.so", 0755); /* package managers may mark every file as a program */
  char *json = told_of("fake", home, NULL);
  check_told("\"needed\":true,\"found\":true,\"path\":\"%/llmbridge-keeper\",\"reason\":null}", json);
  check_told("\"needed\":true,\"found\":true,\"path\":\"%/fake.so\",\"reason\":null}", json);
  check_told("\"looked_in\":[\"%/lib/llmbridge/exec.so\",\"%/exec.so\"],\"needed\":false,\"found\":false,", json);
  CHECK_CONTAINS("\"ok\":true,\"reason\":null}", json);
  llmb_free(json);
  drop("fake.so");
  drop("llmbridge-engine");
  drop("llmbridge-keeper");
}

static void a_part_that_is_there_and_wrong__is_told_rather_than_one_that_is_not(void) {
  put_folder("bin");
  put("bin/llmbridge-keeper", 0755);
  put_folder("llmbridge-engine");
  put_folder("fake.so");
  char *json = told_of("fake", home, NULL);
  check_told("\"reason\":\"%/llmbridge-engine is a folder\"", json);
  check_told("\"reason\":\"%/fake.so is a folder\"", json);
  check_told("\"ok\":false,\"reason\":\"engine program: %/llmbridge-engine is a folder\"}", json);
  llmb_free(json);
  drop("fake.so");
  drop("llmbridge-engine");
  drop("bin/llmbridge-keeper");
  drop("bin");
}

static void a_model__is_the_one_that_is_named_or_the_demonstrations(void) {
  char *json = told_of("llama", HARNESS_HOME, NULL);
  CHECK_CONTAINS("\"found\":true,\"path\":\"" HARNESS_HOME "/share/llmbridge/demo.gguf\",\"reason\":null}", json);
  llmb_free(json);
  json = told_of("llama", HARNESS_HOME, home);
  check_told("\"looked_in\":[\"%\"],\"needed\":true,\"found\":false,\"path\":null,\"reason\":\"% is a folder\"}", json);
  llmb_free(json);
  json = told_of("hash", HARNESS_HOME, NULL);
  CHECK(strstr(json, "\"name\":\"model\"") == NULL);
  llmb_free(json);
}

static void what_is_wrong_with_the_environment__is_the_reason(void) {
  setenv("LLMBRIDGE_SLOTZ", "4", 1);
  char *json = told_of("fake", HARNESS_HOME, NULL);
  unsetenv("LLMBRIDGE_SLOTZ");
  CHECK_CONTAINS("\"ok\":false,\"reason\":\"unknown environment variable \\\"LLMBRIDGE_SLOTZ\\\"", json);
  llmb_free(json);
}

static void the_environments_installation__is_looked_at_once(void) {
  setenv("LLMBRIDGE_HOME", home, 1);
  const char *first = llmb_installation_json();
  check_told("\"home\":{\"path\":\"%\",\"from\":\"environment\",\"found\":false,", first);
  setenv("LLMBRIDGE_HOME", HARNESS_HOME, 1);
  CHECK(llmb_installation_json() == first);
  char *now = NULL;
  CHECK_INT(LLMB_OK, llmb_installation_examine(NULL, &now, NULL));
  CHECK_CONTAINS("\"from\":\"environment\",\"found\":true,", now);
  llmb_free(now);
  unsetenv("LLMBRIDGE_HOME");
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_installation_examine(NULL, NULL, NULL));
}

int main(int argc, char **argv) {
  if (mkdtemp(home) == NULL) return 1;
  static const struct check_test tests[] = {
      TEST(a_whole_installation__is_told_as_one),
      TEST(an_empty_home__is_told_with_what_was_looked_for),
      TEST(a_package__has_all_in_one_folder),
      TEST(a_part_that_is_there_and_wrong__is_told_rather_than_one_that_is_not),
      TEST(a_model__is_the_one_that_is_named_or_the_demonstrations),
      TEST(what_is_wrong_with_the_environment__is_the_reason),
      TEST(the_environments_installation__is_looked_at_once),
  };
  const int failed = check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
  return rmdir(home) == 0 ? failed : 1; /* nothing is left behind */
}
