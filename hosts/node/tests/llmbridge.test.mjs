// node --test hosts/node/tests/, with LLMBRIDGE_LIBRARY set; each test uses the engine `fake` or `hash`.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test as nodeTest } from 'node:test';
import { promisify } from 'node:util';
import { Bridge, LlmCancelledError, LlmError, LlmTimeoutError, settings } from '../index.js';

const test = (name, body) => nodeTest(name, { timeout: 60_000 }, body);
const ENDLESS = 'pieces 1000000 5';

async function withBridge(given, use) {
  const bridge = new Bridge({ engine: 'fake', ...given });
  try {
    return await use(bridge);
  } finally {
    await bridge.close();
  }
}

test('settings of any type reach the library', () => withBridge({ slots: 2, model: undefined, sandbox: false }, async bridge => {
  const reply = await bridge.ask('hello', { stop: ['x', 'y'], temperature: 0.5, max_tokens: 7 });
  assert.equal(reply.text, 'hello');
  assert.equal(reply.details.engine, 'fake');
  assert.equal(reply.details.finishReason, 'stop');
  assert.equal(reply.details.cachedPromptTokens, 0);
}));

test('a session goes on from call to call', async () => {
  const place = await mkdtemp(join(tmpdir(), 'llmb-session-'));
  try {
    const session_dir = join(place, 'sessions');
    await withBridge({ command: 'say hi', session_dir }, async bridge => {
      assert.equal((await bridge.session('work').ask('one')).text, 'hi');
      assert.equal(await bridge.session('work').stream('two').text(), 'hi');
    });
    const said = await withBridge({ session_dir }, bridge => bridge.session('work').ask('three'));
    assert.deepEqual(JSON.parse(said.text).map(message => message.content), ['one', 'hi', 'two', 'hi', 'three']);
  } finally {
    await rm(place, { recursive: true });
  }
});

test('calls of tools and reasoning come with the reply', async () => {
  const tools = [{ type: 'function', function: { name: 'weather', parameters: { required: ['city'] } } }];
  await withBridge({ command: 'reason Hm.; say So:; tool weather {"city":"Rome"}' }, async bridge => {
    const { text, details, message } = await bridge.ask('x', { tools });
    assert.equal(text, 'So:');
    assert.equal(details.reasoning, 'Hm.');
    assert.equal(details.finishReason, 'tool_calls');
    assert.equal(details.toolParse, 'parsed');
    assert.deepEqual(details.toolCalls, [{ id: 'call_1', name: 'weather', arguments: { city: 'Rome' } }]);
    assert.equal(message.tool_calls[0].function.arguments, '{"city":"Rome"}');
  });
  await withBridge({ command: 'tool weather {}' }, bridge =>
    assert.rejects(bridge.ask('x', { tools, schema_retries: 0 }), { code: 'output_invalid' }));
});

test('the example of a tool loop answers', async () => {
  const program = fileURLToPath(new URL('../examples/tool_loop.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'How is Oslo?']);
  assert.equal(stdout, 'It is sunny in Oslo.\n');
});

test('a schema is a text, an object, or what tells its own', () => withBridge({ command: 'say {"age": 7}' }, async bridge => {
  const schema = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] };
  for (const given of [schema, JSON.stringify(schema), { toJSONSchema: () => schema }, true]) {
    assert.equal((await bridge.ask('x', { json_schema: given })).text, '{"age": 7}');
  }
  await assert.rejects(bridge.ask('x', { json_schema: { type: 'string' }, schema_retries: 0 }), { code: 'output_invalid' });
}));

test('a schema may be one of zod', async t => {
  const zod = await import('zod').catch(() => null);
  if (zod === null) return t.skip('zod is not installed');
  const Person = zod.object({ name: zod.string(), age: zod.int().min(0) });
  await withBridge({ command: 'say {"name": "Ada", "age": 36}' }, async bridge => {
    const { text } = await bridge.ask('x', { json_schema: Person });
    assert.equal(Person.parse(JSON.parse(text)).age, 36);
  });
});

test('an unknown setting is named', () => {
  assert.throws(() => new Bridge({ slotz: 1 }), error => error instanceof LlmError && /slotz/.test(error.message));
  assert.ok(settings().some(setting => setting.name === 'slots'));
});

