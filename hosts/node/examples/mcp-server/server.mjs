// An MCP server in Node with a model in it that does not live in Node's memory: the engine is a process of its own. Run it
// with a small heap, node --max-old-space-size=200 server.mjs, and whatever becomes of the engine, the server stays.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { Bridge, LlmError } from 'llmbridge';
import { z } from 'zod';

const bridge = new Bridge({});
const server = new McpServer({ name: 'search', version: '1.0.0' });
const index = []; // a text, and where its vector lies

// What fails is told to the model that called, with llmbridge's own error.
const told = async (work) => {
  try {
    return { content: [{ type: 'text', text: JSON.stringify(await work()) }] };
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    return { isError: true, content: [{ type: 'text', text: JSON.stringify(error.error) }] };
  }
};

server.registerTool(
  'remember',
  { description: 'Remembers texts by their meaning', inputSchema: { texts: z.array(z.string().min(1)).max(1000) } },
  ({ texts }) =>
    told(async () => {
      const vectors = await bridge.embed(texts);
      texts.forEach((text, i) => index.push({ text, vector: vectors[i] }));
      return { remembered: index.length, engine: bridge.workerPid };
    }),
);

server.registerTool(
  'find',
  { description: 'Finds what is nearest in meaning', inputSchema: { query: z.string().min(1) } },
  ({ query }) =>
    told(async () => {
      const wanted = await bridge.embed(query);
      const near = ({ vector }) => vector.reduce((sum, number, i) => sum + number * wanted[i], 0);
      return index.reduce((best, one) => (near(one) > near(best) ? one : best)).text;
    }),
);

const transport = new StdioServerTransport();
process.stdin.on('end', () => void server.close().then(() => bridge.close()));
await server.connect(transport);
