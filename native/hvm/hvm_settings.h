/* The settings that a program hands over: a line `name=value` for each. A line that begins with a space or a tab goes
 * on with the value before it, after a line break. Of a name that comes twice the last counts. */
#ifndef LLMB_HVM_SETTINGS_H
#define LLMB_HVM_SETTINGS_H

#include <stdbool.h>

#include <llmbridge/settings.h>

#include "hvm/hvm_limits.h"
#include "hvm/hvm_read.h"

struct hvm_setting {
  const char *name, *value;
  bool of_call; /* it goes with a call; else it chooses the bridge */
};

struct hvm_settings {
  struct hvm_setting items[HVM_SETTINGS_MAX]; /* sorted by name */
  int count;
  char *memory; /* what names and values point into */
};

/* Reads the lines; NULL for none. What is read is freed with settings_free, also where this fails. */
llmb_status settings_read(const struct hvm_text *lines, struct hvm_settings *out, llmb_error *error);

void settings_free(struct hvm_settings *settings);

/* Hands over those of a call, or those of a bridge. */
llmb_status settings_hand_over(const struct hvm_settings *settings, bool of_call, llmb_settings *to, llmb_error *error);

/* Whether the program, or else the environment, says what a setting is. */
bool settings_say(const struct hvm_settings *settings, const char *name);

/* What an integer comes to: by the program, the environment or its default. */
long settings_integer(const struct hvm_settings *settings, const char *name);

/* What those of a bridge mean, as text that is equal where they mean the same: numbers may be written in several ways,
 * and what the environment or the default says anyway makes no difference. Freed with free; NULL is no memory. They
 * have been handed over before, so they are good. */
char *settings_meaning(const struct hvm_settings *settings);

#endif