test('half a surrogate pair is refused', () => withBridge({}, bridge =>
  assert.rejects(bridge.ask('half: \ud800'), { code: 'invalid_argument' })));

test('a crash carries the whole error object', () => withBridge({ command: 'signal 11@accept' }, bridge =>
  assert.rejects(bridge.ask('hello'), error => {
    assert.deepEqual(error.exit, { kind: 'signal', value: 11 });
    assert.equal(error.error.phase, error.phase);
    return error.code === 'engine_crashed';
  })));

test('several texts give as many vectors', () => withBridge({ engine: 'hash' }, async bridge => {
  const [one, two, again] = await bridge.embed(['one', 'two', 'one']);
  assert.deepEqual(one, again);
  assert.notDeepEqual(one, two);
  assert.deepEqual(await bridge.embed('one'), one);
}));

// Vectors of as many numbers as its argument says, other ones for each text.
const EMBEDDING_DAEMON = `
import sys
sys.path.insert(0, sys.argv[1])
from llmbridge_daemon import method, run

@method
def embed(texts):
    return {"embeddings": [[number % 7 + text + 1 for number in range(int(sys.argv[2]))] for text in range(len(texts))]}

run()
`;

test('vectors of any length come whole', async () => {
  const kit = fileURLToPath(new URL('../../python', import.meta.url));
  for (const dimension of [1, 1024, 1025, 5000]) {
    const command = ['python3', '-B', '-c', EMBEDDING_DAEMON, kit, String(dimension)];
    const wanted = [0, 1].map(text => Array.from({ length: dimension }, (_, number) => number % 7 + text + 1));
    await withBridge({ engine: 'jsonrpc', command }, async bridge => {
      assert.deepEqual((await bridge.embed(['one', 'two'])).map(vector => Array.from(vector)), wanted);
      assert.deepEqual(Array.from(await bridge.embed('one')), wanted[0]);
      assert.deepEqual((await bridge.embed(['one'])).map(vector => Array.from(vector)), wanted.slice(0, 1));
    });
  }
});

test('statistics count calls and engines', () => withBridge({}, async bridge => {
  await bridge.ask('hello');
  const stats = bridge.stats();
  assert.deepEqual(stats.callsEnded, { ok: 1 });
  assert.equal(stats.enginesReady, 1);
  assert.equal(stats.totalMs.reduce((sum, { calls }) => sum + calls, 0), 1);
  assert.deepEqual(stats.workers.map(({ state, pid }) => [state, pid]), [['ready', bridge.workerPid]]);
}));

test('events tell of a crash', () => withBridge({ command: 'signal 11@accept' }, async bridge => {
  await assert.rejects(bridge.ask('hello'));
  const events = bridge.events();
  assert.deepEqual(events.filter(({ kind }) => kind === 'call_failed').map(({ status }) => status), ['engine_crashed']);
  assert.deepEqual(bridge.events(events.at(-1).sequence), []);
}));

test('tokens are counted', () => withBridge({}, async bridge => assert.ok((await bridge.countTokens('one two')) > 0)));

test('tokens are told', () => withBridge({ command: 'echo' }, async bridge => {
  const tokens = await bridge.tokenize('h\u00e9');
  assert.deepEqual(tokens, [104, 195, 169]);
  assert.equal(await bridge.detokenize(tokens), 'h\u00e9');
  await assert.rejects(bridge.detokenize([300]), { code: 'invalid_argument' });
  await assert.rejects(bridge.detokenize([1.5]), { name: 'TypeError', message: 'tokens[0]: a whole number is needed, not 1.5' });
  const { details } = await bridge.ask('x', { logprobs: 1, logit_bias: { 5: -1 } });
  assert.deepEqual(details.logprobs, [
    { token: 'piece 1', logprob: -0.5, top_logprobs: [{ token: 'other 1', logprob: -1.25 }] }]);
  assert.equal((await bridge.ask('x')).details.logprobs, undefined);
}));

test('leaving the loop leaves the slot to others', () => withBridge({ command: ENDLESS, slots: 1, grace_ms: 1000 }, async bridge => {
  for (let i = 0; i < 3; i++) {
    for await (const piece of bridge.stream('hello')) {
      assert.equal(piece, 'piece 1\n');
      break;
    }
    assert.deepEqual(bridge.stats().callsEnded, { cancelled: i + 1 });
  }
}));

