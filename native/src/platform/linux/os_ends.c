#include "platform/linux/os_ends.h"

#include <errno.h>

#include "platform/os_refusal.h"

llmb_status ends_take(int failed, const int ends[2], os_handle *out_first, os_handle *out_second, int *os_code) {
  *out_first = *out_second = OS_HANDLE_NONE;
  if (failed != 0) {
    *os_code = errno;
    return os_refusal_status(errno);
  }
  *out_first = os_handle_raise(ends[0]);
  if (*out_first < 0) *os_code = errno;
  *out_second = os_handle_raise(ends[1]);
  if (*out_second < 0) *os_code = errno;
  if (*out_first >= 0 && *out_second >= 0) return LLMB_OK;
  *out_first = os_handle_close(*out_first);
  *out_second = os_handle_close(*out_second);
  return os_refusal_status(*os_code);
}
