/* The one table of settings: the only place where a setting is named. Everything else (parser, environment, command
 * line, C# options, reference page) is made from it. */
#ifndef LLMB_CORE_SETTINGS_TABLE_H
#define LLMB_CORE_SETTINGS_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine_rows.h"

enum setting_id {
  /* bridge */
  SETTING_ENGINE,
  SETTING_ISOLATION,
  SETTING_MODEL,
  SETTING_COMMAND,
  SETTING_ENVIRONMENT,
  SETTING_URL,
  SETTING_API_KEY_FILE,
  SETTING_TLS_CA_FILE,
  SETTING_NAME,
  SETTING_SESSION_DIR,
  SETTING_FALLBACK,
  SETTING_WORKERS,
  SETTING_SLOTS,
  SETTING_QUEUE,
  SETTING_CONTEXT,
  SETTING_THREADS,
  SETTING_GPU_LAYERS,
  SETTING_BATCHING,
  SETTING_CHAT_TEMPLATE,
  SETTING_START_TIMEOUT_MS,
  SETTING_IDLE_MS,
  SETTING_RECYCLE_CALLS,
  SETTING_RECYCLE_MB,
  SETTING_RETRIES,
  SETTING_RESTART_LIMIT,
  SETTING_RESTART_WINDOW_MS,
  SETTING_SANDBOX,
  SETTING_MEMORY_MB,
  SETTING_HOME,
  SETTING_LOG,
  SETTING_LOG_FILE,
  /* bridge and call */
  SETTING_TIMEOUT_MS,
  SETTING_QUEUE_TIMEOUT_MS,
  SETTING_FIRST_TOKEN_TIMEOUT_MS,
  SETTING_STALL_TIMEOUT_MS,
  SETTING_GRACE_MS,
  SETTING_OUTPUT_BYTES,
  /* call */
  SETTING_MAX_TOKENS,
  SETTING_TEMPERATURE,
  SETTING_TOP_K,
  SETTING_TOP_P,
  SETTING_MIN_P,
  SETTING_REPEAT_PENALTY,
  SETTING_PRESENCE_PENALTY,
  SETTING_FREQUENCY_PENALTY,
  SETTING_LOGIT_BIAS,
  SETTING_MIN_TOKENS,
  SETTING_LOGPROBS,
  SETTING_SEED,
  SETTING_STOP,
  SETTING_PROMPT_FORMAT,
  SETTING_SPECIAL,
  SETTING_SYSTEM,
  SETTING_MESSAGES,
  SETTING_CACHE_SCOPE,
  SETTING_PREFIX_REUSE,
  SETTING_EXPECT,
  SETTING_POOLING,
  SETTING_NORMALIZE,
  SETTING_GRAMMAR,
  SETTING_JSON_SCHEMA,
  SETTING_SCHEMA_MODE,
  SETTING_SCHEMA_RETRIES,
  SETTING_TOOLS,
  SETTING_TOOL_CHOICE,
  SETTING_PARALLEL_TOOL_CALLS,
  SETTING_REASONING,
  SETTING_THINKING,
  SETTING_SESSION,
  SETTING_SESSION_FORK,
  SETTING_SESSION_OVERFLOW,
  SETTING_COUNT
};

enum setting_scope { SETTING_OF_BRIDGE = 1, SETTING_OF_CALL = 2 }; /* bits */

enum setting_type { SETTING_TEXT, SETTING_CHOICE, SETTING_INTEGER, SETTING_NUMBER };

/* The places of the choices in `choices`: what setting_value.integer holds. New ones are appended. */
#define ENGINE_PLACE(id, name, is, abilities, takes) CHOICE_ENGINE_##id,
enum choice_engine { ENGINE_ROWS(ENGINE_PLACE, ENGINE_PLACE) CHOICE_ENGINE_COUNT };
#undef ENGINE_PLACE

#define ENGINE_BIT(id, name, is, abilities, takes) ENGINE_##id = 1 << CHOICE_ENGINE_##id,
enum setting_engine { /* bits: which engines use the setting */
                      ENGINE_ROWS(ENGINE_BIT, ENGINE_BIT) ENGINE_ANY = (1 << CHOICE_ENGINE_COUNT) - 1
};
#undef ENGINE_BIT

enum { SETTING_AUTO = -1 };

struct setting {
  const char *name;
  uint8_t scope;
  uint8_t type;
  uint8_t engines;
  bool json;                /* a text that is, or may be, JSON */
  bool may_be_auto;         /* an integer that may also be "auto": SETTING_AUTO */
  bool later;               /* named by the contract, not built yet: setting it is `unsupported` */
  const char *default_text; /* NULL: no default, or one that depends on the model or machine (help says) */
  double minimum, maximum;  /* numbers and integers */
  const char *choices;      /* "a|b|c" */
  const char *unit;         /* "ms", "bytes", "tokens" ... or NULL */
  const char *dotnet_name;  /* what Microsoft.Extensions.AI calls it; NULL: after its own name */
  const char *help;         /* one line */
};

enum choice_isolation { CHOICE_ISOLATION_POOL, CHOICE_ISOLATION_INPROC, CHOICE_ISOLATION_SHARED };
enum choice_switch { CHOICE_ON, CHOICE_OFF };
enum choice_sandbox { CHOICE_SANDBOX_OFF, CHOICE_SANDBOX_BEST_EFFORT, CHOICE_SANDBOX_REQUIRED };
enum choice_log { CHOICE_LOG_OFF, CHOICE_LOG_ERROR, CHOICE_LOG_INFO, CHOICE_LOG_DEBUG };
enum choice_prompt_format { CHOICE_FORMAT_AUTO, CHOICE_FORMAT_CHAT, CHOICE_FORMAT_RAW };
enum choice_expect { CHOICE_EXPECT_TEXT, CHOICE_EXPECT_JSON };
enum choice_schema_mode { CHOICE_SCHEMA_STRICT, CHOICE_SCHEMA_LENIENT };
enum choice_reasoning { CHOICE_REASONING_SEPARATE, CHOICE_REASONING_INCLUDE };
enum choice_overflow { CHOICE_OVERFLOW_ERROR, CHOICE_OVERFLOW_DROP_OLDEST };
enum choice_pooling { CHOICE_POOLING_AUTO, CHOICE_POOLING_MEAN, CHOICE_POOLING_CLS, CHOICE_POOLING_LAST };
enum choice_normalize { CHOICE_NORMALIZE_AUTO, CHOICE_NORMALIZE_L2, CHOICE_NORMALIZE_NONE };

extern const struct setting settings_table[SETTING_COUNT];

/* The engines by name, NULL at the end; entry i has the bit 1 << i of setting_engine, which is the choice i. */
extern const char *const settings_engine_names[];

/* The setting_engine bit of an engine's name; 0 for none. */
uint8_t settings_engine_bit(const char *name);

#endif
