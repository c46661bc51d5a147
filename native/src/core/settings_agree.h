/* Settings that depend on each other. */
#ifndef LLMB_CORE_SETTINGS_AGREE_H
#define LLMB_CORE_SETTINGS_AGREE_H

#include "core/settings_set.h"

/* Refuses settings of a bridge that contradict each other, naming both. Only settings from one place are compared: what
 * an environment says to all programs may be meant for other bridges than one with a limit of its own. Calls are free:
 * theirs are often made of the time that is left. */
llmb_status settings_check_agreement(const llmb_settings *settings, llmb_error *error);

#endif
