/* How the layers of an engine's sandbox (bits of llmb_sandbox_layer) are told to people and programs. */
#ifndef LLMB_SANDBOX_LAYERS_H
#define LLMB_SANDBOX_LAYERS_H

#include <llmbridge/status.h>

enum { SANDBOX_LAYERS_TEXT_SIZE = 48 };

/* The names of the layers, such as "files, calls"; "none" if there are none. */
void sandbox_layers_text(uint32_t layers, char out[SANDBOX_LAYERS_TEXT_SIZE]);

/* A copy of `info`, a JSON object, with the member "sandbox" at its end: the names of the layers, as an array. */
llmb_status sandbox_layers_info(const char *info, uint32_t layers, char **out);

#endif
