#include "core/settings_table.h"

#include <stddef.h>
#include <string.h>

#define NAME(id, name, is, abilities, takes) name,
const char *const settings_engine_names[] = {ENGINE_ROWS(NAME, NAME) NULL};

uint8_t settings_engine_bit(const char *name) {
  for (unsigned i = 0; name != NULL && settings_engine_names[i] != NULL; i++) {
    if (strcmp(settings_engine_names[i], name) == 0) return (uint8_t)(1u << i);
  }
  return 0;
}

/* The choices of the setting `engine`, and its help. */
#define CHOICE_FIRST(id, name, is, abilities, takes) name
#define CHOICE_NEXT(id, name, is, abilities, takes) "|" name
#define HELP_FIRST(id, name, is, abilities, takes) name " (" is ")"
#define HELP_NEXT(id, name, is, abilities, takes) ", " name " (" is ")"

/* The engines with something in their row, as bits. */
#define WITH(id, found) | ((found) != 0 ? ENGINE_##id : 0)
#define GENERATES(id, name, is, abilities, takes) WITH(id, (abilities)&ABILITY_GENERATE)
#define EMBEDS(id, name, is, abilities, takes) WITH(id, (abilities)&ABILITY_EMBED)
#define OF_COMMAND(id, name, is, abilities, takes) WITH(id, (takes)&TAKES_COMMAND)
#define OF_MODEL(id, name, is, abilities, takes) WITH(id, (takes)&TAKES_MODEL)
#define OF_CHAT(id, name, is, abilities, takes) WITH(id, (takes)&TAKES_CHAT)
#define OF_PROMPT(id, name, is, abilities, takes) WITH(id, (takes)&TAKES_PROMPT)
#define OF_SERVER(id, name, is, abilities, takes) WITH(id, (takes)&TAKES_SERVER)
#define OF_LIMITS(id, name, is, abilities, takes) WITH(id, (takes)&TAKES_LIMITS)
#define ALL(row) (0 ENGINE_ROWS(row, row))

enum {
  BRIDGE = SETTING_OF_BRIDGE,
  CALL = SETTING_OF_CALL,
  BOTH = SETTING_OF_BRIDGE | SETTING_OF_CALL,
  /* What the library does not look at itself, it passes on: a daemon may know more of it than we do. */
  GENERATORS = ALL(GENERATES),
  EMBEDDERS = ALL(EMBEDS),
  COMMANDS = ALL(OF_COMMAND),
  MODELS = ALL(OF_MODEL),
  CHATS = ALL(OF_CHAT),
  PROMPTS = ALL(OF_PROMPT),
  SERVERS = ALL(OF_SERVER),
  PROCESSES = ALL(OF_LIMITS),
  DAY_MS = 86400000,
};

#define TEXT .type = SETTING_TEXT
#define CHOICE(of) .type = SETTING_CHOICE, .choices = of
#define INTEGER(from, to) .type = SETTING_INTEGER, .minimum = (from), .maximum = (to)
#define NUMBER(from, to) .type = SETTING_NUMBER, .minimum = (from), .maximum = (to)
#define DEFAULT(text) .default_text = text
#define UNIT(text) .unit = text
#define JSON .json = true
#define LATER .later = true

