/* The first of the two filters, which is part of the layer FILES. */
#ifndef LLMB_CONFINE_FIRST_H
#define LLMB_CONFINE_FIRST_H

#include "platform/os_confine.h"

bool confine_first_filter(enum os_confine_kind kind, bool any_own_signal);

#endif
