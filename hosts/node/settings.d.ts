// Made by LlmBridge.Generator from the library's settings table: run `build.sh generate`.

/** Those that a bridge has for all its calls, and a call may have for itself. */
export interface SharedSettings {
  /** Limit on a whole call, starting and loading included. Default: 30000. */
  timeout_ms?: number;
  /** Limit on waiting for a free slot; 0 is none but timeout_ms. Default: 0. */
  queue_timeout_ms?: number;
  /** Limit on the time to the first piece of the answer; 0 is none but timeout_ms. Default: 0. */
  first_token_timeout_ms?: number;
  /** How long a working engine may go without progress before it counts as hung; 0 is for ever. Default: 15000. */
  stall_timeout_ms?: number;
  /** How long an engine may take to stop a call by itself before it is killed; 0 kills at once. Default: 2000. */
  grace_ms?: number;
  /** The longest answer that is accepted. Default: 16777216. */
  output_bytes?: number;
}

/** Settings of a bridge, by name. */
export interface BridgeSettings extends SharedSettings {
  /** What runs: llama (llama.cpp on a GGUF file), fake (a script, for tests), exec (a command per call), jsonrpc (a daemon), hash (a crude embedder), custom (an engine of your own), http (an OpenAI-compatible server). Default: llama. */
  engine?: 'llama' | 'fake' | 'exec' | 'jsonrpc' | 'hash' | 'custom' | 'http';
  /** Where the engine runs: pool is in worker processes of its own, shared in one that all programs of this user with the same settings share, inproc in a thread of this one, which its crash then ends. Default: pool. */
  isolation?: 'pool' | 'inproc' | 'shared';
  /** Path of the model's GGUF file; without one the demonstration model is used. For the http engine the server's name for its model; without one the first that it lists. */
  model?: string;
  /** The program and its arguments, as a JSON array or words with quotes; for the fake engine its script. */
  command?: string | readonly string[];
  /** Variables of the host's environment that the command gets besides the harmless ones: names parted by commas. */
  environment?: string;
  /** Address of an OpenAI-compatible server: http://, https:// or http+unix:/path/of/socket, with or without /v1; several parted by commas are replicas of one model. */
  url?: string;
  /** File that holds the server's API key. */
  api_key_file?: string;
  /** File with the certificates (PEM) of authorities that the server's certificate may come from, instead of the system's. */
  tls_ca_file?: string;
  /** With isolation=shared: programs that give another name get another engine. */
  name?: string;
  /** Folder of the sessions, its user's alone; by default llmbridge/sessions in $XDG_STATE_HOME or ~/.local/state. */
  session_dir?: string;
  /** Engines to try in turn when one is unavailable: up to three names parted by commas. */
  fallback?: string;
  /** How many engine processes there may be; 0, for engines that can do per_call, is one process per call. Default: 1. */
  workers?: number;
  /** How many calls a worker serves at once. Default: 4. */
  slots?: number;
  /** How many calls may wait for a slot; 0 makes a call without a free slot fail as overloaded at once. Default: 64. */
  queue?: number;
  /** Tokens of prompt and answer together, for each call; by default the model's own size, at most 4096. */
  context?: number;
  /** Threads each worker computes with; by default the machine's cores divided by the workers. */
  threads?: number;
  /** Layers of the model to put on the GPU; 0 uses the CPU alone, more than the model has puts all of them. Default: 0. */
  gpu_layers?: number;
  /** Whether calls in one worker are computed together; off makes each answer independent of its neighbours. Default: on. */
  batching?: 'on' | 'off' | boolean;
  /** File with the chat template (Jinja) to use instead of the model's own. */
  chat_template?: string;
  /** How long a starting engine may go without progress before it is given up. Default: 300000. */
  start_timeout_ms?: number;
  /** How long a worker may be idle before it exits; 0 is for ever. Default: 300000. */
  idle_ms?: number;
  /** After about how many calls a worker is replaced, in peace; 0 is never. Default: 0. */
  recycle_calls?: number;
  /** By how much a worker's private memory may grow before it is replaced, in peace; 0 is without limit. Default: 0. */
  recycle_mb?: number;
  /** How often a call whose engine died is tried again, where that is safe; 0 is never. Default: 1. */
  retries?: number;
  /** Restarts allowed within restart_window_ms; after that calls fail as unavailable for a while. Default: 5. */
  restart_limit?: number;
  /** The time within which restarts are counted. Default: 60000. */
  restart_window_ms?: number;
  /** Whether engines are confined: best_effort takes what the system offers, required fails without it. Default: best_effort. */
  sandbox?: 'off' | 'best_effort' | 'required' | false;
  /** Private memory a worker may use, the mapped model not counted; 0 is no limit, auto (llama alone) is what the model and its contexts need and some more. Default: auto. */
  memory_mb?: number | 'auto';
  /** Folder llmbridge is installed in; by default found from where the library is. */
  home?: string;
  /** How much is written to log_file. Default: off. */
  log?: 'off' | 'error' | 'info' | 'debug' | false;
  /** File to which the keeper and the engines' stderr are logged. */
  log_file?: string;
}

