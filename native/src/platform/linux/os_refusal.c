#include "platform/os_refusal.h"

#include <errno.h>

llmb_status os_refusal_status(int os_code) {
  switch (os_code) {
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOSPC:
      return LLMB_E_OUT_OF_MEMORY;
    default:
      return LLMB_E_SPAWN_FAILED;
  }
}
