// The example of a user's own MCP server in Node (hosts/node/examples/mcp-server): ten thousand texts in a small heap, the
// engine killed on the way.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { at, connect } from './programs.mjs';

const TEXTS = 10_000;
const AT_ONCE = 100;
const WARM = 3_000; // until here a runtime's own memory grows
const GROWTH_MB_MAX = 48; // of which the index itself is 10: 7,000 vectors of 128 numbers, as Node keeps them
const KILLED_AT = [2_000, 5_000, 8_000];

const memoryMb = (pid) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

test('an MCP server in Node embeds ten thousand texts in a small heap, and outlives its engines', async () => {
  const server = await connect('node', ['--max-old-space-size=200', at('hosts/node/examples/mcp-server/server.mjs')]);
  const engines = new Set();
  let warm = 0;
  for (let first = 0; first < TEXTS; first += AT_ONCE) {
    const texts = Array.from({ length: AT_ONCE }, (_, i) => `Number ${first + i} is a number of ${first % 7} kinds.`);
    const pending = server.call('remember', { texts });
    if (KILLED_AT.includes(first)) process.kill([...engines].at(-1), 'SIGKILL');
    const result = await pending;
    assert.ok(!result.isError, result.content[0].text);
    const { remembered, engine } = JSON.parse(result.content[0].text);
    assert.equal(remembered, first + AT_ONCE);
    engines.add(engine);
    if (first === WARM) warm = memoryMb(server.pid);
  }
  const grown = memoryMb(server.pid) - warm;
  console.log(`memory: ${warm.toFixed()} MB, grown by ${grown.toFixed()} MB; engines: ${engines.size}`);
  assert.ok(grown < GROWTH_MB_MAX, `grown by ${grown} MB`);
  assert.ok(engines.size > KILLED_AT.length, 'no engine was killed');
  const found = await server.call('find', { query: 'Number 77 is a number of 0 kinds.' });
  assert.equal(JSON.parse(found.content[0].text), 'Number 77 is a number of 0 kinds.');
  assert.equal(await server.stop(), 0);
});
