// A model that calls tools, in a loop until it answers:
//
//     node tool_loop.mjs "What is the weather in Rome?"
//
// The model is hosts/python/examples/scripted_tool_model.py. With one of your own, whose chat template has tools:
// new Bridge({ model: 'x.gguf' }).

import { fileURLToPath } from 'node:url';
import { Bridge } from '../index.js';

const ROUNDS_MAX = 8;
const functions = { weather: ({ city }) => `sunny in ${city}` };
const tools = [{
  type: 'function',
  function: {
    name: 'weather',
    description: 'Tells the weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}];

async function answer(bridge, question) {
  const messages = [{ role: 'user', content: question }];
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { text, details, message } = await bridge.ask(null, { messages, tools });
    messages.push(message);
    if (details.toolCalls.length === 0) return text;
    // Each is one of the tools, and its arguments keep the schema.
    for (const { id, name, arguments: given } of details.toolCalls) {
      messages.push({ role: 'tool', tool_call_id: id, name, content: functions[name](given) });
    }
  }
  throw new Error(`no answer after ${ROUNDS_MAX} rounds`);
}

const model = fileURLToPath(new URL('../../python/examples/scripted_tool_model.py', import.meta.url));
const bridge = new Bridge({ engine: 'jsonrpc', command: ['python3', model] });
try {
  console.log(await answer(bridge, process.argv[2] ?? 'What is the weather in Rome?'));
} finally {
  await bridge.close();
}
