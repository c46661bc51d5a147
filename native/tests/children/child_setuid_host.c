/* A program that is made setuid: embeds a text with the engine hash, then has the engine exec run "id -u" by its name
 * and by its path. Prints a line for each. Nothing in it reads the environment. */
#include <stdio.h>
#include <string.h>

#include <llmbridge/llmbridge.h>

static llmb_bridge *open_bridge(const char *engine, const char *command) {
  llmb_settings *settings = NULL;
  llmb_bridge *bridge = NULL;
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_settings_create(&settings, &error) != LLMB_OK) return NULL;
  llmb_settings_set(settings, "engine", engine, &error);
  if (command != NULL) llmb_settings_set(settings, "command", command, &error);
  if (llmb_bridge_open(settings, &bridge, &error) != LLMB_OK) printf("open %d %s\n", error.status, error.message);
  llmb_settings_close(settings);
  return bridge;
}

static void embed_text(void) {
  llmb_error error;
  llmb_error_init(&error);
  llmb_bridge *bridge = open_bridge("hash", NULL);
  if (bridge == NULL) return;
  const uint8_t *const texts[] = {(const uint8_t *)"hi"};
  const uint64_t sizes[] = {2};
  float *vector = NULL;
  uint64_t dimension = 0;
  const llmb_status status = llmb_embed_texts(bridge, texts, sizes, 1, NULL, &vector, &dimension, NULL, &error);
  printf("embed %d %s\n", status, error.message);
  llmb_free(vector);
  llmb_bridge_close(bridge);
}

static void run_command(const char *command) {
  llmb_error error;
  llmb_error_init(&error);
  llmb_bridge *bridge = open_bridge("exec", command);
  if (bridge == NULL) return;
  char *answer = NULL;
  const llmb_status status = llmb_generate(bridge, (const uint8_t *)"hi", 2, NULL, &answer, NULL, NULL, &error);
  if (answer != NULL) answer[strcspn(answer, "\n")] = 0;
  printf("run %d %s\n", status, answer != NULL ? answer : error.message);
  llmb_free(answer);
  llmb_bridge_close(bridge);
}

int main(void) {
  embed_text();
  run_command("id -u");
  run_command("/usr/bin/id -u");
  return 0;
}