test('timers go on while calls wait', () => withBridge({ command: 'hang@accept', grace_ms: 100 }, async bridge => {
  const controller = new AbortController();
  const answers = Array.from({ length: 8 }, () => bridge.ask('hello', { signal: controller.signal }));
  const ended = Promise.allSettled(answers);
  for (let i = 0; i < 10; i++) await setTimeout(1);
  controller.abort('enough');
  for (const { reason } of await ended) {
    assert.ok(reason instanceof LlmCancelledError);
    assert.equal(reason.name, 'AbortError');
    assert.equal(reason.cause, 'enough');
  }
}));

test('timers go on while an answer comes faster than it is read', () => withBridge({ command: 'pieces 100000 0' }, async bridge => {
  const stream = bridge.stream('hello');
  const timer = setTimeout(1).then(() => stream.cancel());
  await assert.rejects(stream.text(), { code: 'cancelled' });
  await timer;
}));

test('an abort ends a call by that and not by a limit', () =>
  withBridge({ command: 'hang@accept', grace_ms: 100, timeout_ms: 8000 }, async bridge => {
    const controller = new AbortController();
    const ended = assert.rejects(bridge.ask('hello', { signal: controller.signal }), LlmCancelledError);
    while (bridge.stats().callsActive === 0) await setTimeout(1);
    await setTimeout(30);
    controller.abort();
    await ended;
    assert.deepEqual(bridge.stats().callsEnded, { cancelled: 1 });
  }));

test('an engine that starts too slowly is a TimeoutError', () => withBridge({ command: 'hang@start', start_timeout_ms: 100 }, bridge =>
  assert.rejects(bridge.ask('hello'), error => error instanceof LlmTimeoutError && error.code === 'start_timeout')));

test('the process ends by itself once nobody waits', async () => {
  const program = `
    import { Bridge } from ${JSON.stringify(new URL('../index.js', import.meta.url))};
    const bridge = new Bridge({ engine: 'fake', command: 'sleep 5; echo' });
    console.log((await bridge.ask('hello')).text);`;
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { timeout: 30_000 });
  const { stdout } = await child;
  assert.equal(stdout, 'hello\n');
});

test('a signal aborted beforehand cancels', () => withBridge({ command: ENDLESS }, bridge =>
  assert.rejects(bridge.ask('hello', { signal: AbortSignal.abort() }), LlmCancelledError)));

test('closing the bridge ends calls in flight', async () => {
  const bridge = new Bridge({ engine: 'fake', command: 'hang@accept' });
  const ended = assert.rejects(bridge.ask('hello'), LlmCancelledError);
  while (bridge.workerPid === 0) await setTimeout(1);
  await bridge.close();
  await ended;
  await assert.rejects(bridge.ask('hello'), /closed/);
});

test('the process lives until a bridge that answers has closed', async () => {
  const program = `
    import { Bridge } from ${JSON.stringify(new URL('../index.js', import.meta.url))};
    for (let i = 0; i < 20; i++) {
      const bridge = new Bridge({ engine: 'fake', command: 'pieces 1000 1' });
      const readers = Array.from({ length: 3 }, () => bridge.ask('hello').catch(error => error.code));
      await bridge.stream('hello').next();
      await bridge.close();
      await Promise.all(readers);
    }
    console.log('closed');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  assert.equal(stdout, 'closed\n');
});

test('the time limit is a TimeoutError', () => withBridge({ command: 'sleep 60000; echo', grace_ms: 100 }, bridge =>
  assert.rejects(bridge.ask('hello', { timeout_ms: 100 }), error => error instanceof LlmTimeoutError && error.name === 'TimeoutError')));

test('many calls run at once', () => withBridge({ command: 'sleep 2; echo', slots: 8 }, async bridge => {
  const prompts = Array.from({ length: 50 }, (_, i) => `item ${i}`);
  const replies = await Promise.all(prompts.map(prompt => bridge.ask(prompt)));
  assert.deepEqual(replies.map(reply => reply.text), prompts);
}));
