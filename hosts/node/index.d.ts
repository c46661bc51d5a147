/** Runs an LLM engine outside your process. */

import type { BridgeSettings, CallSettings } from './settings.js';

/** Settings by name, as `settings()` lists them; what is not given comes from the environment. Arrays and objects are
 * passed as JSON. */
export type { BridgeSettings, CallSettings, SharedSettings } from './settings.js';

export interface CallOptions extends CallSettings {
  /** Aborting it ends the engine's work and rejects with LlmCancelledError. */
  signal?: AbortSignal;
}

/** A function that the model calls. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
}

export interface Details {
  engine: string;
  finishReason: 'stop' | 'length' | 'stop_string' | 'tool_calls';
  /** Another engine than the first named answered. */
  fallback: boolean;
  attempts: number;
  promptTokens: number;
  /** Of these, not read again: the engine still knew them from a call that begins alike. */
  cachedPromptTokens: number;
  /** How often bytes of the answer that were no UTF-8 became U+FFFD. */
  replaced: number;
  /** How far the engine was held to `json_schema` or `grammar` while it answered; undefined without them. */
  constrained?: 'full' | 'partial' | 'none';
  /** Of each token of the answer, where `logprobs` asked for it. */
  logprobs?: TokenLogprob[];
  /** The functions that the model calls, each one of the setting `tools` and with arguments by its schema. */
  toolCalls: ToolCall[];
  /** What the model thought before its answer; empty for nothing. */
  reasoning: string;
  /** 'failed' where what the model said could not be read as calls and is all in the text; undefined without tools. */
  toolParse?: 'parsed' | 'failed';
  completionTokens: number;
  timingsMs: { queue: number; start: number; firstToken: number; total: number };
}

/** How probable a token was, by the model's own distribution. */
export interface TokenLogprob {
  token: string;
  /** The natural logarithm of its probability. */
  logprob: number;
  /** Its number, where the engine has told it. */
  id?: number;
  /** Its bytes, where it is no UTF-8 by itself. */
  bytes?: number[];
  /** The likeliest tokens at its place; not of those themselves. */
  top_logprobs?: TokenLogprob[];
}

export interface Reply {
  text: string;
  details: Details;
  /** The answer as a message of the conversation that goes on. */
  message: Record<string, unknown>;
}

/** An answer as it comes: `for await` gives pieces of whole characters. Read it to its end, leave the loop, or close it:
 * until then it has its place in the engine. */
export class Stream implements AsyncIterableIterator<string> {
  private constructor();
  /** What is known of the answer, once it has ended; null before. */
  readonly details: Details | null;
  /** Several may be asked for at once: they are settled in order. */
  next(): Promise<IteratorResult<string, undefined>>;
  return(): Promise<IteratorResult<string, undefined>>;
  /** The rest of the answer in one string. */
  text(): Promise<string>;
  /** Makes the loop throw LlmCancelledError. */
  cancel(): void;
  /** Ends the engine's work and the loop; a `text()` that waits is rejected. */
  close(): void;
  [Symbol.asyncIterator](): this;
}

/** Counters that only grow, and states of the moment. `callsEnded` counts by status name. */
export interface Statistics {
  breaker: 'closed' | 'open' | 'half_open';
  callsActive: number;
  callsQueued: number;
  callsStarted: number;
  callsRefused: number;
  callsEnded: Record<string, number>;
  callsMoved: number;
  callsRepeated: number;
  callsResumed: number;
  promptTokens: number;
  completionTokens: number;
  enginesStarted: number;
  enginesReady: number;
  enginesRetired: number;
  enginesCrashed: number;
  enginesHung: number;
  enginesBroken: number;
  enginesRefused: number;
  totalMsSum: number;
  firstTokenMsSum: number;
  totalMs: { belowMs: number; calls: number }[];
  firstTokenMs: { belowMs: number; calls: number }[];
  workers: { state: string; calls: number; pid: number; served: number; readyMs: number }[];
}

/** One thing that happened to a bridge; `timeNs` is on the clock of `process.hrtime.bigint()`. Holds no prompt and no answer. */
export interface BridgeEvent {
  sequence: number;
  timeNs: bigint;
  kind: string;
  status: string | null;
  pid: number;
  callId: number;
  text: string;
}

