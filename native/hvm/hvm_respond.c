#include "hvm/hvm_respond.h"

#include "hvm/hvm_write.h"

static hvm_port write_empty(const struct hvm_host *host, llmb_error *error) {
  hvm_port list;
  (void)write_bytes(host, "", 0, &list, error);
  return list;
}

hvm_port respond(hvm_net *net, hvm_book *book, hvm_port argument, hvm_work *work, enum hvm_reply reply) {
  struct hvm_host host;
  if (!host_find(&host, net, book)) return HVM_NOTHING;
  llmb_error error;
  llmb_error_init(&error);
  hvm_port out;
  const bool done = work(&host, argument, &out, &error) == LLMB_OK;
  switch (reply) {
    case REPLY_TEXT:
      return done ? out : write_failure(&host, &error);
    case REPLY_LIST:
      return done ? out : write_empty(&host, &error);
    case REPLY_RESULT:
      return done ? write_ok(&host, out) : write_err(&host, &error);
  }
  return HVM_NOTHING;
}
