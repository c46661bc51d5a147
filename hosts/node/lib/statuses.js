// The statuses of the library. Made by LlmBridge.Generator from the library's table of statuses: run `build.sh generate`.

export const Status = Object.freeze({
  OK: 0,
  INVALID_ARGUMENT: 1,
  NOT_FOUND: 2,
  SPAWN_FAILED: 3,
  START_TIMEOUT: 4,
  DEADLINE_EXCEEDED: 5,
  CANCELLED: 6,
  ENGINE_CRASHED: 7,
  ENGINE_HUNG: 8,
  OUTPUT_INVALID: 9,
  OUTPUT_TOO_LARGE: 10,
  OVERLOADED: 11,
  UNAVAILABLE: 12,
  MODEL_INVALID: 13,
  PROTOCOL_ERROR: 14,
  UNSUPPORTED: 15,
  OUT_OF_MEMORY: 16,
  ENGINE_ERROR: 17,
  POISONED: 18,
  FORKED: 19,
  CONTEXT_FULL: 20,
  NOT_READY: 21,
  INTERNAL: 99,
});

/** A time limit of the caller's or of the start passed. */
export const TIME_LIMITS = Object.freeze([Status.START_TIMEOUT, Status.DEADLINE_EXCEEDED]);
