import { library, takeText } from './library.js';
import { Status, TIME_LIMITS } from './statuses.js';

/** A call that failed; `error` is the library's whole error object. */
export class LlmError extends Error {
  constructor(error, options) {
    super(error.message, options);
    this.name = 'LlmError';
    this.error = error;
    this.code = error.code;
    this.status = error.status;
    this.phase = error.phase;
    this.exit = error.exit ?? null;
    this.retrySafe = error.retry_safe ?? false;
  }
}

/** A time limit passed: `deadline_exceeded` or `start_timeout`. */
export class LlmTimeoutError extends LlmError {
  constructor(error, options) {
    super(error, options);
    this.name = 'TimeoutError';
  }
}

/** The call was cancelled; `cause` is the reason of the AbortSignal, if one did it. Named as Node names its own. */
export class LlmCancelledError extends LlmError {
  constructor(error, options) {
    super(error, options);
    this.name = 'AbortError';
  }
}

const CLASSES = new Map([
  ...TIME_LIMITS.map(status => [status, LlmTimeoutError]),
  [Status.CANCELLED, LlmCancelledError],
]);

export function invalidArgument(message) {
  return new LlmError({ code: 'invalid_argument', status: Status.INVALID_ARGUMENT, phase: 'configure', message });
}

/** Throws what a native function reported, unless it succeeded. */
export function check(status, error, options) {
  if (status === Status.OK) return;
  const json = [null];
  library().errorToJson(error, json);
  throw new (CLASSES.get(status) ?? LlmError)(JSON.parse(takeText(json[0])), options);
}
