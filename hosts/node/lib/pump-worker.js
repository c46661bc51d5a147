// The thread that waits for news of one bridge's calls, so that the event loop never does.

import { parentPort, workerData } from 'node:worker_threads';
import { library, newError } from './library.js';

const TOKENS_AT_ONCE = 64;

const { bridge, stopping, lookMs } = workerData;
const tokens = new BigUint64Array(TOKENS_AT_ONCE);
const count = [0];

while (Atomics.load(stopping, 0) === 0) {
  const status = library().pumpWait(bridge, tokens, TOKENS_AT_ONCE, library().deadlineAfterMs(lookMs), count, newError());
  if (status !== 0) throw new Error(`waiting for calls failed with status ${status}`);
  if (count[0] > 0) parentPort.postMessage(tokens.slice(0, count[0]));
}
