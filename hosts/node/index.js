// Runs an LLM engine outside your process. See index.d.ts.

import { Bridge, Session } from './lib/bridge.js';

export { Bridge, Session };
export { LlmCancelledError, LlmError, LlmTimeoutError } from './lib/errors.js';
export { settings } from './lib/settings.js';
export { Stream } from './lib/stream.js';

let shared = null;

const QUEUE = 4096; // calls, where the environment does not say: whoever calls made no bridge that could

const sharedBridge = () => (shared ??= new Bridge({ queue: process.env.LLMBRIDGE_QUEUE ? undefined : QUEUE }));

export async function ask(prompt, options) {
  return (await sharedBridge().ask(prompt, options)).text;
}

export function stream(prompt, options) {
  return sharedBridge().stream(prompt, options);
}

export async function embed(texts, options) {
  return sharedBridge().embed(texts, options);
}

export function workerPid() {
  return sharedBridge().workerPid;
}

export async function shutdown() {
  const bridge = shared;
  shared = null;
  await bridge?.close();
}
