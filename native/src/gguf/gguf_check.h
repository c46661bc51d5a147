/* Whether a model file can be shown to llama.cpp. */
#ifndef LLMB_GGUF_CHECK_H
#define LLMB_GGUF_CHECK_H

#include <llmbridge/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Checks all that stands before the tensors' data, and that the data lies in the file. LLMB_E_MODEL_INVALID with a
 * message that says what is wrong where; LLMB_E_NOT_FOUND; LLMB_E_OUT_OF_MEMORY. */
llmb_status gguf_check(const char *path, llmb_error *error);

#ifdef __cplusplus
}
#endif

#endif
