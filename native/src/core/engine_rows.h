/* The engines, a row each: what is known of an engine anywhere else is made from its row. Its place is the value of the
 * setting `engine`, so new rows go to the end of their list.
 * A row: identifier, name, what it is, abilities (engine_ability), what it takes (engine_takes). The macro FIRST gets
 * the first row, for lists with something between their parts. */
#ifndef LLMB_CORE_ENGINE_ROWS_H
#define LLMB_CORE_ENGINE_ROWS_H

enum engine_ability { /* bits */
                      ABILITY_GENERATE = 1,
                      ABILITY_STREAM = 2, /* the answer comes piece by piece */
                      ABILITY_EMBED = 4,
                      ABILITY_TOKENS = 8,     /* counts them */
                      ABILITY_INVOKE = 16,    /* methods by name */
                      ABILITY_RESUME = 32,    /* goes on with an answer that another process had begun */
                      ABILITY_INPROC = 64,    /* in a thread of the host */
                      ABILITY_PER_CALL = 128, /* workers=0: one process for each call */
                      ABILITY_SANDBOX = 256   /* sandbox=required can be kept */
};

enum engine_takes {                    /* bits: groups of settings that an engine uses or passes on */
                    TAKES_COMMAND = 1, /* the program to run, and its environment */
                    TAKES_MODEL = 2,   /* a model's file and the size of its contexts */
                    TAKES_CHAT = 4,    /* system message and conversation */
                    TAKES_PROMPT = 8,  /* how a prompt becomes tokens */
                    TAKES_LIMITS = 16, /* the confinement and the memory of a process */
                    TAKES_SERVER = 32  /* addresses of servers, and what they want to see */
};

/* A custom engine can what its program can: these are the abilities that the library does not refuse beforehand. */
#define ENGINE_ROWS(FIRST, ROW)                                                                                \
  FIRST(LLAMA, "llama", "llama.cpp on a GGUF file",                                                            \
        ABILITY_GENERATE | ABILITY_STREAM | ABILITY_EMBED | ABILITY_TOKENS | ABILITY_RESUME | ABILITY_INPROC | \
            ABILITY_SANDBOX,                                                                                   \
        TAKES_MODEL | TAKES_CHAT | TAKES_PROMPT | TAKES_LIMITS)                                                \
  ROW(FAKE, "fake", "a script, for tests",                                                                     \
      ABILITY_GENERATE | ABILITY_STREAM | ABILITY_EMBED | ABILITY_TOKENS | ABILITY_INPROC | ABILITY_SANDBOX,   \
      TAKES_CHAT | TAKES_PROMPT | TAKES_LIMITS)                                                                \
  ROW(EXEC, "exec", "a command per call", ABILITY_GENERATE | ABILITY_STREAM | ABILITY_PER_CALL,                \
      TAKES_COMMAND | TAKES_LIMITS)                                                                            \
  ROW(JSONRPC, "jsonrpc", "a daemon",                                                                          \
      ABILITY_GENERATE | ABILITY_STREAM | ABILITY_EMBED | ABILITY_TOKENS | ABILITY_INVOKE | ABILITY_PER_CALL,  \
      TAKES_COMMAND | TAKES_CHAT | TAKES_PROMPT | TAKES_LIMITS)                                                \
  ROW(HASH, "hash", "a crude embedder", ABILITY_EMBED | ABILITY_INPROC | ABILITY_SANDBOX, TAKES_LIMITS)        \
  ROW(CUSTOM, "custom", "an engine of your own",                                                               \
      ABILITY_GENERATE | ABILITY_STREAM | ABILITY_EMBED | ABILITY_TOKENS | ABILITY_INVOKE | ABILITY_RESUME |   \
          ABILITY_SANDBOX,                                                                                     \
      TAKES_COMMAND | TAKES_MODEL | TAKES_CHAT | TAKES_PROMPT | TAKES_LIMITS)                                  \
  ROW(HTTP, "http", "an OpenAI-compatible server", ABILITY_GENERATE | ABILITY_STREAM | ABILITY_EMBED,          \
      TAKES_SERVER | TAKES_CHAT | TAKES_LIMITS)

#endif
