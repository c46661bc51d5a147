/* What an engine that stands in for the first must not be given. The command is a script for the engine fake and names
 * a program of this test's for the engine exec. */
#include <sys/stat.h>

#include "bridge_harness.h"

static char folder[] = "/tmp/llmbridge-standin-XXXXXX";
static char program[64];

/* A program `pieces` on PATH, which answers with the prompt. */
static void program_make(void) {
  char path[128];
  memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
  CHECK(mkdtemp(folder) != NULL);
  snprintf(program, sizeof program, "%s/pieces", folder);
  FILE *file = fopen(program, "w");
  if (file == NULL) exit(1);
  fprintf(file, "#!/bin/sh\nprintf 'program: '\ncat\n");
  fclose(file);
  CHECK_INT(0, chmod(program, 0700));
  snprintf(path, sizeof path, "%s:/usr/bin:/bin", folder);
  CHECK_INT(0, setenv("PATH", path, 1));
}

static void program_remove(void) {
  CHECK_INT(0, unlink(program));
  CHECK_INT(0, rmdir(folder));
}

/* A program that is given a prompt cannot see the conversation in its place: it would be run for nothing. */
static void conversation__is_not_given_to_an_engine_that_takes_none(void) {
  program_make();
  llmb_bridge *bridge = bridge_of("pieces 0 0; exit 3", "fallback", "exec", NULL);
  llmb_settings *settings = settings_of("messages", "[{\"role\":\"user\",\"content\":\"hello\"}]", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "", settings, &error));
  CHECK_TEXT("fake", error.engine);
  llmb_settings_close(settings);
  bridge_end(bridge);
  program_remove();
}

CHECK_MAIN(TEST(conversation__is_not_given_to_an_engine_that_takes_none))
