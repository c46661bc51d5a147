import { promisify } from 'node:util';
import { Call } from './call.js';
import { check, invalidArgument } from './errors.js';
import { addressOf, library, newError, takeText, LOOK_MS, Status } from './library.js';
import { Pump } from './pump.js';
import { cString, withSettings } from './settings.js';
import { decodeEvents, decodeStats, newEvents, newStats } from './statistics.js';
import { Stream } from './stream.js';

function utf8(text, what) {
  if (typeof text !== 'string') throw new TypeError(`${what}: a string is needed, not ${text === null ? 'null' : typeof text}`);
  if (!text.isWellFormed()) throw invalidArgument(`${what}: the text holds half a surrogate pair`);
  return Buffer.from(text);
}

function tokenNumbers(tokens) {
  const wrong = Array.from(tokens).findIndex(token => !Number.isInteger(token) || Math.abs(token) > 0x7fffffff);
  if (wrong >= 0) throw new TypeError(`tokens[${wrong}]: a whole number is needed, not ${tokens[wrong]}`);
  return Int32Array.from(tokens);
}

const TEXTS_A_CALL_MAX = 4096; // as many as one call embeds

/** An answer as a message of the conversation that goes on. */
function messageOf(text, { toolCalls, reasoning }) {
  const message = { role: 'assistant', content: text };
  if (reasoning !== '') message.reasoning_content = reasoning;
  if (toolCalls.length > 0) {
    message.tool_calls = toolCalls.map(({ id, name, arguments: given }) =>
      ({ id, type: 'function', function: { name, arguments: JSON.stringify(given) } }));
  }
  return message;
}

/** One engine configuration and its worker processes. */
export class Bridge {
  #pointer;
  #pump;
  #calls = new Set();
  #closed = null;

  constructor(settings = {}) {
    const [pointer, error] = [[null], newError()];
    withSettings(settings, native => check(library().bridgeOpen(native, pointer, error), error));
    this.#pointer = pointer[0];
    this.#pump = new Pump(this.#pointer);
  }

  async start() {
    const [error, start] = [newError(), promisify(library().bridgeStart.async)];
    let status;
    do status = await start(this.#open(), library().deadlineAfterMs(LOOK_MS), error);
    while (status === Status.DEADLINE_EXCEEDED); // a start that takes too long is START_TIMEOUT
    check(status, error);
  }

  async ask(prompt, options) {
    const stream = this.stream(prompt, options);
    const text = await stream.text();
    return { text, details: stream.details, message: messageOf(text, stream.details) };
  }

  stream(prompt, options = {}) {
    const data = prompt === null || prompt === undefined ? null : utf8(prompt, 'prompt');
    return new Stream(this.#begin(options, (native, call, error) =>
      library().callStart(this.#open(), data, data?.length ?? 0, native, call, error)));
  }

  /** The conversation that is kept under this name, in the folder session_dir. */
  session(name) {
    return new Session(this, name);
  }

  async embed(texts, options = {}) {
    const data = [texts].flat().map((text, index) => utf8(text, Array.isArray(texts) ? `texts[${index}]` : 'texts'));
    const vectors = [];
    for (let begin = 0; begin === 0 || begin < data.length; begin += TEXTS_A_CALL_MAX) {
      vectors.push(...(await this.#embedShare(data.slice(begin, begin + TEXTS_A_CALL_MAX), options)));
    }
    return typeof texts === 'string' ? vectors[0] : vectors;
  }

  async #embedShare(data, options) {
    const pointers = BigUint64Array.from(data, addressOf);
    const sizes = BigUint64Array.from(data, text => BigInt(text.length));
    const call = this.#begin(options, (native, out, error) =>
      library().embedStart(this.#open(), pointers, sizes, data.length, native, out, error));
    const vectors = [];
    try {
      for (let vector; (vector = await call.readVector()).length > 0; ) vectors.push(vector);
    } finally {
      call.close();
    }
    return vectors;
  }

  async countTokens(text, options = {}) {
    const data = utf8(text, 'text');
    const stream = new Stream(this.#begin({ signal: options.signal }, (_, call, error) =>
      library().countTokensStart(this.#open(), data, data.length, call, error)));
    await stream.text();
    return stream.details.promptTokens;
  }

  async tokenize(text, options = {}) {
    const data = utf8(text, 'text');
    const stream = new Stream(this.#begin(options, (native, call, error) =>
      library().tokenizeStart(this.#open(), data, data.length, native, call, error)));
    return JSON.parse(await stream.text());
  }

  async detokenize(tokens, options = {}) {
    const data = tokenNumbers(tokens);
    const stream = new Stream(this.#begin(options, (native, call, error) =>
      library().detokenizeStart(this.#open(), data, data.length, native, call, error)));
    return stream.text();
  }

  async invoke(method, params, options = {}) {
    const name = cString(method, 'method');
    const data = params === undefined ? null : Buffer.from(JSON.stringify(params));
    const stream = new Stream(this.#begin(options, (native, call, error) =>
      library().invokeStart(this.#open(), name, data, data?.length ?? 0, native, call, error)));
    return JSON.parse(await stream.text());
  }

  info() {
    const [json, error] = [[null], newError()];
    check(library().bridgeInfo(this.#open(), json, error), error);
    return JSON.parse(takeText(json[0]));
  }

  stats() {
    const [stats, error] = [newStats(), newError()];
    check(library().bridgeStats(this.#open(), stats, error), error);
    return decodeStats(stats);
  }

  events(after = 0) {
    const [{ buffer, capacity }, count, error] = [newEvents(), [0], newError()];
    check(library().bridgeEvents(this.#open(), after, buffer, capacity, count, error), error);
    return decodeEvents(buffer, count[0]);
  }

  get workerPid() {
    const pid = [0];
    library().bridgeWorkerPid(this.#open(), pid);
    return Number(pid[0]);
  }

  /** Ends the workers and waits for them; calls in flight end as cancelled. */
  close() {
    return (this.#closed ??= this.#close());
  }

  [Symbol.asyncDispose ?? Symbol('asyncDispose')]() {
    return this.close();
  }

  async #close() {
    for (const call of this.#calls) call.cancel();
    await this.#pump.stop();
    this.#pump.release();
    await promisify(library().bridgeClose.async)(this.#pointer);
  }

  #open() {
    if (this.#closed) throw new Error('the bridge is closed');
    return this.#pointer;
  }

  #begin({ signal, ...settings }, start) {
    const [pointer, error] = [[null], newError()];
    withSettings(settings, native => check(start(native, pointer, error), error));
    const call = new Call(pointer[0], this.#pump, signal, ended => this.#calls.delete(ended));
    this.#calls.add(call);
    return call;
  }
}

/** A conversation that is kept: each call goes on with it. A call that fails leaves it as it was. */
export class Session {
  #bridge;

  constructor(bridge, name) {
    this.#bridge = bridge;
    this.name = name;
  }

  ask(prompt, options) {
    return this.#bridge.ask(prompt, { ...options, session: this.name });
  }

  stream(prompt, options) {
    return this.#bridge.stream(prompt, { ...options, session: this.name });
  }
}
