#include "keeper/session_name.h"

#include <string.h>

bool session_name_is_good(const char *name) {
  static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  const size_t size = strspn(name, allowed);
  return size > 0 && size < SESSION_NAME_SIZE && name[size] == 0 && name[0] != '.';
}
