/* A constant table as JSON that is written once, into static memory, so that it can be given out without an owner and
 * cannot fail. Nobody waits for another thread's writing, which a fork might have left unfinished: each writes a copy
 * of its own and the first to be ready stays. */
#ifndef LLMB_CORE_JSON_ONCE_H
#define LLMB_CORE_JSON_ONCE_H

#include <stdatomic.h>

#include "core/json_writer.h"

enum { JSON_ONCE_CAPACITY = 32768, JSON_ONCE_COPIES = 4 };

/* To be static, and zero before its first use. */
struct json_once {
  char copies[JSON_ONCE_COPIES][JSON_ONCE_CAPACITY];
  atomic_uint copies_taken;
  _Atomic(const char *) ready;
};

/* The text that `write` writes, always the same one; "{}" should it not fit, which unit tests know it does. */
const char *json_once_text(struct json_once *once, void (*write)(struct json_writer *writer));

#endif
