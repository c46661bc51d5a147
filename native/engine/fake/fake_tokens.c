/* The fake engine's tokens: each byte of a text is one. */
#include "engine/fake/fake_tokens.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK_BYTES = 4096, TOKEN_TEXT_SIZE = 5, OTHERS_MAX = 20, ODDS_SIZE = 2048 };

/* Writes a step's share and notes how far the input is told; false if the host must make room first. */
static bool write_share(struct fake_run *run, const char *share, uint64_t size, uint64_t told) {
  if (llmb_request_write(run->request, share, size) != LLMB_OK) {
    run->wake_ns = LLMB_NEVER;
    return false;
  }
  run->done_in_step = told;
  return true;
}

static bool tell_tokens(struct fake_run *run, const char *text, uint64_t size) {
  char share[CHUNK_BYTES * TOKEN_TEXT_SIZE];
  while (run->done_in_step < size) {
    uint64_t at = run->done_in_step, used = 0;
    for (uint64_t i = 0; i < CHUNK_BYTES && at < size; i++, at++) {
      used += (uint64_t)snprintf(share + used, sizeof share - used, "%c%u", at == 0 ? '[' : ',',
                                 (unsigned)(unsigned char)text[at]);
    }
    if (at == size) share[used++] = ']';
    if (!write_share(run, share, used, at)) return false;
  }
  return true;
}

/* The number that begins here, and where it ends; above 255 it is none of ours. */
static unsigned read_byte(const char *json, uint64_t size, uint64_t *at) {
  unsigned byte = 0;
  const uint64_t begin = *at;
  for (; *at < size && json[*at] >= '0' && json[*at] <= '9'; ++*at) {
    if (byte <= UINT8_MAX) byte = byte * 10 + (unsigned)(json[*at] - '0');
  }
  return *at > begin ? byte : UINT8_MAX + 1;
}

static bool refuse(struct fake_run *run) {
  llmb_request *request = run->request;
  run->request = NULL;
  llmb_request_fail(request, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                    "tokens: allowed are 1 to 255, of which each is a byte");
  return false;
}

static bool tell_text(struct fake_run *run, const char *json, uint64_t size) {
  char share[CHUNK_BYTES];
  if (run->done_in_step == 0) run->done_in_step = 1; /* the bracket */
  while (run->done_in_step + 1 < size) {
    uint64_t at = run->done_in_step, used = 0;
    while (used < sizeof share && at + 1 < size) {
      const unsigned byte = read_byte(json, size, &at);
      if (byte == 0 || byte > UINT8_MAX) return refuse(run);
      share[used++] = (char)byte;
      at++; /* the comma, or the bracket */
    }
    if (!write_share(run, share, used, at)) return false;
  }
  return true;
}

bool fake_tell_tokens(struct fake_run *run) {
  uint64_t size = 0;
  const char *input = llmb_request_input(run->request, &size);
  if (llmb_request_kind(run->request) == LLMB_REQUEST_TOKENIZE) return tell_tokens(run, input, size);
  return tell_text(run, input, size);
}

bool fake_tell_odds(const struct fake_run *run) {
  char json[ODDS_SIZE];
  unsigned others = 0;
  (void)sscanf(run->odds, "%u", &others);
  int used = snprintf(json, sizeof json, "{\"token\":\"piece %llu\",\"logprob\":-0.5,\"top_logprobs\":[",
                      (unsigned long long)run->pieces);
  for (unsigned i = 0; i < others && i < OTHERS_MAX; i++) {
    used += snprintf(json + used, sizeof json - (size_t)used, "%s{\"token\":\"other %u\",\"logprob\":-%u.25}",
                     i > 0 ? "," : "", i + 1, i + 1);
  }
  used += snprintf(json + used, sizeof json - (size_t)used, "]}");
  return llmb_request_write_logprobs(run->request, json, (uint64_t)used) == LLMB_OK;
}
