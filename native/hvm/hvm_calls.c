/* The entry points for one answer each, named as Bend programs call them. None prints to stdout, which is the
 * program's, and whose text HVM's own tools read. */
#include <stdio.h>

#include <llmbridge/call.h>

#include "hvm/hvm_bridge.h"
#include "hvm/hvm_calls.h"
#include "hvm/hvm_limits.h"
#include "hvm/hvm_net.h"
#include "hvm/hvm_read.h"
#include "hvm/hvm_respond.h"
#include "hvm/hvm_write.h"

typedef llmb_status write_text(const struct hvm_host *, const char *, uint64_t, hvm_port *, llmb_error *);

/* How long an answer may be, unless the program or its environment says so itself. */
static llmb_status limit_answer(const struct hvm_settings *said, llmb_settings *settings, llmb_error *error) {
  char value[24];
  snprintf(value, sizeof value, "%d", HVM_ANSWER_BYTES);
  return settings_say(said, "output_bytes") ? LLMB_OK : llmb_settings_set(settings, "output_bytes", value, error);
}

/* Asks and writes the answer. */
static llmb_status ask(const struct hvm_host *host, const struct hvm_text *lines, const struct hvm_text *prompt,
                       write_text *write, hvm_port *out, llmb_error *error) {
  struct hvm_settings said;
  struct hvm_target target = {NULL, NULL};
  char *answer = NULL;
  uint64_t size = 0;
  llmb_status status = settings_read(lines, &said, error);
  if (status == LLMB_OK) status = target_find(&said, &target, error);
  if (status == LLMB_OK) status = limit_answer(&said, target.settings, error);
  if (status == LLMB_OK) {
    status = llmb_generate(target.bridge, (const uint8_t *)prompt->data, prompt->size, target.settings, &answer, &size,
                           NULL, error);
  }
  llmb_settings_close(target.settings);
  settings_free(&said);
  if (status == LLMB_OK) {
    const bool marked = size > 0 && answer[0] == HVM_FAILURE_MARK;
    status = write(host, answer + marked, size - marked, out, error);
  }
  llmb_free(answer);
  return status;
}

static llmb_status ask_string(const struct hvm_host *host, hvm_port argument, write_text *write, hvm_port *out,
                              llmb_error *error) {
  struct hvm_text prompt;
  llmb_status status = read_text(host, argument, "prompt", &prompt, error);
  if (status == LLMB_OK) status = ask(host, NULL, &prompt, write, out, error);
  text_free(&prompt);
  return status;
}

static llmb_status ask_bytes(const struct hvm_host *host, hvm_port argument, hvm_port *out, llmb_error *error) {
  return ask_string(host, argument, write_bytes, out, error);
}

static llmb_status ask_characters(const struct hvm_host *host, hvm_port argument, hvm_port *out, llmb_error *error) {
  return ask_string(host, argument, write_characters, out, error);
}

hvm_port call_llm(hvm_net *net, hvm_book *book, hvm_port argument) {
  return respond(net, book, argument, ask_bytes, REPLY_TEXT);
}

hvm_port call_llm_str(hvm_net *net, hvm_book *book, hvm_port argument) {
  return respond(net, book, argument, ask_characters, REPLY_TEXT);
}

hvm_port try_call_llm(hvm_net *net, hvm_book *book, hvm_port argument) {
  return respond(net, book, argument, ask_bytes, REPLY_RESULT);
}

static llmb_status ask_pair(const struct hvm_host *host, hvm_port argument, hvm_port *out, llmb_error *error) {
  struct hvm_text lines, prompt;
  llmb_status status = read_texts(host, argument, "settings", &lines, "prompt", &prompt, error);
  if (status == LLMB_OK) status = ask(host, &lines, &prompt, write_bytes, out, error);
  text_free(&lines);
  text_free(&prompt);
  return status;
}

hvm_port call_llm_with(hvm_net *net, hvm_book *book, hvm_port argument) {
  return respond(net, book, argument, ask_pair, REPLY_TEXT);
}

hvm_port try_call_llm_with(hvm_net *net, hvm_book *book, hvm_port argument) {
  return respond(net, book, argument, ask_pair, REPLY_RESULT);
}

/* Embeds and writes the vector. */
static llmb_status embed_text(const struct hvm_host *host, const struct hvm_text *lines, const struct hvm_text *text,
                              hvm_port *out, llmb_error *error) {
  struct hvm_settings said;
  struct hvm_target target = {NULL, NULL};
  float *vector = NULL;
  uint64_t dimension = 0;
  llmb_status status = settings_read(lines, &said, error);
  if (status == LLMB_OK) status = target_find(&said, &target, error);
  if (status == LLMB_OK) {
    const uint8_t *const bytes = (const uint8_t *)text->data;
    status = llmb_embed_texts(target.bridge, &bytes, &text->size, 1, target.settings, &vector, &dimension, NULL, error);
  }
  if (status == LLMB_OK) status = write_vector(host, vector, dimension, out, error);
  llmb_free(vector);
  llmb_settings_close(target.settings);
  settings_free(&said);
  return status;
}

static llmb_status embed_string(const struct hvm_host *host, hvm_port argument, hvm_port *out, llmb_error *error) {
  struct hvm_text text;
  llmb_status status = read_text(host, argument, "text", &text, error);
  if (status == LLMB_OK) status = embed_text(host, NULL, &text, out, error);
  text_free(&text);
  return status;
}

static llmb_status embed_pair(const struct hvm_host *host, hvm_port argument, hvm_port *out, llmb_error *error) {
  struct hvm_text lines, text;
  llmb_status status = read_texts(host, argument, "settings", &lines, "text", &text, error);
  if (status == LLMB_OK) status = embed_text(host, &lines, &text, out, error);
  text_free(&lines);
  text_free(&text);
  return status;
}

hvm_port embed(hvm_net *net, hvm_book *book, hvm_port argument) {
  return respond(net, book, argument, embed_string, REPLY_LIST);
}

hvm_port try_embed(hvm_net *net, hvm_book *book, hvm_port argument) {
  return respond(net, book, argument, embed_string, REPLY_RESULT);
}

hvm_port embed_with(hvm_net *net, hvm_book *book, hvm_port argument) {
  return respond(net, book, argument, embed_pair, REPLY_LIST);
}

hvm_port try_embed_with(hvm_net *net, hvm_book *book, hvm_port argument) {
  return respond(net, book, argument, embed_pair, REPLY_RESULT);
}
