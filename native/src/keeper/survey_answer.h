/* How a keeper that was started to look at something says what it has found. */
#ifndef LLMB_SURVEY_ANSWER_H
#define LLMB_SURVEY_ANSWER_H

#include "core/json_writer.h"

/* Ends the text and sends it to whoever has started this process; the exit status. */
int survey_answer(struct json_writer *writer);

#endif
