// llama.cpp's and ggml's two ways of speaking: log lines and the abort message.
#pragma once

#include <string>

#include <llmbridge/engine.h>

namespace llama_engine {

// Sends llama.cpp's warnings and errors (with level "info" or "debug" more) to stderr, which the keeper holds, and the
// reason of an abort to the host. Both are process-wide in ggml; call once, before anything else of llama.cpp.
void engine_log_install(llmb_engine *engine, const char *level);

// Forgets the errors seen so far, so that the next engine_log_reason speaks of what comes now.
void engine_log_forget();

// Why the last step of llama.cpp failed, in its own words; empty when it said nothing.
std::string engine_log_reason();

// While a model loads, an abort is the file's doing: the engine refuses it. Else it dies, and says of what.
void engine_log_loading(bool loading);

// What to say of an abort for want of memory while the engine starts; empty when it has started.
void engine_log_memory(const std::string &advice);

// While muted nothing is logged: an abort that we asked for is no error.
void engine_log_mute(bool muted);

}  // namespace llama_engine
