/* A program without -rdynamic: nothing of it can be found. */
#include "tests/hvm/hvm_harness.h"

static void ask(void) {
  const int saved = dup(STDERR_FILENO), errors = memfd_create("stderr", MFD_CLOEXEC);
  dup2(errors, STDERR_FILENO);
  CHECK_INT(ERASED, harness_call("call_llm", standin_text("hello")));
  fflush(stderr);
  dup2(saved, STDERR_FILENO);
  char said[256] = "";
  CHECK(pread(errors, said, sizeof said - 1, 0) > 0);
  CHECK_CONTAINS("-rdynamic", said);
}

static void a_host_without_exports__is_told_what_is_missing(void) {
  harness_in_child("fake", "echo", ask);
}

CHECK_MAIN(TEST(a_host_without_exports__is_told_what_is_missing))
