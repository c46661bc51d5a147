/* The life of an engine's connection. */
#ifndef LLMB_ENGINE_CONNECT_H
#define LLMB_ENGINE_CONNECT_H

#include "channel/engine_channel.h"

/* Connects an engine that is a thread of its host's process; takes the socket over. */
llmb_status engine_connect_thread(const char *name, const char *version, os_handle socket, llmb_engine **out);

#endif
