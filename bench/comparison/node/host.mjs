// A host program in Node with libllama in its own process, by node-llama-cpp: takes and answers the orders that
// bench/comparison/native/comparison_host.c describes. Opens what it needs on the first use.
import { createInterface } from 'node:readline';

const [model, threads] = [process.argv[2], Number(process.argv[3])];
const STREAMS_MAX = 8;
const CONTEXT = 1024;
const SHOWN_NUMBERS = 8;
let opened;

async function loadModel() {
  const { getLlama } = await import('node-llama-cpp');
  const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false, logLevel: 'error', maxThreads: threads });
  return llama.loadModel({ modelPath: model });
}

async function openCompletions() {
  const { LlamaCompletion } = await import('node-llama-cpp');
  const loaded = await loadModel();
  const context = await loaded.createContext({ sequences: STREAMS_MAX, contextSize: CONTEXT, threads });
  return Array.from({ length: STREAMS_MAX }, () => new LlamaCompletion({ contextSequence: context.getSequence() }));
}

async function openEmbedding() {
  const loaded = await loadModel();
  return loaded.createEmbeddingContext({ contextSize: CONTEXT, threads });
}

async function generateRound(number, { width, tokens }) {
  opened ??= await openCompletions();
  const prompt = `${String(number).padStart(5, '0')}. Once upon a time there was`;
  let count = 0;
  const texts = await Promise.all(opened.slice(0, width).map((completion) => completion.generateCompletion(
    prompt, { maxTokens: tokens, onToken: (some) => { count += some.length; } })));
  return { tokens: count, text: texts[0] };
}

async function embedRound(number, { width }) {
  opened ??= await openEmbedding();
  const texts = Array.from({ length: width }, (_, i) =>
    `${String(number * width + i).padStart(5, '0')}. The quick brown fox jumps over the lazy dog and runs away`);
  const embeddings = await Promise.all(texts.map((text) => opened.getEmbeddingFor(text)));
  return { vector: embeddings[0].vector.slice(0, SHOWN_NUMBERS) };
}

async function runRounds(run, order) {
  const begin = performance.now();
  const seconds = [];
  let answer;
  while (seconds.length === 0 || (seconds.length < order.rounds && performance.now() - begin < order.seconds * 1000)) {
    const roundBegin = performance.now();
    answer = await run(order.first + seconds.length, order);
    seconds.push((performance.now() - roundBegin) / 1000);
  }
  return { seconds, ...answer };
}

async function obey(line) {
  const [verb, first, rounds, seconds, width, tokens] = line.split(' ').map((word, i) => (i === 0 ? word : Number(word)));
  const order = { first, rounds, seconds, width, tokens };
  if (verb === 'generate') return runRounds(generateRound, order);
  if (verb === 'embed') return runRounds(embedRound, order);
  if (verb === 'helper') return { pid: 0 };
  throw new Error('an unknown order');
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(line).catch((error) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0); // its thread pool would keep it