/** Settings of a call, by name; what is not given comes from the environment. */
export interface CallSettings extends SharedSettings {
  /** The most tokens an answer may have; it then ends with finish reason length. Default: 512. */
  max_tokens?: number;
  /** How freely tokens are chosen; 0 always takes the likeliest. Default: 0. */
  temperature?: number;
  /** Choose among this many of the likeliest tokens; 0 is all. Default: 40. */
  top_k?: number;
  /** Choose among the likeliest tokens that together have this probability; 1 is all. Default: 0.95. */
  top_p?: number;
  /** Drop tokens less probable than this share of the likeliest one's probability; 0 drops none. Default: 0.05. */
  min_p?: number;
  /** Above 1 makes tokens that came already less likely; 1 changes nothing. Default: 1. */
  repeat_penalty?: number;
  /** What a token loses that came already; below 0 it gains. Default: 0. */
  presence_penalty?: number;
  /** What a token loses for each time that it came already; below 0 it gains. Default: 0. */
  frequency_penalty?: number;
  /** What single tokens gain before one is chosen: a JSON object of token ids or texts and numbers from -100, which forbids a token, to 100. */
  logit_bias?: string;
  /** Before the answer has this many tokens, neither the model nor a stop string ends it. Default: 0. */
  min_tokens?: number;
  /** Tell how probable each token of the answer was, and so many of the likeliest ones beside it; 0 is none beside it, and where it is not set nothing is told. */
  logprobs?: number;
  /** Seed of the random choices: the same seed gives the same answer. Default: 0. */
  seed?: number;
  /** End the answer before this text comes up: one string, or a JSON array of them. */
  stop?: string | readonly string[];
  /** How the prompt is given to the model: auto applies the model's chat template where it has one. Default: auto. */
  prompt_format?: 'auto' | 'chat' | 'raw';
  /** What becomes of text that spells a control token of the model, such as <|end|>: text leaves it text, parse makes it the token, for prompts that bring a template of their own. Default: text. */
  special?: 'text' | 'parse';
  /** The system message that goes before the prompt. */
  system?: string;
  /** The conversation instead of a prompt: a JSON array of objects with role and content. */
  messages?: readonly { role: string; content: string }[];
  /** Calls of one scope may share what was computed for prompts that begin alike; by default all calls of a bridge are one scope. */
  cache_scope?: string;
  /** What of a prompt need not be read again: full is all that is known, answers included; chunks is whole chunks of prompts, which no text depends on; auto is full where messages has an assistant's turn, else chunks. Default: auto. */
  prefix_reuse?: 'auto' | 'full' | 'chunks' | 'off' | false;
  /** What the answer must be: json accepts only one whole JSON value. Default: text. */
  expect?: 'text' | 'json';
  /** How the tokens' vectors make an embedding: auto is the model's own way, else mean. Default: auto. */
  pooling?: 'auto' | 'mean' | 'cls' | 'last';
  /** Whether an embedding is scaled to length 1: auto does so for the llama engine alone. Default: auto. */
  normalize?: 'auto' | 'l2' | 'none';
  /** The grammar (GBNF) that the answer must follow; one that does not parse is refused with line and column. */
  grammar?: string;
  /** The JSON Schema (2020-12 or draft 7) that the answer must keep: it is checked as it comes, and refused with the first byte that makes it wrong. */
  json_schema?: string | boolean | object;
  /** What becomes of keywords that JSON Schema does not know: strict refuses them, lenient ignores them. Default: strict. */
  schema_mode?: 'strict' | 'lenient';
  /** How often an engine is told why its answer did not keep json_schema and asked again, within the same timeout_ms and as long as nothing was delivered; a command that may have effects only if this is set. Default: 1. */
  schema_retries?: number;
  /** What the model may call: a JSON array of {type: function, function: {name, description, parameters}}; the arguments of a call keep parameters, a JSON Schema, or are refused. */
  tools?: string;
  /** Whether tools are called: auto leaves it to the model; none, required, or the name of the one to call. Default: auto. */
  tool_choice?: string;
  /** Whether one answer may call several tools. Default: on. */
  parallel_tool_calls?: 'on' | 'off' | boolean;
  /** Where the text goes that a model thinks in before its answer: separate keeps it beside the answer, include leaves it in. Default: separate. */
  reasoning?: 'separate' | 'include';
  /** Whether a model that can think before its answer does so: auto is the template's own way. Default: auto. */
  thinking?: 'auto' | 'on' | 'off' | false;
  /** Name of a conversation that is kept in session_dir and goes on with this call. */
  session?: string;
  /** NAME@RECORD: the new session begins with that one's records, up to this number. */
  session_fork?: string;
  /** Where a session is larger than the context: error is context_full, drop_oldest leaves its oldest turns out of what the model sees. Default: error. */
  session_overflow?: 'error' | 'drop_oldest';
}
