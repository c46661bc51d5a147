/* Functions that HVM exports and no header of its declares: a host may lack them. */
#include "tests/hvm/standin_exports.h"

port inject_ok(struct net *net, port value) {
  (void)net;
  return standin_result(0, value);
}

port inject_err(struct net *net, port value) {
  (void)net;
  return standin_result(1, value);
}

port expand(struct net *net, struct book *book, port at) {
  (void)net, (void)book;
  return standin_expand(at);
}
