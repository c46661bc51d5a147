/* How a prompt reaches a command: whole, as one thing, and never as code, option or file name. */
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/exec/exec_harness.h"

enum { PROMPT_LARGE_SIZE = 60 << 20 };

static const char marker[] = "/tmp/llmbridge-exec-marker";

static const char *const canaries[] = {
    "$(touch /tmp/llmbridge-exec-marker)",
    "`touch /tmp/llmbridge-exec-marker`",
    "x; touch /tmp/llmbridge-exec-marker",
    "x\ntouch /tmp/llmbridge-exec-marker\n",
    "' ; touch /tmp/llmbridge-exec-marker ; '",
    "\" ; touch /tmp/llmbridge-exec-marker ; \"",
    "| touch /tmp/llmbridge-exec-marker",
    "> /tmp/llmbridge-exec-marker",
    "%s%n${IFS}{prompt} \\ \t *",
};

static void stdin__brings_the_prompt_as_it_is(void) {
  llmb_bridge *bridge = bridge_to("cat", NULL);
  unlink(marker);
  for (unsigned i = 0; i < sizeof canaries / sizeof canaries[0]; i++) check_answer(bridge, canaries[i], canaries[i]);
  check_answer(bridge, "-o/etc/x", "-o/etc/x");
  CHECK(access(marker, F_OK) != 0);
  bridge_vanish(bridge);
}

static void argument__is_the_prompt_as_it_is(void) {
  llmb_bridge *bridge = bridge_to("printf %s {prompt}", NULL);
  unlink(marker);
  for (unsigned i = 0; i < sizeof canaries / sizeof canaries[0]; i++) check_answer(bridge, canaries[i], canaries[i]);
  CHECK(access(marker, F_OK) != 0);
  bridge_vanish(bridge);
}

static void argument__that_looks_like_an_option_is_refused(void) {
  llmb_bridge *bridge = bridge_to("printf %s {prompt}", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "-o/etc/x", NULL, &error));
  CHECK_CONTAINS("dash", error.message);
  CHECK_INT(1, error.retry_safe);
  bridge_vanish(bridge);
  bridge = bridge_to("printf %s -- {prompt}", NULL);
  CHECK_INT(LLMB_OK, ask(bridge, "-o/etc/x", NULL, &error));
  bridge_vanish(bridge);
}

static void argument__too_long_for_one_is_refused(void) {
  llmb_bridge *bridge = bridge_to("true {prompt}", NULL);
  llmb_error error;
  char *prompt = malloc((128 << 10) + 1);
  if (prompt == NULL) abort();
  memset(prompt, 'a', 128 << 10);
  prompt[128 << 10] = 0;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, prompt, NULL, &error));
  CHECK_CONTAINS("stdin", error.message);
  free(prompt);
  bridge_vanish(bridge);
}

static void value_of_an_option__is_the_prompt_as_it_is(void) {
  llmb_bridge *bridge = bridge_to("[\"printf\",\"%s\\\\n\",\"--prompt={prompt}\"]", NULL);
  check_answer(bridge, "$(x) -- it's", "--prompt=$(x) -- it's\n");
  check_answer(bridge, "-o", "--prompt=-o\n");
  bridge_vanish(bridge);
}

static void prompt_inside_other_text__is_refused_with_the_reason(void) {
  static const char *const commands[] = {SH("echo {prompt}"), "printf prompt:{prompt}", "printf --x={prompt}.txt"};
  for (int i = 0; i < 3; i++) {
    llmb_bridge *bridge = bridge_to(commands[i], NULL);
    llmb_error error;
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "x", NULL, &error));
    CHECK_CONTAINS("command", error.message);
    CHECK_CONTAINS("--name={prompt}", error.message);
    bridge_vanish(bridge);
  }
}

/* What is asked of a script that cannot be run, and what its error must name. */
static void check_broken_script(const char *content, const char *wanted) {
  char path[64], command[96];
  llmb_error error;
  snprintf(path, sizeof path, "/tmp/llmbridge-exec-script-%d", (int)getpid());
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
  CHECK(write(file, content, strlen(content)) == (ssize_t)strlen(content));
  close(file);
  snprintf(command, sizeof command, "[\"%s\"]", path);
  llmb_bridge *bridge = bridge_to(command, NULL);
  CHECK(ask(bridge, "x", NULL, &error) != LLMB_OK);
  CHECK_CONTAINS(path, error.message);
  CHECK_CONTAINS(wanted, error.message);
  bridge_vanish(bridge);
  unlink(path);
}

static void script_whose_interpreter_is_broken__is_told_with_the_interpreter(void) {
  check_broken_script("#!/nowhere/python9\nprint(1)\n", "its interpreter \"/nowhere/python9\" is missing");
  check_broken_script("#! /bin/sh\r\necho x\r\n",
                      "its interpreter \"/bin/sh\\r\" is missing; its lines end as Windows");
  check_broken_script("#!/tmp -x\n", "its interpreter \"/tmp\"");
  check_broken_script("echo x\n", "(#!)");
}

