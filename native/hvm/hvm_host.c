#include "hvm/hvm_host.h"

#include <dlfcn.h>
#include <stdio.h>

#include "hvm/hvm_net.h"

/* A function's address in a place of another type: what POSIX promises of dlsym and ISO C does not. */
static bool find(const char *name, void *function) {
  void *const address = dlsym(RTLD_DEFAULT, name);
  *(void **)function = address;
  return address != NULL;
}

bool host_find(struct hvm_host *host, hvm_net *net, hvm_book *book) {
  *host = (struct hvm_host){.net = net, .book = book};
  const bool whole = find("readback_str", &host->readback_str) && find("readback_tup", &host->readback_tup) &&
                     find("inject_bytes", &host->inject_bytes);
  if (!whole) {
    fputs("llmbridge: this program does not export HVM's functions: link it with -rdynamic\n", stderr);
    return false;
  }
  (void)find("inject_ok", &host->inject_ok);
  (void)find("inject_err", &host->inject_err);
  (void)find("expand", &host->expand);
  host->layout_known = net_layout_is_known(host);
  return true;
}
