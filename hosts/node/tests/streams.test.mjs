// Streams that are read in unusual ways: several reads at once, reads of closed streams, streams that nobody reads.

import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { test as nodeTest } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import { Bridge } from '../index.js';

const test = (name, body) => nodeTest(name, { timeout: 60_000 }, body);
const END = { done: true, value: undefined };
const ENDLESS = 'pieces 1000000 5';

async function withBridge(given, use) {
  const bridge = new Bridge({ engine: 'fake', ...given });
  try {
    return await use(bridge);
  } finally {
    await bridge.close();
  }
}

const value = piece => ({ done: false, value: piece });

test('several next() at once are settled in order', () => withBridge({ command: 'pieces 3 20' }, async bridge => {
  const stream = bridge.stream('hello');
  const order = [];
  const pieces = Array.from({ length: 5 }, (_, i) => stream.next().finally(() => order.push(i)));
  const text = (await Promise.all(pieces)).map(({ value: piece }) => piece ?? '').join('');
  assert.equal(text, 'piece 1\npiece 2\npiece 3\n');
  assert.deepEqual(await pieces.at(-1), END);
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
}));

test('two next() at once both end by the deadline', () => withBridge({ command: 'hang@accept', grace_ms: 100 }, async bridge => {
  const stream = bridge.stream('hello', { timeout_ms: 200 });
  const [first, second] = await Promise.allSettled([stream.next(), stream.next()]);
  assert.equal(first.reason?.code, 'deadline_exceeded');
  assert.deepEqual(second, { status: 'fulfilled', value: END });
}));

for (const end of ['close', 'return']) {
  test(`${end}() ends the reads that wait`, () => withBridge({ command: 'hang@accept', grace_ms: 100 }, async bridge => {
    const stream = bridge.stream('hello');
    const reads = [stream.next(), stream.next()];
    while (bridge.stats().callsActive === 0) await setTimeout(1);
    await stream[end]();
    assert.deepEqual(await Promise.all(reads), [END, END]);
    assert.deepEqual(await stream.next(), END);
  }));
}

test('a text that was closed before its end is an error', () => withBridge({ command: ENDLESS }, async bridge => {
  const stream = bridge.stream('hello');
  const text = assert.rejects(stream.text(), /the stream is closed/);
  while (bridge.stats().callsActive === 0) await setTimeout(1);
  stream.close();
  await text;
}));

test('a stream that nobody refers to any more gives its slot back', () =>
  withBridge({ command: ENDLESS, slots: 2, queue: 0, grace_ms: 1000 }, async bridge => {
    v8.setFlagsFromString('--expose-gc');
    const gc = vm.runInNewContext('gc');
    const abandon = async () => assert.deepEqual(await bridge.stream('hello').next(), value('piece 1\n'));
    for (let i = 0; i < 2; i++) await abandon();
    await assert.rejects(async () => bridge.stream('hello').next(), { code: 'overloaded' });
    while (bridge.stats().callsActive > 0) {
      gc();
      await setTimeout(5);
    }
    await abandon();
  }));

test('what is no text is named', () => withBridge({}, async bridge => {
  await assert.rejects(bridge.ask(5), { name: 'TypeError', message: 'prompt: a string is needed, not number' });
  await assert.rejects(bridge.embed(['a', null]), { name: 'TypeError', message: 'texts[1]: a string is needed, not null' });
  await assert.rejects(bridge.embed({}), { name: 'TypeError', message: 'texts: a string is needed, not object' });
  await assert.rejects(bridge.countTokens(), { name: 'TypeError', message: 'text: a string is needed, not undefined' });
  await assert.rejects(bridge.invoke(5), { name: 'TypeError', message: 'method: a string is needed, not number' });
}));

test('a NUL is refused wherever the library reads C strings', () => withBridge({}, async bridge => {
  await assert.rejects(bridge.ask('x', { stop: 'a\0b' }), { code: 'invalid_argument', message: 'stop: there is a NUL at byte 1' });
  await assert.rejects(bridge.ask('x', { 'stop\0x': 'a' }), { code: 'invalid_argument', message: "a setting's name: there is a NUL at byte 4" });
  await assert.rejects(bridge.invoke('é\0x'), { code: 'invalid_argument', message: 'method: there is a NUL at byte 2' });
}));
