// What TypeScript accepts and what it finds; compiled by .ci/types, never run.

import { Bridge, LlmTimeoutError, ask, embed, settings, stream } from '../../hosts/node/index.js';
import type { BridgeSettings, CallSettings, Reply, SharedSettings } from '../../hosts/node/index.js';

const limits: SharedSettings = { timeout_ms: 1000, grace_ms: 10 };
const wanted: BridgeSettings = { ...limits, engine: 'fake', command: ['echo'], batching: false, memory_mb: 'auto' };
const asked: CallSettings = { stop: ['\n'], messages: [{ role: 'user', content: 'hi' }], pooling: 'mean' };

export async function use(signal: AbortSignal): Promise<string> {
  const bridge = new Bridge(wanted);
  const reply: Reply = await bridge.ask('hello', { ...asked, signal });
  for await (const piece of bridge.stream('hello')) process.stdout.write(piece);
  const one: Float32Array = await embed('text');
  const many: Float32Array[] = await bridge.embed(['a', 'b']);
  const tokens: number = await bridge.countTokens('text');
  const breaker: 'closed' | 'open' | 'half_open' = bridge.stats().breaker;
  await bridge.close();
  return [reply.text, one.length, many.length, tokens, breaker, settings().length, await ask('hi'), await stream('hi').text()].join();
}

export function seconds(failure: unknown): number {
  return failure instanceof LlmTimeoutError ? (failure.error.elapsed_ms ?? 0) / 1000 : 0;
}

// @ts-expect-error: a misspelt setting
new Bridge({ slotz: 4 });
// @ts-expect-error: no engine of that name
new Bridge({ engine: 'abacus' });
// @ts-expect-error: a setting of a bridge, not of a call
void ask('hi', { slots: 4 });
// @ts-expect-error: a number is needed
void ask('hi', { max_tokens: '4' });
