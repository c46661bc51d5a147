/* The files of a model, told by what they are and not by their names: one that is replaced is another model. */
#ifndef LLMB_SHARE_MODEL_H
#define LLMB_SHARE_MODEL_H

#include <stdint.h>

enum { SHARE_MODEL_FILES_MAX = 512, SHARE_MODEL_LINE_SIZE = 96, SHARE_MODEL_PATH_SIZE = 4096 };

/* Gives each of its files as a line to `add`: all parts of a model that is split, by the name of one
 * ("...-00001-of-00003.gguf"). A file that is not there has no line. */
void share_model_lines(const char *path, void (*add)(void *context, const char *line, uint64_t size), void *context);

#endif
