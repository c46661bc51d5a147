// A worker thread's bridge keeps nobody from ending that thread, or the process.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test as nodeTest } from 'node:test';

const test = (name, body) => nodeTest(name, { timeout: 60_000 }, body);
const PACKAGE = JSON.stringify(new URL('../index.js', import.meta.url));

/** Runs a program whose worker thread uses the package and says so; gives what it printed and how it ended. */
async function runWithWorker(inWorker, inMain) {
  const worker = `
    const { parentPort } = require('node:worker_threads');
    import(${PACKAGE}).then(async ({ Bridge }) => { ${inWorker} });`;
  const main = `
    import { Worker } from 'node:worker_threads';
    import { setTimeout } from 'node:timers/promises';
    const worker = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [] });
    worker.on('error', error => console.log(error.message));
    worker.on('message', async said => { console.log(said); await setTimeout(300); ${inMain} });`; // by then it waits in native code
  const child = spawn(process.execPath, ['--input-type=module', '--eval', main], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let printed = '';
    child.stdout.on('data', text => (printed += text));
    const [code, signal] = await once(child, 'close', { signal: AbortSignal.timeout(20_000) });
    return { printed, code, signal };
  } finally {
    child.kill('SIGKILL');
  }
}

const OPEN = `
  const bridge = new Bridge({ engine: 'fake' });
  parentPort.postMessage((await bridge.ask('hello')).text);
  setInterval(() => 0, 1000);`;
const BUSY = `
  const bridge = new Bridge({ engine: 'fake', command: 'pieces 1000000 5' });
  for await (const piece of bridge.stream('hello')) if (piece === 'piece 3\\n') parentPort.postMessage('hello');`;
const STARTING = `
  const bridge = new Bridge({ engine: 'fake', command: 'hang@start' });
  parentPort.postMessage('hello');
  await bridge.start();`;

for (const [what, inWorker] of Object.entries({ 'is idle': OPEN, 'has a call': BUSY, starts: STARTING })) {
  test(`terminate() ends a worker thread whose bridge ${what}`, async () => {
    const run = await runWithWorker(inWorker, `await worker.terminate(); console.log('terminated');`);
    assert.deepEqual(run, { printed: 'hello\nterminated\n', code: 0, signal: null });
  });

  test(`process.exit() ends the process while the bridge of a worker thread ${what}`, async () => {
    const run = await runWithWorker(inWorker, 'process.exit(3);');
    assert.deepEqual(run, { printed: 'hello\n', code: 3, signal: null });
  });
}

test('a worker thread that ends by itself needs no close', async () => {
  const run = await runWithWorker(`parentPort.postMessage((await new Bridge({ engine: 'fake' }).ask('hello')).text); process.exit(0);`, '');
  assert.deepEqual(run, { printed: 'hello\n', code: 0, signal: null });
});
