/* The kernel's name of this boot: process numbers and times of another one mean nothing. */
#ifndef LLMB_SHARE_BOOT_ID_H
#define LLMB_SHARE_BOOT_ID_H

enum { SHARE_BOOT_ID_SIZE = 36 };

/* Writes it without a NUL after it; zeros where the kernel tells none. */
void share_boot_id(char out[SHARE_BOOT_ID_SIZE]);

#endif