/** One engine configuration and its worker processes. Opening starts nothing; the first call starts what it needs. */
export class Bridge {
  constructor(settings?: BridgeSettings);
  /** Starts a worker and waits until it is ready. */
  start(): Promise<void>;
  /** The whole answer. */
  ask(prompt: string | null, options?: CallOptions): Promise<Reply>;
  /** The answer piece by piece. */
  stream(prompt: string | null, options?: CallOptions): Stream;
  /** The conversation that is kept under this name, in the folder session_dir. */
  session(name: string): Session;
  /** The vector of a text, or the vectors of several, which share the engine's work. */
  embed(text: string, options?: CallOptions): Promise<Float32Array>;
  embed(texts: string[], options?: CallOptions): Promise<Float32Array[]>;
  /** How many tokens the engine's model makes of a text. */
  countTokens(text: string, options?: { signal?: AbortSignal }): Promise<number>;
  /** The numbers of the tokens that the engine's model makes of a text, those at its ends included. */
  tokenize(text: string, options?: CallOptions): Promise<number[]>;
  /** The text of tokens; control tokens are spelled with `special: 'parse'`, else left out. */
  detokenize(tokens: ArrayLike<number>, options?: CallOptions): Promise<string>;
  /** Calls any method of a JSON-RPC daemon. */
  invoke(method: string, params?: object, options?: CallOptions): Promise<unknown>;
  /** What the ready engine said of itself and its model; empty before any was ready. */
  info(): Record<string, unknown>;
  /** What the bridge has done and is doing. */
  stats(): Statistics;
  /** What has happened since the event of that number, oldest first; the last 128 are remembered. */
  events(after?: number): BridgeEvent[];
  /** Process number of the worker started last, 0 if none runs. For logs, not for signals. */
  readonly workerPid: number;
  /** Ends the workers and waits for them; calls in flight end as cancelled. */
  close(): Promise<void>;
}

/** A conversation that is kept: each call goes on with it, also another program's. A call that fails leaves it as it
 * was. */
export class Session {
  constructor(bridge: Bridge, name: string);
  readonly name: string;
  /** The whole answer; it is kept by then. */
  ask(prompt: string | null, options?: CallOptions): Promise<Reply>;
  /** The answer piece by piece; it is kept when the stream ends. */
  stream(prompt: string | null, options?: CallOptions): Stream;
}

/** The library's error object, whole. */
export interface ErrorObject {
  code: string;
  status: number;
  message: string;
  phase: string;
  engine?: string;
  os_code?: number;
  exit?: { kind: 'exit' | 'signal' | 'unknown'; value: number } | null;
  retry_safe?: boolean;
  attempts?: number;
  elapsed_ms?: number;
  engine_log?: string;
}

export class LlmError extends Error {
  readonly error: ErrorObject;
  readonly code: string;
  readonly status: number;
  readonly phase: string;
  readonly exit: ErrorObject['exit'];
  readonly retrySafe: boolean;
}

/** A time limit passed: `deadline_exceeded` or `start_timeout`. Its name is `TimeoutError`. */
export class LlmTimeoutError extends LlmError {}

/** The call was cancelled. Its name is `AbortError`, its `cause` the reason of the AbortSignal, if one did it. */
export class LlmCancelledError extends LlmError {}

/** Calls without set-up: configured by the environment, over one bridge that the whole process shares. */
export function ask(prompt: string | null, options?: CallOptions): Promise<string>;
export function stream(prompt: string | null, options?: CallOptions): Stream;
export function embed(text: string, options?: CallOptions): Promise<Float32Array>;
export function embed(texts: string[], options?: CallOptions): Promise<Float32Array[]>;
/** Process number of the shared bridge's worker, 0 if none runs. For logs, not for signals. */
export function workerPid(): number;
/** Ends what these calls started; a later call starts afresh. */
export function shutdown(): Promise<void>;

export interface Setting {
  name: string;
  scope: ('bridge' | 'call')[];
  type: string;
  default: unknown;
  help: string;
  [more: string]: unknown;
}

/** All settings of the library, with type, default, range and a line of help each. */
export function settings(): Setting[];
