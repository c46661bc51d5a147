/**
 * Model files: what a GGUF file holds, and whether it can be used, without loading it.
 */
#ifndef LLMBRIDGE_MODEL_H
#define LLMBRIDGE_MODEL_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Checks a GGUF file and says what is in it. Reads its metadata and its list of tensors, not their data, so a large
 * model takes no longer than a small one; memory and time are bounded whatever the file says.
 * @param path      NUL-terminated UTF-8.
 * @param out_json  receives {"architecture","name","parameters","quantisation","context_length","embedding_length",
 *                  "block_count","vocabulary","tokenizer","chat_template","tensors","file_bytes","files","alignment","version",
 *                  "metadata"}; what the file does not say is null. `quantisation` is the type of most parameters. In
 *                  `metadata` each key has its value, but arrays are {"type","count"} and long strings
 *                  {"type","bytes"}. NULL only checks.
 * Owner:   the caller frees *out_json with llmb_free.
 * Threads: any.
 * Errors:  LLMB_E_NOT_FOUND, LLMB_E_MODEL_INVALID (the message says what is wrong where), LLMB_E_OUT_OF_MEMORY. */
LLMB_API llmb_status llmb_inspect(const char *path, char **out_json, llmb_error *out_error);

#ifdef __cplusplus
}
#endif

#endif
