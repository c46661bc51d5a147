#include "hvm/hvm_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hvm/hvm_calls.h"
#include "hvm/hvm_limits.h"
#include "hvm/hvm_list.h"
#include "hvm/hvm_net.h"
#include "hvm/hvm_read.h"

enum { FULLNESS_MAX = 500 }; /* thousandths */
enum { RESULT_OK = 0, RESULT_ERR = 1 };

/* Whether the net has room for `count` elements. It is looked at now and then; where it cannot be looked at, half of
 * what it holds is all that is ever given out. */
static llmb_status make_sure_of_room(const struct hvm_host *host, uint64_t count, llmb_error *error) {
  static uint64_t given;
  const uint64_t limit = net_capacity() / (host->layout_known ? HVM_LOOKS_PER_NET : 2);
  if (count > HVM_LIST_MAX) {
    return refuse(error, LLMB_E_OUTPUT_TOO_LARGE, "a list of %llu elements; at most %d can be given to HVM",
                  (unsigned long long)count, HVM_LIST_MAX);
  }
  if (given + count > limit) {
    if (!host->layout_known || net_fullness(host->net) >= FULLNESS_MAX) {
      return refuse(error, LLMB_E_OUT_OF_MEMORY, "HVM's net may have no room for %llu elements more",
                    (unsigned long long)count);
    }
    given = 0;
  }
  given += count;
  return LLMB_OK;
}

static llmb_status inject(const struct hvm_host *host, const char *data, uint64_t size, hvm_port *out,
                          llmb_error *error) {
  char *const copy = malloc(size + 1); /* HVM's function takes writable memory */
  if (copy == NULL) return refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for a list");
  memcpy(copy, data, size);
  struct hvm_bytes bytes = {(uint32_t)size, copy};
  *out = host->inject_bytes(host->net, &bytes);
  free(copy);
  return LLMB_OK;
}

/* A list of numbers that inject_bytes cannot make: one of as many bytes, whose elements are then replaced. */
static llmb_status inject_numbers(const struct hvm_host *host, const uint32_t *payloads, uint64_t count,
                                  enum hvm_number type, hvm_port *out, llmb_error *error) {
  if (!host->layout_known) {
    return refuse(error, LLMB_E_UNSUPPORTED,
                  "this HVM lays out its net in an unknown way, so it can be given bytes only");
  }
  char *const places = calloc(count + 1, 1);
  if (places == NULL) return refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for a list");
  const llmb_status status = inject(host, places, count, out, error);
  if (status == LLMB_OK) list_patch(host, *out, payloads, (uint32_t)count, type);
  free(places);
  return status;
}

static bool is_ascii(const char *text, uint64_t size) {
  for (uint64_t i = 0; i < size; i++) {
    if ((uint8_t)text[i] >= 0x80) return false;
  }
  return true;
}

static llmb_status inject_text(const struct hvm_host *host, const char *text, uint64_t size, hvm_port *out,
                               llmb_error *error) {
  if (!host->layout_known || is_ascii(text, size)) return inject(host, text, size, out, error);
  uint32_t *const payloads = malloc((size + 1) * sizeof *payloads);
  if (payloads == NULL) return refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for a list");
  for (uint64_t i = 0; i < size; i++) payloads[i] = (uint8_t)text[i];
  const llmb_status status = inject_numbers(host, payloads, size, HVM_U24, out, error);
  free(payloads);
  return status;
}

llmb_status write_bytes(const struct hvm_host *host, const char *text, uint64_t size, hvm_port *out,
                        llmb_error *error) {
  const llmb_status status = make_sure_of_room(host, size, error);
  return status == LLMB_OK ? inject_text(host, text, size, out, error) : status;
}

/* The character at `at`, which is valid UTF-8; its length is added to *at. */
static uint32_t take_character(const char *text, uint64_t *at) {
  const uint8_t lead = (uint8_t)text[(*at)++];
  const int following = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  uint32_t code = following == 0 ? lead : lead & (0x3Fu >> following);
  for (int i = 0; i < following; i++) code = code << 6 | ((uint8_t)text[(*at)++] & 0x3F);
  return code;
}

