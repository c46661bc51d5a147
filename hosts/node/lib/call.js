import { setImmediate } from 'node:timers/promises';
import { check } from './errors.js';
import { Status, decodeResult, library, newError, newResult, takeText } from './library.js';

const PIECE_BYTES_MAX = 64 << 10;
const DIMENSION_FIRST = 1024;
const READS_IN_A_ROW_MAX = 32; // then timers and sockets get their turn, however fast the answer comes

const NOT_READY = Symbol('not ready');

/** A native call. Its reads wait on the pump, never here. */
export class Call {
  #pointer;
  #pump;
  #signal;
  #onAbort = () => this.cancel();
  #onClose;
  #readsInARow = 0;
  #buffer = null;
  /** Under which the pump knows it. */
  token = 0n;

  constructor(pointer, pump, signal, onClose) {
    this.#pointer = pointer;
    this.#pump = pump;
    this.#signal = signal;
    this.#onClose = onClose;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted) this.cancel();
  }

  /** The next piece; "" at the end. */
  readText() {
    this.#buffer ??= Buffer.allocUnsafe(PIECE_BYTES_MAX);
    const look = (size, error) => library().callRead(this.#pointer, this.#buffer, this.#buffer.length, 0, size, error);
    return this.#read(look, size => this.#buffer.toString('utf8', 0, size));
  }

  /** The next vector; an empty one at the end. */
  readVector() {
    this.#buffer ??= new Float32Array(DIMENSION_FIRST);
    const look = (dimension, error) => {
      const status = library().callReadVector(this.#pointer, this.#buffer, this.#buffer.length, 0, dimension, error);
      if (status !== Status.INVALID_ARGUMENT || dimension[0] <= this.#buffer.length) return status;
      this.#buffer = new Float32Array(dimension[0]);
      return look(dimension, error);
    };
    return this.#read(look, dimension => this.#buffer.slice(0, dimension));
  }

  /** What is known of a call that was read to its end. */
  finish() {
    const [result, error] = [newResult(), newError()];
    check(library().callFinish(this.#pointer, 0, result, error), error);
    const found = decodeResult(result);
    const textOf = read => {
      const text = [null];
      check(read(this.#pointer, text), error);
      return takeText(text[0]);
    };
    const details = JSON.parse(textOf(library().callDetails));
    const finishReason = library().finishReasonName(found.finish_reason);
    return {
      engine: found.engine,
      finishReason,
      fallback: found.fallback !== 0,
      attempts: found.attempts,
      promptTokens: Number(found.prompt_tokens),
      cachedPromptTokens: details.cached_prompt_tokens,
      replaced: details.replaced,
      constrained: details.constrained,
      logprobs: details.logprobs ? JSON.parse(textOf(library().callLogprobs)) : undefined,
      toolCalls: finishReason === 'tool_calls' ? JSON.parse(textOf(library().callToolCalls)) : [],
      reasoning: details.reasoning ? textOf(library().callReasoning) : '',
      toolParse: details.tool_parse,
      completionTokens: Number(found.completion_tokens),
      timingsMs: { queue: found.queue_ms, start: found.start_ms, firstToken: found.first_token_ms, total: found.total_ms },
    };
  }

  watch(token) {
    const error = newError();
    check(library().callWatch(this.#pointer, token, error), error);
  }

  cancel() {
    if (this.#pointer !== null) library().callCancel(this.#pointer);
  }

  close() {
    if (this.#pointer === null) return;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    library().callClose(this.#pointer);
    this.#pointer = null;
    this.#pump.forget(this); // a read in progress ends now
    this.#onClose(this);
  }

  async #read(look, take) {
    for (;;) {
      const found = this.#look(look, take);
      if (found !== NOT_READY) {
        if (++this.#readsInARow % READS_IN_A_ROW_MAX === 0) await setImmediate();
        return found;
      }
      this.#readsInARow = 0;
      await this.#pump.newsOf(this);
    }
  }

  #look(look, take) {
    if (this.#pointer === null) throw new Error('the call is closed');
    const [size, error] = [[0], newError()];
    const status = look(size, error);
    if (status === Status.NOT_READY) return NOT_READY;
    check(status, error, this.#signal?.aborted ? { cause: this.#signal.reason } : undefined);
    return take(size[0]);
  }
}
