import { Worker, isMainThread } from 'node:worker_threads';
import { LOOK_MS, NEVER, library } from './library.js';

const running = new Set();

// Node joins its workers when it exits, and cannot interrupt one that waits in native code. A worker thread that is
// terminated, by terminate() or by the main thread's exit, is not told: there a pump waits in short looks.
const lookMs = isMainThread ? NEVER : LOOK_MS;

process.on('exit', () => {
  for (const pump of running) pump.wake();
});

/** Waits for news of a bridge's calls on a worker thread, and settles the promises of those who wait. The worker keeps
 * the process alive only while somebody does. */
export class Pump {
  #bridge;
  #worker = null;
  #ended = null;
  #failure = null;
  #stopping = new Int32Array(new SharedArrayBuffer(4));
  #waiting = new Map();
  #lastToken = 0n;

  constructor(bridge) {
    this.#bridge = bridge;
  }

  /** Resolves when the call has something to read or has ended, or when the bridge was closed. */
  newsOf(call) {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#stopped()) return Promise.resolve();
    if (this.#worker === null) this.#start();
    return new Promise((resolve, reject) => {
      const token = ++this.#lastToken; // never used twice, so a late report finds nobody
      call.watch(token);
      call.token = token;
      this.#waiting.set(token, { resolve, reject });
      this.#worker.ref();
    });
  }

  /** Tells the one who waits for news of this call: there will be none. */
  forget(call) {
    this.#settle(call.token);
  }

  wake() {
    Atomics.store(this.#stopping, 0, 1);
    library().pumpWake(this.#bridge);
  }

  /** Ends the worker; tells nobody yet. */
  async stop() {
    this.wake();
    this.#worker?.ref(); // until it has ended, whoever else is told meanwhile
    await this.#ended;
  }

  /** Tells all who still wait. */
  release() {
    for (const token of [...this.#waiting.keys()]) this.#settle(token);
  }

  #start() {
    this.#worker = new Worker(new URL('./pump-worker.js', import.meta.url), {
      name: 'llmbridge pump',
      execArgv: [], // not the program's: --input-type and the like are not for files
      workerData: { bridge: this.#bridge, stopping: this.#stopping, lookMs },
    });
    running.add(this);
    this.#worker.on('message', tokens => tokens.forEach(token => this.#settle(token)));
    this.#worker.on('error', failure => {
      this.#failure = failure;
      this.release();
    });
    this.#ended = new Promise(resolve => this.#worker.once('exit', resolve)).then(() => running.delete(this));
  }

  #stopped() {
    return Atomics.load(this.#stopping, 0) !== 0;
  }

  #settle(token) {
    const waiter = this.#waiting.get(token);
    if (waiter === undefined) return;
    this.#waiting.delete(token);
    if (this.#waiting.size === 0 && !this.#stopped()) this.#worker.unref();
    if (this.#failure) waiter.reject(this.#failure);
    else waiter.resolve();
  }
}
