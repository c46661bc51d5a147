#include "hvm/hvm_list.h"

#include <stdlib.h>

#include "hvm/hvm_limits.h"

/* Definitions that came up in the argument, and the copies of them that `expand` made: a computed String refers to
 * one or two for each of its characters. */
struct walk {
  const struct hvm_host *host;
  hvm_port references[HVM_EXPANSIONS_MAX], copies[HVM_EXPANSIONS_MAX];
  int count;
};

enum cell_kind { CELL_NIL, CELL_CONS, CELL_OTHER, CELL_UNSURE };

struct cell {
  struct hvm_node *with_head; /* its first port is the head */
  hvm_port head, tail;
};

/* Follows variables and definitions; a reference that cannot be followed is returned itself. */
static hvm_port resolve(struct walk *walk, hvm_port port) {
  const struct hvm_host *host = walk->host;
  port = net_follow(host->net, port);
  if (port_tag(port) != HVM_REF) return port;
  for (int i = 0; i < walk->count; i++) {
    if (walk->references[i] == port) return walk->copies[i];
  }
  if (host->expand == NULL || walk->count == HVM_EXPANSIONS_MAX) return port;
  const hvm_port copy = net_follow(host->net, host->expand(host->net, host->book, port));
  walk->references[walk->count] = port;
  walk->copies[walk->count++] = copy;
  return copy;
}

static enum cell_kind other(hvm_port port) {
  return port_tag(port) == HVM_REF ? CELL_UNSURE : CELL_OTHER;
}

/* nil is λt.(t 0), cons λt.(t 1 head tail): a node for the lambda, one for each application. */
static enum cell_kind cell_find(struct walk *walk, hvm_port port, struct cell *out) {
  const hvm_net *net = walk->host->net;
  port = resolve(walk, port);
  if (port_tag(port) != HVM_CON) return other(port);
  const struct hvm_node lambda = *net_node(net, port);
  const hvm_port body = net_follow(net, lambda.second), application = resolve(walk, lambda.first);
  if (port_tag(application) != HVM_CON) return other(application);
  if (port_tag(body) != HVM_VAR) return other(body);
  const struct hvm_node with_tag = *net_node(net, application);
  const hvm_port tag = resolve(walk, with_tag.first);
  if (port_tag(tag) != HVM_NUM) return other(tag);
  hvm_port rest = resolve(walk, with_tag.second);
  if (number_payload(tag) == 0 && rest == body) return CELL_NIL;
  if (number_payload(tag) != 1 || port_tag(rest) != HVM_CON) return other(rest);
  out->with_head = net_node(net, rest);
  out->head = resolve(walk, out->with_head->first);
  rest = resolve(walk, out->with_head->second);
  if (port_tag(rest) != HVM_CON) return other(rest);
  const struct hvm_node with_tail = *net_node(net, rest);
  out->tail = with_tail.first;
  return net_follow(net, with_tail.second) == body ? CELL_CONS : CELL_OTHER;
}

/* Room for one number more. */
static bool reserve(uint32_t **numbers, uint32_t count, uint32_t *capacity) {
  if (count < *capacity) return true;
  const uint32_t grown = *capacity == 0 ? 256 : *capacity * 2;
  uint32_t *const moved = realloc(*numbers, grown * sizeof **numbers);
  if (moved == NULL) return false;
  *numbers = moved;
  *capacity = grown;
  return true;
}

static bool is_integer(hvm_port port) {
  return port_tag(port) == HVM_NUM && (number_type(port) == HVM_U24 || number_type(port) == HVM_I24);
}

/* *sure becomes false where a definition could not be looked into. */
static enum hvm_list_verdict walk_list(struct walk *walk, hvm_port list, uint32_t **numbers, uint32_t *count,
                                       bool *sure) {
  uint32_t capacity = 0;
  if (!reserve(numbers, 0, &capacity)) return HVM_LIST_NO_MEMORY;
  for (;;) {
    struct cell cell;
    const enum cell_kind kind = cell_find(walk, list, &cell);
    *sure = kind != CELL_UNSURE && (kind != CELL_CONS || port_tag(cell.head) != HVM_REF);
    if (kind == CELL_NIL) return HVM_LIST_READ;
    if (kind != CELL_CONS || !is_integer(cell.head)) return HVM_LIST_NONE;
    if (*count == HVM_ARGUMENT_CODES_MAX) return HVM_LIST_TOO_LONG;
    if (!reserve(numbers, *count, &capacity)) return HVM_LIST_NO_MEMORY;
    (*numbers)[(*count)++] = number_payload(cell.head);
    list = cell.tail;
  }
}

/* By the host's documented reader: bytes, and nothing for what is no list. */
static enum hvm_list_verdict read_by_host(const struct hvm_host *host, hvm_port list, uint32_t **numbers,
                                          uint32_t *count) {
  if (port_tag(list) == HVM_NUM || port_tag(list) == HVM_ERA) return HVM_LIST_NONE;
  const struct hvm_bytes bytes = host->readback_str(host->net, host->book, list);
  enum hvm_list_verdict verdict = HVM_LIST_READ;
  *numbers = NULL;
  *count = bytes.size;
  if (bytes.data == NULL) {
    verdict = HVM_LIST_NO_MEMORY;
  } else if (bytes.size > HVM_ARGUMENT_CODES_MAX) {
    verdict = HVM_LIST_TOO_LONG;
  } else {
    *numbers = malloc((bytes.size + 1) * sizeof **numbers);
    if (*numbers == NULL) verdict = HVM_LIST_NO_MEMORY;
  }
  for (uint32_t i = 0; verdict == HVM_LIST_READ && i < bytes.size; i++) (*numbers)[i] = (uint8_t)bytes.data[i];
  free(bytes.data);
  return verdict;
}

enum hvm_list_verdict list_read(const struct hvm_host *host, hvm_port list, uint32_t **out, uint32_t *out_count) {
  *out = NULL;
  *out_count = 0;
  if (!host->layout_known) return read_by_host(host, list, out, out_count);
  struct walk walk = {.host = host};
  bool sure = true;
  enum hvm_list_verdict verdict = walk_list(&walk, list, out, out_count, &sure);
  for (int i = 0; i < walk.count; i++) net_erase(host->net, walk.copies[i]);
  if (verdict == HVM_LIST_READ) {
    net_erase(host->net, list);
    return verdict;
  }
  free(*out);
  *out = NULL;
  return sure ? verdict : read_by_host(host, list, out, out_count);
}

void list_patch(const struct hvm_host *host, hvm_port list, const uint32_t *payloads, uint32_t count,
                enum hvm_number type) {
  struct walk walk = {.host = host};
  for (uint32_t i = 0; i < count; i++) {
    struct cell cell;
    if (cell_find(&walk, list, &cell) != CELL_CONS) return;
    cell.with_head->first = port_of_number(payloads[i], type);
    list = cell.tail;
  }
}