llmb_status write_characters(const struct hvm_host *host, const char *text, uint64_t size, hvm_port *out,
                             llmb_error *error) {
  llmb_status status = make_sure_of_room(host, size, error);
  if (status != LLMB_OK) return status;
  if (is_ascii(text, size)) return inject(host, text, size, out, error);
  uint32_t *const payloads = malloc((size + 1) * sizeof *payloads);
  if (payloads == NULL) return refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for a list");
  uint64_t count = 0;
  for (uint64_t at = 0; at < size;) payloads[count++] = take_character(text, &at);
  status = inject_numbers(host, payloads, count, HVM_U24, out, error);
  free(payloads);
  return status;
}

/* The upper 24 bits of an f32, rounded to the nearest, to even between two. */
static uint32_t f24_of(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  const uint32_t lost = bits & 0xFF, kept = bits >> 8;
  return kept + (lost > 0x80 || (lost == 0x80 && (kept & 1) != 0));
}

llmb_status write_vector(const struct hvm_host *host, const float *vector, uint64_t dimension, hvm_port *out,
                         llmb_error *error) {
  llmb_status status = make_sure_of_room(host, dimension, error);
  if (status != LLMB_OK) return status;
  uint32_t *const payloads = malloc((dimension + 1) * sizeof *payloads);
  if (payloads == NULL) return refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for a list");
  for (uint64_t i = 0; i < dimension; i++) payloads[i] = f24_of(vector[i]);
  status = inject_numbers(host, payloads, dimension, HVM_F24, out, error);
  free(payloads);
  return status;
}

/* Also where the net is all but full: an error is short. */
static hvm_port write_json(const struct hvm_host *host, const llmb_error *error, const char *mark) {
  char *json = NULL, *text = NULL;
  (void)llmb_error_to_json(error, &json);
  if (asprintf(&text, "%s%s", mark, json != NULL ? json : "{\"code\":\"out_of_memory\",\"status\":16}") < 0)
    text = NULL;
  llmb_error ignored;
  hvm_port port = HVM_NOTHING;
  if (text != NULL) (void)inject_text(host, text, strlen(text), &port, &ignored);
  free(text);
  llmb_free(json);
  return port;
}

hvm_port write_failure(const struct hvm_host *host, const llmb_error *error) {
  static const char mark[] = {HVM_FAILURE_MARK, '\0'};
  return write_json(host, error, mark);
}

/* λt.(t tag value), made of the list of one byte, λt.(t 1 byte nil), where the host has no function for it. */
static hvm_port write_result(const struct hvm_host *host, uint32_t tag, hvm_port value) {
  llmb_error ignored;
  hvm_port result = HVM_NOTHING;
  if (!host->layout_known || inject(host, "", 1, &result, &ignored) != LLMB_OK) {
    fputs("llmbridge: this program exports neither inject_ok nor inject_err, so no Result can be made\n", stderr);
    return HVM_NOTHING;
  }
  struct hvm_node *const with_tag = net_node(host->net, net_node(host->net, result)->first);
  struct hvm_node *const with_value = net_node(host->net, with_tag->second);
  struct hvm_node *const with_tail = net_node(host->net, with_value->second);
  const hvm_port body = with_tail->second;
  net_erase(host->net, with_tail->first);
  *with_tail = (struct hvm_node){0, 0};
  with_tag->first = port_of_number(tag, HVM_U24);
  *with_value = (struct hvm_node){value, body};
  return result;
}

hvm_port write_ok(const struct hvm_host *host, hvm_port value) {
  if (host->inject_ok != NULL) return host->inject_ok(host->net, value);
  return write_result(host, RESULT_OK, value);
}

hvm_port write_err(const struct hvm_host *host, const llmb_error *error) {
  const hvm_port value = write_json(host, error, "");
  if (host->inject_err != NULL) return host->inject_err(host->net, value);
  return write_result(host, RESULT_ERR, value);
}
