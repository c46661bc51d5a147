/* HVM's exported functions, by HVM's names. */
#ifndef LLMB_TESTS_HVM_STANDIN_EXPORTS_H
#define LLMB_TESTS_HVM_STANDIN_EXPORTS_H

#include "tests/hvm/standin.h"

#define EXPORTED __attribute__((visibility("default")))

struct bytes {
  uint32_t size;
  char *data;
};

struct tuple {
  uint32_t count;
  port items[8];
};

EXPORTED struct bytes readback_bytes(struct net *net, struct book *book, port list);
EXPORTED struct bytes readback_str(struct net *net, struct book *book, port list);
EXPORTED struct tuple readback_tup(struct net *net, struct book *book, port at, uint32_t size);
EXPORTED port inject_bytes(struct net *net, struct bytes *bytes);
EXPORTED port inject_ok(struct net *net, port value);
EXPORTED port inject_err(struct net *net, port value);
EXPORTED port expand(struct net *net, struct book *book, port at);

#endif
