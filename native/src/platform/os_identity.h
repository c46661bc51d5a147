/* As whom this process acts. */
#ifndef LLMB_OS_IDENTITY_H
#define LLMB_OS_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

struct os_identity {
  uint32_t user, group; /* the effective ones */
  uint64_t others;      /* a digest of the real and saved ones, and of the supplementary groups */
};

struct os_identity os_identity_now(void);

bool os_identity_same(const struct os_identity *one, const struct os_identity *other);

/* Makes the effective user and group the only ones. A program that was started by one with the rights of its file
 * (setuid) belongs wholly to those rights then: whoever called that program can neither signal it nor lend it
 * libraries. False if that was refused. */
bool os_identity_settle(void);

#endif
