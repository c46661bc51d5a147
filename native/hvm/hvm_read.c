#include "hvm/hvm_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "hvm/hvm_limits.h"
#include "hvm/hvm_list.h"
#include "hvm/hvm_net.h"

enum { SIGNED_BYTE_MIN = 0xFFFF80, CODE_POINT_MAX = 0x10FFFF }; /* byte 0x80 with its sign as a 24-bit number */

llmb_status refuse(llmb_error *error, llmb_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  llmb_error_init(error);
  error->status = status;
  error->phase = LLMB_PHASE_CONFIGURE;
  error->retry_safe = 1;
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  return status;
}

void text_free(struct hvm_text *text) {
  free(text->data);
  *text = (struct hvm_text){NULL, 0};
}

static uint64_t put_utf8(uint8_t *out, uint32_t code) {
  if (code < 0x80) {
    out[0] = (uint8_t)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (uint8_t)(0xC0 | code >> 6);
    out[1] = (uint8_t)(0x80 | (code & 0x3F));
    return 2;
  }
  if (code < 0x10000) {
    out[0] = (uint8_t)(0xE0 | code >> 12);
    out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
    out[2] = (uint8_t)(0x80 | (code & 0x3F));
    return 3;
  }
  out[0] = (uint8_t)(0xF0 | code >> 18);
  out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3F));
  out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
  out[3] = (uint8_t)(0x80 | (code & 0x3F));
  return 4;
}

static bool is_utf8(const uint8_t *bytes, uint64_t size) {
  uint64_t valid_size = 0;
  return utf8_check(bytes, size, &valid_size) == UTF8_VALID;
}

/* Takes the numbers as bytes if they are bytes of UTF-8, else as code points; false if they are neither. `out` has room
 * for four bytes each. */
static bool put_text(const uint32_t *numbers, uint32_t count, uint8_t *out, uint64_t *out_size) {
  bool bytes = true;
  for (uint32_t i = 0; i < count && bytes; i++) {
    bytes = numbers[i] < 0x100 || numbers[i] >= SIGNED_BYTE_MIN;
    out[i] = (uint8_t)numbers[i];
  }
  *out_size = count;
  if (bytes && is_utf8(out, count)) return true;
  uint64_t size = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t code = numbers[i] >= SIGNED_BYTE_MIN ? numbers[i] & 0xFF : numbers[i];
    if (code > CODE_POINT_MAX || (code >= 0xD800 && code < 0xE000)) return false;
    size += put_utf8(out + size, code);
  }
  *out_size = size;
  return true;
}

llmb_status read_text(const struct hvm_host *host, hvm_port port, const char *what, struct hvm_text *out,
                      llmb_error *error) {
  *out = (struct hvm_text){NULL, 0};
  uint32_t *numbers = NULL, count = 0;
  const enum hvm_list_verdict verdict = list_read(host, port, &numbers, &count);
  if (verdict == HVM_LIST_NONE) return refuse(error, LLMB_E_INVALID_ARGUMENT, "%s: it is not a String", what);
  if (verdict == HVM_LIST_TOO_LONG) {
    return refuse(error, LLMB_E_INVALID_ARGUMENT, "%s: it has more than %d characters", what, HVM_ARGUMENT_CODES_MAX);
  }
  out->data = verdict == HVM_LIST_READ ? malloc(4 * (size_t)count + 1) : NULL;
  llmb_status status = LLMB_OK;
  if (out->data == NULL) {
    status = refuse(error, LLMB_E_OUT_OF_MEMORY, "%s: no memory for it", what);
  } else if (!put_text(numbers, count, (uint8_t *)out->data, &out->size)) {
    status = refuse(error, LLMB_E_INVALID_ARGUMENT, "%s: one of its numbers is neither a byte nor a character", what);
    text_free(out);
  } else {
    out->data[out->size] = '\0';
  }
  free(numbers);
  return status;
}

llmb_status read_pair(const struct hvm_host *host, hvm_port port, const char *what, hvm_port halves[2],
                      llmb_error *error) {
  struct hvm_tuple tuple = {.count = 0};
  if (!host->layout_known) {
    tuple = host->readback_tup(host->net, host->book, port, 2);
  } else if (port_tag(port = net_follow(host->net, port)) == HVM_CON) {
    const struct hvm_node *const node = net_node(host->net, port);
    tuple = (struct hvm_tuple){2, {node->first, net_follow(host->net, node->second)}};
  }
  /* A String is a lambda: its second half is the lambda's variable. */
  if (tuple.count != 2 || port_tag(tuple.items[1]) == HVM_VAR) {
    return refuse(error, LLMB_E_INVALID_ARGUMENT, "the argument is not a tuple (%s)", what);
  }
  if (host->layout_known) *net_node(host->net, port) = (struct hvm_node){0, 0};
  memcpy(halves, tuple.items, 2 * sizeof *halves);
  return LLMB_OK;
}

llmb_status read_number(const struct hvm_host *host, hvm_port port, const char *what, uint32_t *out,
                        llmb_error *error) {
  if (host->layout_known) port = net_follow(host->net, port);
  if (port_tag(port) == HVM_REF && host->expand != NULL) port = host->expand(host->net, host->book, port);
  if (port_tag(port) == HVM_NUM && number_type(port) == HVM_U24) {
    *out = number_payload(port);
    return LLMB_OK;
  }
  return refuse(error, LLMB_E_INVALID_ARGUMENT, "%s: it is not a u24", what);
}

llmb_status read_texts(const struct hvm_host *host, hvm_port port, const char *what_first, struct hvm_text *first,
                       const char *what_second, struct hvm_text *second, llmb_error *error) {
  char what[64];
  hvm_port halves[2];
  *first = *second = (struct hvm_text){NULL, 0};
  snprintf(what, sizeof what, "%s, %s", what_first, what_second);
  llmb_status status = read_pair(host, port, what, halves, error);
  if (status == LLMB_OK) status = read_text(host, halves[0], what_first, first, error);
  if (status == LLMB_OK) status = read_text(host, halves[1], what_second, second, error);
  return status;
}
