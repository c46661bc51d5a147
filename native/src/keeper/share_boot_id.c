#include "keeper/share_boot_id.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void share_boot_id(char out[SHARE_BOOT_ID_SIZE]) {
  memset(out, 0, SHARE_BOOT_ID_SIZE);
  const int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  if (read(file, out, SHARE_BOOT_ID_SIZE) != SHARE_BOOT_ID_SIZE) memset(out, 0, SHARE_BOOT_ID_SIZE);
  close(file);
}
