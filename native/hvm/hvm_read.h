/* Reading what a program hands over: Strings, pairs, numbers. */
#ifndef LLMB_HVM_READ_H
#define LLMB_HVM_READ_H

#include <llmbridge/status.h>

#include "hvm/hvm_host.h"

/* Text as UTF-8, freed with text_free. */
struct hvm_text {
  char *data; /* NUL-terminated */
  uint64_t size;
};

/* The String or List(u24) at `port`: code points, or bytes of UTF-8, with or without the sign that HVM gives to bytes
 * above 127. `what` names it in the error. */
llmb_status read_text(const struct hvm_host *host, hvm_port port, const char *what, struct hvm_text *out,
                      llmb_error *error);

/* The two halves of a tuple; a String is none. */
llmb_status read_pair(const struct hvm_host *host, hvm_port port, const char *what, hvm_port halves[2],
                      llmb_error *error);

/* Two Strings in a tuple; both are freed with text_free, also where this fails. */
llmb_status read_texts(const struct hvm_host *host, hvm_port port, const char *what_first, struct hvm_text *first,
                       const char *what_second, struct hvm_text *second, llmb_error *error);

/* A u24. */
llmb_status read_number(const struct hvm_host *host, hvm_port port, const char *what, uint32_t *out, llmb_error *error);

void text_free(struct hvm_text *text);

/* Fills an error of this adapter's own. */
llmb_status refuse(llmb_error *error, llmb_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