// clang-format off
const struct setting settings_table[SETTING_COUNT] = {
  [SETTING_ENGINE] = {"engine", BRIDGE, .engines = ENGINE_ANY,
    CHOICE(ENGINE_ROWS(CHOICE_FIRST, CHOICE_NEXT)), DEFAULT("llama"),
    .help = "What runs: " ENGINE_ROWS(HELP_FIRST, HELP_NEXT)},
  [SETTING_ISOLATION] = {"isolation", BRIDGE, .engines = ENGINE_ANY, CHOICE("pool|inproc|shared"), DEFAULT("pool"),
    .help = "Where the engine runs: pool is in worker processes of its own, shared in one that all programs of this user "
            "with the same settings share, inproc in a thread of this one, which its crash then ends"},
  [SETTING_MODEL] = {"model", BRIDGE, .engines = MODELS | SERVERS, TEXT,
    .help = "Path of the model's GGUF file; without one the demonstration model is used. For the http engine the "
            "server's name for its model; without one the first that it lists"},
  [SETTING_COMMAND] = {"command", BRIDGE, .engines = COMMANDS | ENGINE_FAKE, TEXT,
    .help = "The program and its arguments, as a JSON array or words with quotes; for the fake engine its script"},
  [SETTING_ENVIRONMENT] = {"environment", BRIDGE, .engines = COMMANDS, TEXT,
    .help = "Variables of the host's environment that the command gets besides the harmless ones: names parted by "
            "commas"},
  [SETTING_URL] = {"url", BRIDGE, .engines = SERVERS, TEXT,
    .help = "Address of an OpenAI-compatible server: http://, https:// or http+unix:/path/of/socket, with or without "
            "/v1; several parted by commas are replicas of one model"},
  [SETTING_API_KEY_FILE] = {"api_key_file", BRIDGE, .engines = SERVERS, TEXT,
    .help = "File that holds the server's API key"},
  [SETTING_TLS_CA_FILE] = {"tls_ca_file", BRIDGE, .engines = SERVERS, TEXT,
    .help = "File with the certificates (PEM) of authorities that the server's certificate may come from, instead of "
            "the system's"},
  [SETTING_NAME] = {"name", BRIDGE, .engines = ENGINE_ANY, TEXT,
    .help = "With isolation=shared: programs that give another name get another engine"},
  [SETTING_SESSION_DIR] = {"session_dir", BRIDGE, .engines = CHATS, TEXT,
    .help = "Folder of the sessions, its user's alone; by default llmbridge/sessions in $XDG_STATE_HOME or ~/.local/state"},
  [SETTING_FALLBACK] = {"fallback", BRIDGE, .engines = ENGINE_ANY, TEXT,
    .help = "Engines to try in turn when one is unavailable: up to three names parted by commas"},
  [SETTING_WORKERS] = {"workers", BRIDGE, .engines = ENGINE_ANY, INTEGER(0, 64), DEFAULT("1"), UNIT("processes"),
    .help = "How many engine processes there may be; 0, for engines that can do per_call, is one process per call"},
  [SETTING_SLOTS] = {"slots", BRIDGE, .engines = ENGINE_ANY, INTEGER(1, 64), DEFAULT("4"), UNIT("calls"),
    .help = "How many calls a worker serves at once"},
  [SETTING_QUEUE] = {"queue", BRIDGE, .engines = ENGINE_ANY, INTEGER(0, 65536), DEFAULT("64"), UNIT("calls"),
    .help = "How many calls may wait for a slot; 0 makes a call without a free slot fail as overloaded at once"},
  [SETTING_CONTEXT] = {"context", BRIDGE, .engines = MODELS, INTEGER(16, 1048576), UNIT("tokens"),
    .help = "Tokens of prompt and answer together, for each call; by default the model's own size, at most 4096"},
  [SETTING_THREADS] = {"threads", BRIDGE, .engines = MODELS, INTEGER(1, 1024), UNIT("threads"),
    .help = "Threads each worker computes with; by default the machine's cores divided by the workers"},
  [SETTING_GPU_LAYERS] = {"gpu_layers", BRIDGE, .engines = MODELS, INTEGER(0, 10000), DEFAULT("0"),
    UNIT("layers"),
    .help = "Layers of the model to put on the GPU; 0 uses the CPU alone, more than the model has puts all of them"},
  [SETTING_BATCHING] = {"batching", BRIDGE, .engines = ENGINE_LLAMA, CHOICE("on|off"), DEFAULT("on"),
    .help = "Whether calls in one worker are computed together; off makes each answer independent of its neighbours"},
  [SETTING_CHAT_TEMPLATE] = {"chat_template", BRIDGE, .engines = ENGINE_LLAMA, TEXT,
    .help = "File with the chat template (Jinja) to use instead of the model's own"},
  [SETTING_START_TIMEOUT_MS] = {"start_timeout_ms", BRIDGE, .engines = ENGINE_ANY, INTEGER(1, DAY_MS),
    DEFAULT("300000"), UNIT("ms"),
    .help = "How long a starting engine may go without progress before it is given up"},
  [SETTING_IDLE_MS] = {"idle_ms", BRIDGE, .engines = ENGINE_ANY, INTEGER(0, DAY_MS), DEFAULT("300000"), UNIT("ms"),
    .help = "How long a worker may be idle before it exits; 0 is for ever"},
  [SETTING_RECYCLE_CALLS] = {"recycle_calls", BRIDGE, .engines = ENGINE_ANY, INTEGER(0, 1000000000), DEFAULT("0"),
    UNIT("calls"),
    .help = "After about how many calls a worker is replaced, in peace; 0 is never"},
  [SETTING_RECYCLE_MB] = {"recycle_mb", BRIDGE, .engines = ENGINE_ANY, INTEGER(0, 16777216), DEFAULT("0"), UNIT("MiB"),
    .help = "By how much a worker's private memory may grow before it is replaced, in peace; 0 is without limit"},
  [SETTING_RETRIES] = {"retries", BRIDGE, .engines = ENGINE_ANY, INTEGER(0, 5), DEFAULT("1"), UNIT("times"),
    .help = "How often a call whose engine died is tried again, where that is safe; 0 is never"},
  [SETTING_RESTART_LIMIT] = {"restart_limit", BRIDGE, .engines = ENGINE_ANY, INTEGER(0, 1000), DEFAULT("5"),
    UNIT("restarts"),
    .help = "Restarts allowed within restart_window_ms; after that calls fail as unavailable for a while"},
  [SETTING_RESTART_WINDOW_MS] = {"restart_window_ms", BRIDGE, .engines = ENGINE_ANY, INTEGER(1, DAY_MS),
    DEFAULT("60000"), UNIT("ms"),
    .help = "The time within which restarts are counted"},
  [SETTING_SANDBOX] = {"sandbox", BRIDGE, .engines = PROCESSES, CHOICE("off|best_effort|required"),
    DEFAULT("best_effort"),
    .help = "Whether engines are confined: best_effort takes what the system offers, required fails without it"},
  [SETTING_MEMORY_MB] = {"memory_mb", BRIDGE, .engines = PROCESSES, INTEGER(0, 16777216), .may_be_auto = true, DEFAULT("auto"), UNIT("MiB"),
    .help = "Private memory a worker may use, the mapped model not counted; 0 is no limit, auto (llama alone) is what the "
            "model and its contexts need and some more"},
  [SETTING_HOME] = {"home", BRIDGE, .engines = ENGINE_ANY, TEXT,
    .help = "Folder llmbridge is installed in; by default found from where the library is"},
  [SETTING_LOG] = {"log", BRIDGE, .engines = ENGINE_ANY, CHOICE("off|error|info|debug"), DEFAULT("off"),
    .help = "How much is written to log_file"},
  [SETTING_LOG_FILE] = {"log_file", BRIDGE, .engines = ENGINE_ANY, TEXT,
    .help = "File to which the keeper and the engines' stderr are logged"},

  [SETTING_TIMEOUT_MS] = {"timeout_ms", BOTH, .engines = ENGINE_ANY, INTEGER(1, DAY_MS), DEFAULT("30000"), UNIT("ms"),
    .help = "Limit on a whole call, starting and loading included"},
  [SETTING_QUEUE_TIMEOUT_MS] = {"queue_timeout_ms", BOTH, .engines = ENGINE_ANY, INTEGER(0, DAY_MS), DEFAULT("0"),
    UNIT("ms"),
    .help = "Limit on waiting for a free slot; 0 is none but timeout_ms"},
  [SETTING_FIRST_TOKEN_TIMEOUT_MS] = {"first_token_timeout_ms", BOTH, .engines = ENGINE_ANY, INTEGER(0, DAY_MS),
    DEFAULT("0"), UNIT("ms"),
    .help = "Limit on the time to the first piece of the answer; 0 is none but timeout_ms"},
  [SETTING_STALL_TIMEOUT_MS] = {"stall_timeout_ms", BOTH, .engines = ENGINE_ANY, INTEGER(0, DAY_MS), DEFAULT("15000"),
    UNIT("ms"),
    .help = "How long a working engine may go without progress before it counts as hung; 0 is for ever"},
  [SETTING_GRACE_MS] = {"grace_ms", BOTH, .engines = ENGINE_ANY, INTEGER(0, 600000), DEFAULT("2000"), UNIT("ms"),
    .help = "How long an engine may take to stop a call by itself before it is killed; 0 kills at once"},
  [SETTING_OUTPUT_BYTES] = {"output_bytes", BOTH, .engines = ENGINE_ANY, INTEGER(1, 1073741824), DEFAULT("16777216"),
    UNIT("bytes"),
    .help = "The longest answer that is accepted"},

  [SETTING_MAX_TOKENS] = {"max_tokens", CALL, .engines = GENERATORS, INTEGER(1, 1048576), DEFAULT("512"),
    UNIT("tokens"), .dotnet_name = "MaxOutputTokens",
    .help = "The most tokens an answer may have; it then ends with finish reason length"},
  [SETTING_TEMPERATURE] = {"temperature", CALL, .engines = GENERATORS, NUMBER(0, 100), DEFAULT("0"),
    .help = "How freely tokens are chosen; 0 always takes the likeliest"},
  [SETTING_TOP_K] = {"top_k", CALL, .engines = GENERATORS, INTEGER(0, 1000000), DEFAULT("40"), UNIT("tokens"),
    .help = "Choose among this many of the likeliest tokens; 0 is all"},
  [SETTING_TOP_P] = {"top_p", CALL, .engines = GENERATORS, NUMBER(0, 1), DEFAULT("0.95"),
    .help = "Choose among the likeliest tokens that together have this probability; 1 is all"},
  [SETTING_MIN_P] = {"min_p", CALL, .engines = GENERATORS, NUMBER(0, 1), DEFAULT("0.05"),
    .help = "Drop tokens less probable than this share of the likeliest one's probability; 0 drops none"},
  [SETTING_REPEAT_PENALTY] = {"repeat_penalty", CALL, .engines = GENERATORS, NUMBER(0.01, 100), DEFAULT("1"),
    .help = "Above 1 makes tokens that came already less likely; 1 changes nothing"},
  [SETTING_PRESENCE_PENALTY] = {"presence_penalty", CALL, .engines = GENERATORS, NUMBER(-2, 2), DEFAULT("0"),
    .help = "What a token loses that came already; below 0 it gains"},
  [SETTING_FREQUENCY_PENALTY] = {"frequency_penalty", CALL, .engines = GENERATORS, NUMBER(-2, 2), DEFAULT("0"),
    .help = "What a token loses for each time that it came already; below 0 it gains"},
  [SETTING_LOGIT_BIAS] = {"logit_bias", CALL, .engines = GENERATORS, TEXT, JSON,
    .help = "What single tokens gain before one is chosen: a JSON object of token ids or texts and numbers from -100, "
            "which forbids a token, to 100"},
  [SETTING_MIN_TOKENS] = {"min_tokens", CALL, .engines = GENERATORS, INTEGER(0, 1048576), DEFAULT("0"), UNIT("tokens"),
    .help = "Before the answer has this many tokens, neither the model nor a stop string ends it"},
  [SETTING_LOGPROBS] = {"logprobs", CALL, .engines = GENERATORS & ~ENGINE_EXEC, INTEGER(0, 20), UNIT("tokens"),
    .help = "Tell how probable each token of the answer was, and so many of the likeliest ones beside it; 0 is none "
            "beside it, and where it is not set nothing is told"},
  [SETTING_SEED] = {"seed", CALL, .engines = GENERATORS, INTEGER(0, 4294967295.0), DEFAULT("0"),
    .help = "Seed of the random choices: the same seed gives the same answer"},
  [SETTING_STOP] = {"stop", CALL, .engines = GENERATORS, TEXT, JSON, .dotnet_name = "StopSequences",
    .help = "End the answer before this text comes up: one string, or a JSON array of them"},
  [SETTING_PROMPT_FORMAT] = {"prompt_format", CALL, .engines = PROMPTS,
    CHOICE("auto|chat|raw"), DEFAULT("auto"),
    .help = "How the prompt is given to the model: auto applies the model's chat template where it has one"},
  [SETTING_SPECIAL] = {"special", CALL, .engines = PROMPTS,
    CHOICE("text|parse"), DEFAULT("text"),
    .help = "What becomes of text that spells a control token of the model, such as <|end|>: text leaves it text, parse "
            "makes it the token, for prompts that bring a template of their own"},
  [SETTING_SYSTEM] = {"system", CALL, .engines = CHATS, TEXT, .dotnet_name = "Instructions",
    .help = "The system message that goes before the prompt"},
  [SETTING_MESSAGES] = {"messages", CALL, .engines = CHATS, TEXT, JSON,
    .help = "The conversation instead of a prompt: a JSON array of objects with role and content"},
  [SETTING_CACHE_SCOPE] = {"cache_scope", CALL, .engines = PROMPTS, TEXT,
    .help = "Calls of one scope may share what was computed for prompts that begin alike; by default all calls of a "
            "bridge are one scope"},
  [SETTING_PREFIX_REUSE] = {"prefix_reuse", CALL, .engines = PROMPTS, CHOICE("auto|full|chunks|off"), DEFAULT("auto"),
    .help = "What of a prompt need not be read again: full is all that is known, answers included; chunks is whole chunks "
            "of prompts, which no text depends on; auto is full where messages has an assistant's turn, else chunks"},
  [SETTING_EXPECT] = {"expect", CALL, .engines = GENERATORS, CHOICE("text|json"), DEFAULT("text"),
    .help = "What the answer must be: json accepts only one whole JSON value"},
  [SETTING_POOLING] = {"pooling", CALL, .engines = PROMPTS,
    CHOICE("auto|mean|cls|last"), DEFAULT("auto"),
    .help = "How the tokens' vectors make an embedding: auto is the model's own way, else mean"},
  [SETTING_NORMALIZE] = {"normalize", CALL, .engines = EMBEDDERS, CHOICE("auto|l2|none"),
    DEFAULT("auto"),
    .help = "Whether an embedding is scaled to length 1: auto does so for the llama engine alone"},
  [SETTING_GRAMMAR] = {"grammar", CALL, .engines = ENGINE_LLAMA, TEXT,
    .help = "The grammar (GBNF) that the answer must follow; one that does not parse is refused with line and column"},
  [SETTING_JSON_SCHEMA] = {"json_schema", CALL, .engines = GENERATORS, TEXT, JSON,
    .help = "The JSON Schema (2020-12 or draft 7) that the answer must keep: it is checked as it comes, and refused with "
            "the first byte that makes it wrong"},
  [SETTING_SCHEMA_MODE] = {"schema_mode", CALL, .engines = GENERATORS, CHOICE("strict|lenient"), DEFAULT("strict"),
    .help = "What becomes of keywords that JSON Schema does not know: strict refuses them, lenient ignores them"},
  [SETTING_SCHEMA_RETRIES] = {"schema_retries", CALL, .engines = GENERATORS, INTEGER(0, 5), DEFAULT("1"), UNIT("times"),
    .help = "How often an engine is told why its answer did not keep json_schema and asked again, within the same "
            "timeout_ms and as long as nothing was delivered; a command that may have effects only if this is set"},
  [SETTING_TOOLS] = {"tools", CALL, .engines = GENERATORS, TEXT, JSON,
    .help = "What the model may call: a JSON array of {type: function, function: {name, description, parameters}}; the "
            "arguments of a call keep parameters, a JSON Schema, or are refused"},
  [SETTING_TOOL_CHOICE] = {"tool_choice", CALL, .engines = GENERATORS, TEXT, DEFAULT("auto"),
    .help = "Whether tools are called: auto leaves it to the model; none, required, or the name of the one to call"},
  [SETTING_PARALLEL_TOOL_CALLS] = {"parallel_tool_calls", CALL, .engines = GENERATORS, CHOICE("on|off"), DEFAULT("on"),
    .help = "Whether one answer may call several tools"},
  [SETTING_REASONING] = {"reasoning", CALL, .engines = CHATS, CHOICE("separate|include"), DEFAULT("separate"),
    .help = "Where the text goes that a model thinks in before its answer: separate keeps it beside the answer, include "
            "leaves it in"},
  [SETTING_THINKING] = {"thinking", CALL, .engines = CHATS, CHOICE("auto|on|off"), DEFAULT("auto"),
    .help = "Whether a model that can think before its answer does so: auto is the template's own way"},
  [SETTING_SESSION] = {"session", CALL, .engines = CHATS, TEXT,
    .help = "Name of a conversation that is kept in session_dir and goes on with this call"},
  [SETTING_SESSION_FORK] = {"session_fork", CALL, .engines = CHATS, TEXT,
    .help = "NAME@RECORD: the new session begins with that one's records, up to this number"},
  [SETTING_SESSION_OVERFLOW] = {"session_overflow", CALL, .engines = CHATS, CHOICE("error|drop_oldest"), DEFAULT("error"),
    .help = "Where a session is larger than the context: error is context_full, drop_oldest leaves its oldest turns out of "
            "what the model sees"},
};
// clang-format on

_Static_assert(ENGINE_ANY <= UINT8_MAX, "setting.engines has a bit for each engine");
