// Goes through one scenario of interop-tests/scenarios.json: node driver.mjs SCENARIO (after npm ci in hosts/node).

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as llmbridge from '../../../hosts/node/index.js';

const showPiece = piece => console.log('piece', piece.replaceAll('\n', '\\n'));

async function failure(prompt) {
  try {
    await llmbridge.ask(prompt);
  } catch (error) {
    if (error instanceof llmbridge.LlmError) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}

const scenarios = {
  async answer() {
    console.log('text', await llmbridge.ask('hello'));
  },

  async stream() {
    const pieces = llmbridge.stream('hello');
    for await (const piece of pieces) showPiece(piece);
    console.log('end', pieces.details.finishReason);
  },

  async embed() {
    const [one, other] = [await llmbridge.embed('hello'), await llmbridge.embed('hello')];
    console.log('dimension', one.length);
    console.log('equal', one.every((number, i) => number === other[i]));
  },

  async deadline() {
    console.log('error', (await failure('hello')).code);
  },

  async crash() {
    const error = await failure('hello');
    console.log('error', error.code, error.exit.kind, error.exit.value);
    console.log('error', (await failure('hello')).code);
  },

  async bad_input() {
    console.log('error', (await failure('')).code);
    await scenarios.answer();
  },

  async bad_setting() {
    const error = await failure('hello');
    console.log('error', error.code);
    console.log('names LLMBRIDGE_SLOTS', error.message.includes('LLMBRIDGE_SLOTS'));
  },

  async cancel() {
    const controller = new AbortController();
    try {
      for await (const piece of llmbridge.stream('hello', { signal: controller.signal })) {
        if (!controller.signal.aborted) showPiece(piece);
        controller.abort();
      }
    } catch (error) {
      console.log('error', error.code);
    }
  },

  async many_threads() {
    const prompts = Array.from({ length: 50 }, (_, i) => `item ${i}`);
    const answers = await Promise.all(prompts.map(prompt => llmbridge.ask(prompt)));
    console.log('right', answers.filter((answer, i) => answer === prompts[i]).length);
  },

  async children() {
    const child = spawn('sh', ['-c', 'exit 7'], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    const text = await llmbridge.ask('hello');
    const [status] = await exited;
    console.log('text', text);
    console.log('child', status);
  },

  async exit_in_flight() {
    await llmbridge.stream('hello').next();
    console.log('worker', llmbridge.workerPid());
    process.exit(0);
  },
};

await scenarios[process.argv[2]]();
