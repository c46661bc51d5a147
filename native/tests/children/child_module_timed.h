/* What the bridge tests' module does with the command "timed": several requests at once, each as its prompt says. */
#ifndef LLMB_CHILD_MODULE_TIMED_H
#define LLMB_CHILD_MODULE_TIMED_H

#include <llmbridge/engine.h>

/* Serves until the host is gone. A prompt is a verb and a time in milliseconds after which it happens:
 *
 *   answer MS   the answer "answered"
 *   abort MS    the engine aborts
 *   kill MS     the engine is ended by SIGKILL
 *   half MS     the piece "half" at once, then bytes that are no frame
 *   stop MS     the piece "half" at once, then nothing: the engine neither goes on nor gives the call up */
int32_t timed_serve(llmb_engine *engine);

#endif