static void prompt_that_nobody_reads__blocks_nothing(void) {
  llmb_bridge *bridge = bridge_to("true", "timeout_ms", "100000", NULL);
  char *answer = NULL;
  uint8_t *prompt = malloc(PROMPT_LARGE_SIZE);
  if (prompt == NULL) abort();
  memset(prompt, 'a', PROMPT_LARGE_SIZE);
  CHECK_INT(LLMB_OK, llmb_generate(bridge, prompt, PROMPT_LARGE_SIZE, NULL, &answer, NULL, NULL, NULL));
  CHECK_TEXT("", answer);
  llmb_free(answer);
  free(prompt);
  bridge_vanish(bridge);
}

static void settings_that_were_set__reach_it_by_the_environment(void) {
  llmb_bridge *bridge = bridge_to(SH("echo $LLMBRIDGE_TEMPERATURE,$LLMBRIDGE_MAX_TOKENS,$LLMBRIDGE_SEED."), NULL);
  llmb_settings *settings = settings_of("temperature", "0.5", "max_tokens", "7", NULL);
  llmb_error error;
  char *answer = answer_to(bridge, "x", settings, &error);
  CHECK_TEXT("0.5,7,.\n", answer);
  llmb_free(answer);
  llmb_settings_close(settings);
  bridge_vanish(bridge);
}

static void environment__is_what_was_allowed(void) {
  setenv("OPENAI_API_KEY", "a secret", 1);
  setenv("LD_LIBRARY_PATH", "/nowhere", 1);
  setenv("EXEC_TEST_NAMED", "passed on", 1);
  llmb_bridge *bridge = bridge_to("env", "environment", "EXEC_TEST_NAMED, " MARK_NAME, NULL);
  llmb_error error;
  char *answer = answer_to(bridge, "x", NULL, &error);
  CHECK_CONTAINS("EXEC_TEST_NAMED=passed on\n", answer);
  CHECK_CONTAINS("PATH=", answer);
  CHECK(answer == NULL || strstr(answer, "secret") == NULL);
  CHECK(answer == NULL || strstr(answer, "/nowhere") == NULL);
  llmb_free(answer);
  unsetenv("OPENAI_API_KEY");
  unsetenv("LD_LIBRARY_PATH");
  bridge_vanish(bridge);
}

static void program__is_looked_for_in_the_hosts_folder(void) {
  char before[4096], folder[] = "/tmp/llmbridge-exec-XXXXXX";
  CHECK(getcwd(before, sizeof before) != NULL && mkdtemp(folder) != NULL && chdir(folder) == 0);
  const int file = open("tool", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
  static const char script[] = "#!/bin/sh\npwd\n";
  CHECK_INT(sizeof script - 1, write(file, script, sizeof script - 1));
  close(file);
  char wanted[64];
  snprintf(wanted, sizeof wanted, "%s\n", folder);
  llmb_bridge *bridge = bridge_to("./tool", NULL);
  check_answer(bridge, "x", wanted);
  bridge_vanish(bridge);
  CHECK(unlink("tool") == 0 && chdir(before) == 0 && rmdir(folder) == 0);
}

static void check_no_program(const char *command, llmb_status wanted) {
  llmb_bridge *bridge = NULL;
  llmb_error error;
  llmb_error_init(&error);
  llmb_settings *settings = settings_of("engine", "exec", "command", command, "home", HARNESS_HOME, NULL);
  llmb_status status = llmb_bridge_open(settings, &bridge, &error);
  if (status == LLMB_OK) status = ask(bridge, "x", NULL, &error);
  CHECK_INT(wanted, status);
  CHECK_CONTAINS("command", error.message);
  llmb_bridge_close(bridge);
  llmb_settings_close(settings);
}

static void program__that_cannot_be_run_is_named(void) {
  check_no_program("no-such-program-anywhere", LLMB_E_NOT_FOUND);
  check_no_program("/no/such/program", LLMB_E_NOT_FOUND);
  check_no_program("/etc/passwd", LLMB_E_SPAWN_FAILED);
  check_no_program("/tmp", LLMB_E_SPAWN_FAILED);
  check_no_program("  ", LLMB_E_INVALID_ARGUMENT);
  check_no_program("[\"cat\", 1]", LLMB_E_INVALID_ARGUMENT);
}

CHECK_MAIN(TEST(stdin__brings_the_prompt_as_it_is), TEST(argument__is_the_prompt_as_it_is),
           TEST(argument__that_looks_like_an_option_is_refused), TEST(argument__too_long_for_one_is_refused),
           TEST(value_of_an_option__is_the_prompt_as_it_is), TEST(prompt_inside_other_text__is_refused_with_the_reason),
           TEST(script_whose_interpreter_is_broken__is_told_with_the_interpreter),
           TEST(prompt_that_nobody_reads__blocks_nothing), TEST(settings_that_were_set__reach_it_by_the_environment),
           TEST(environment__is_what_was_allowed), TEST(program__is_looked_for_in_the_hosts_folder),
           TEST(program__that_cannot_be_run_is_named))
