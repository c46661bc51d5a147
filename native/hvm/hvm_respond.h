/* What all entry points that can fail have in common: the host is found, the work done, its outcome told. */
#ifndef LLMB_HVM_RESPOND_H
#define LLMB_HVM_RESPOND_H

#include "hvm/hvm_net.h"

#include <llmbridge/status.h>

/* Does what an entry point is for; on success *out is what it gives. */
typedef llmb_status hvm_work(const struct hvm_host *host, hvm_port argument, hvm_port *out, llmb_error *error);

/* How a program learns of a failure. */
enum hvm_reply {
  REPLY_TEXT,  /* in place of a text: one that begins with HVM_FAILURE_MARK */
  REPLY_LIST,  /* in place of a list: an empty one */
  REPLY_RESULT /* a Result, also of a success */
};

hvm_port respond(hvm_net *net, hvm_book *book, hvm_port argument, hvm_work *work, enum hvm_reply reply);

#endif
