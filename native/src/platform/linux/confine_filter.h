/* The system call filter of one column of the table. */
#ifndef LLMB_CONFINE_FILTER_H
#define LLMB_CONFINE_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>

#include "platform/linux/confine_table.h"

enum { CONFINE_FILTER_SIZE_MAX = 1536 };

struct confine_filter {
  struct sock_filter steps[CONFINE_FILTER_SIZE_MAX];
  unsigned short count;
};

/* Builds the column's filter for this process. `any_own_signal`: kill and tgkill reach this process with every signal,
 * for engines that are to die in tests. False if it does not fit. */
bool confine_filter_build(enum confine_column column, bool any_own_signal, struct confine_filter *out);

/* Engages it for all threads, in addition to what is engaged already. */
bool confine_filter_engage(const struct confine_filter *filter);

#endif
