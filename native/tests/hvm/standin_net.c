#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/hvm/standin.h"

#define NODES (UINT64_C(1) << 29)
enum { SHIFT = 4096, UNBOUND = -1 };
enum definition { DEFINITION_NIL, DEFINITION_TAG_NIL, DEFINITION_TAG_CONS };

static uint64_t *nodes;
static uint32_t *variables;
static uint32_t node_count, variable_count;

static port port_of(enum tag tag, uint32_t value) {
  return value << 3 | tag;
}

static uint32_t value_of(port at) {
  return at >> 3;
}

static enum tag tag_of(port at) {
  return at & 7;
}

struct net *standin_open(bool shifted) {
  static char *memory;
  const size_t size = SHIFT + NODES * (sizeof *nodes + sizeof *variables);
  if (memory != NULL) munmap(memory, size);
  memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    perror("mmap of the net");
    exit(1);
  }
  nodes = (uint64_t *)(void *)(memory + (shifted ? SHIFT : 0));
  variables = (uint32_t *)(void *)(nodes + NODES);
  node_count = variable_count = 1;
  return (struct net *)(void *)memory;
}

struct book *standin_book(void) {
  static int nothing;
  return (struct book *)(void *)&nothing;
}

static port new_node(port first, port second) {
  while (nodes[node_count] != 0) node_count++;
  nodes[node_count] = (uint64_t)second << 32 | first;
  return port_of(TAG_CON, node_count++);
}

static port new_variable(uint32_t value) {
  variables[variable_count] = value;
  return port_of(TAG_VAR, variable_count++);
}

static port first_of(port node) {
  return (uint32_t)nodes[value_of(node)];
}

static port second_of(port node) {
  return (uint32_t)(nodes[value_of(node)] >> 32);
}

/* The port as it is, or behind a variable. */
static port through(enum style style, port at) {
  return style == STYLE_PLAIN ? at : new_variable(at);
}

port standin_number(uint32_t payload, enum number_type type) {
  return port_of(TAG_NUM, (payload & 0xFFFFFF) << 5 | type);
}

static port new_nil(void) {
  const port body = new_variable((uint32_t)UNBOUND);
  return new_node(new_node(standin_number(0, TYPE_U24), body), body);
}

static port new_cons(enum style style, port head, port tail) {
  const port body = new_variable((uint32_t)UNBOUND);
  const port tag = style == STYLE_PLAIN ? standin_number(1, TYPE_U24) : port_of(TAG_REF, DEFINITION_TAG_CONS);
  const port with_tail = new_node(tail, through(style, body));
  const port with_head = new_node(through(style, head), with_tail);
  return new_node(through(style, new_node(tag, with_head)), body);
}

port standin_list(const uint32_t *numbers, uint32_t count, enum style style) {
  port list = style == STYLE_PLAIN ? new_nil() : port_of(TAG_REF, DEFINITION_NIL);
  for (uint32_t i = count; i-- > 0;) {
    list = through(style, new_cons(style, standin_number(numbers[i], TYPE_U24), list));
  }
  return list;
}

port standin_text(const char *text) {
  uint32_t numbers[1024];
  const uint32_t count = (uint32_t)strlen(text);
  for (uint32_t i = 0; i < count; i++) numbers[i] = (uint8_t)text[i];
  return standin_list(numbers, count, STYLE_PLAIN);
}

port standin_pair(port first, port second) {
  return new_node(first, second);
}

port standin_identity(void) {
  const port body = new_variable((uint32_t)UNBOUND);
  return new_node(body, body);
}

port standin_result(uint32_t tag, port value) {
  const port body = new_variable((uint32_t)UNBOUND);
  return new_node(new_node(standin_number(tag, TYPE_U24), new_node(value, body)), body);
}

uint64_t standin_used(void) {
  uint64_t used = 0;
  for (uint32_t i = 1; i < node_count; i++) used += nodes[i] != 0;
  for (uint32_t i = 1; i < variable_count; i++) used += variables[i] != 0;
  return used;
}

void standin_fill(uint64_t first, uint64_t stride) {
  for (uint64_t i = first; i < NODES; i += stride) nodes[i] = 1;
}

bool standin_split(port at, port *first, port *second) {
  if (tag_of(at) != TAG_CON) return false;
  *first = first_of(at);
  *second = second_of(at);
  return true;
}

static bool is_number(port at, enum number_type type) {
  return tag_of(at) == TAG_NUM && (value_of(at) & 31) == type;
}

bool standin_read(port list, enum number_type type, uint32_t *out, uint32_t capacity, uint32_t *out_count) {
  for (*out_count = 0;; (*out_count)++) {
    port application, body, tag, rest, head, with_tail, tail, end;
    if (!standin_split(list, &application, &body) || !standin_split(application, &tag, &rest)) return false;
    if (tag == standin_number(0, TYPE_U24)) return rest == body && variables[value_of(body)] == (uint32_t)UNBOUND;
    if (tag != standin_number(1, TYPE_U24) || *out_count == capacity) return false;
    if (!standin_split(rest, &head, &with_tail) || !standin_split(with_tail, &tail, &end)) return false;
    if (end != body || !is_number(head, type)) return false;
    out[*out_count] = value_of(head) >> 5;
    list = tail;
  }
}

bool standin_read_result(port result, uint32_t *out_tag, port *out_value) {
  port application, body, tag, rest, end;
  if (!standin_split(result, &application, &body) || !standin_split(application, &tag, &rest)) return false;
  if (!standin_split(rest, out_value, &end) || !is_number(tag, TYPE_U24)) return false;
  *out_tag = value_of(tag) >> 5;
  return end == body && tag_of(body) == TAG_VAR && variables[value_of(body)] == (uint32_t)UNBOUND;
}

static port follow(port at) {
  while (tag_of(at) == TAG_VAR && variables[value_of(at)] != (uint32_t)UNBOUND) at = variables[value_of(at)];
  return at;
}

port standin_expand(port reference) {
  const port at = follow(reference);
  if (tag_of(at) != TAG_REF) return at;
  switch ((enum definition)value_of(at)) {
    case DEFINITION_NIL:
      return new_nil();
    case DEFINITION_TAG_NIL:
      return standin_number(0, TYPE_U24);
    case DEFINITION_TAG_CONS:
      return standin_number(1, TYPE_U24);
  }
  return ERASED;
}

bool standin_step(port *list, uint32_t *number) {
  const port lambda = standin_expand(*list);
  if (tag_of(lambda) != TAG_CON) return false;
  const port application = standin_expand(first_of(lambda));
  if (tag_of(application) != TAG_CON) return false;
  if (standin_expand(first_of(application)) != standin_number(1, TYPE_U24)) return false;
  const port with_head = standin_expand(second_of(application));
  if (tag_of(with_head) != TAG_CON) return false;
  const port head = standin_expand(first_of(with_head)), with_tail = standin_expand(second_of(with_head));
  if (tag_of(head) != TAG_NUM || tag_of(with_tail) != TAG_CON) return false;
  *number = value_of(head) >> 5;
  *list = first_of(with_tail);
  return true;
}
