/* The program that loaded us: HVM's C runtime, or a program compiled by `gen-c`. Its functions are looked up when they
 * are needed, so that the library can be loaded anywhere, also by a host that lacks some or all of them. */
#ifndef LLMB_HVM_HOST_H
#define LLMB_HVM_HOST_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t hvm_port; /* tag in the low 3 bits, value in the upper 29 */
typedef struct hvm_net hvm_net;
typedef struct hvm_book hvm_book;

/* HVM's Bytes and Str, which have one shape. */
struct hvm_bytes {
  uint32_t size;
  char *data;
};

/* HVM's Tup. */
struct hvm_tuple {
  uint32_t count;
  hvm_port items[8];
};

/* Who called, and what it exports. Lives as long as the call: nothing of the net may be kept. */
struct hvm_host {
  hvm_net *net;
  hvm_book *book;
  struct hvm_bytes (*readback_str)(hvm_net *, hvm_book *, hvm_port);
  struct hvm_tuple (*readback_tup)(hvm_net *, hvm_book *, hvm_port, uint32_t);
  hvm_port (*inject_bytes)(hvm_net *, struct hvm_bytes *);
  hvm_port (*inject_ok)(hvm_net *, hvm_port); /* may be NULL, as may the next two: no header declares them */
  hvm_port (*inject_err)(hvm_net *, hvm_port);
  hvm_port (*expand)(hvm_net *, hvm_book *, hvm_port);
  bool layout_known; /* the net is laid out as hvm_net.h says */
};

/* False, with a line on stderr, where the host lacks what its own header declares: then nothing but ERA can be given.
 */
bool host_find(struct hvm_host *host, hvm_net *net, hvm_book *book);

#endif
