// The MCP server before the protocol's own tools: the conformance tests, and the inspector in both generations.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { at, node, program, run, serve } from './programs.mjs';
import { withKey } from './with_key.mjs';

const modules = at('interop-tests/mcp/node_modules');
const eras = ['legacy', 'modern']; // 2025-11-25 and 2026-07-28

const inspect = async (...args) => {
  const said = await run(node, [`${modules}/.bin/mcp-inspector`, '--cli', '--format', 'json', ...args]);
  assert.equal(said.status, 0, said.errors + said.output);
  return JSON.parse(said.output);
};

test('the conformance tests find nothing but what is not to be here', async () => {
  const server = await serve('engine=fake');
  const proxy = await withKey(server.url, server.key);
  const folder = mkdtempSync(join(tmpdir(), 'llmbridge-conformance-'));
  try {
    const said = await run(node, [
      `${modules}/@modelcontextprotocol/conformance/dist/index.js`, 'server', '--url', proxy.url,
      '--expected-failures', at('interop-tests/mcp/conformance.yml'), '-o', folder,
    ]);
    assert.equal(said.status, 0, said.output + said.errors);
    assert.match(said.output, /dns-rebinding-protection: 2 passed, 0 failed/);
  } finally {
    proxy.stop();
    rmSync(folder, { recursive: true });
    await server.stop();
  }
});

for (const era of eras) {
  const stdio = [program, '--set', 'engine=fake', '--set', 'isolation=pool', '--protocol-era', era];

  test(`the inspector finds the tools' schemas portable (${era}, stdio)`, async () => {
    const said = await inspect(...stdio, '--method', 'tools/list', '--strict');
    assert.deepEqual(
      (said.result ?? said).tools.map((tool) => tool.name),
      ['ask', 'chat', 'embed', 'similarity', 'count_tokens'],
    );
  });

  test(`the inspector calls tools and reads resources (${era}, stdio)`, async () => {
    const said = await inspect(...stdio, '--method', 'tools/call', '--tool-name', 'ask', '--tool-arg', 'prompt=hello');
    assert.equal((said.result ?? said).structuredContent.text, 'hello');
    const read = await inspect(...stdio, '--method', 'resources/read', '--uri', 'llmbridge://statistics');
    assert.match((read.result ?? read).contents[0].text, /"calls"/);
  });

  test(`the inspector calls a tool (${era}, HTTP)`, async () => {
    const server = await serve('engine=fake');
    try {
      const said = await inspect(
        '--transport', 'http', '--server-url', server.url, '--header', `Authorization: Bearer ${server.key}`,
        '--protocol-era', era, '--method', 'tools/call', '--tool-name', 'ask', '--tool-arg', 'prompt=hello');
      assert.equal((said.result ?? said).structuredContent.text, 'hello');
    } finally {
      await server.stop();
    }
  });
}
