// The gateway asked by the packages that users have.
import assert from "node:assert";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { Validator } from "@seriousme/openapi-schema-validator";
import { embedMany, generateObject, generateText, jsonSchema, streamText, tool } from "ai";
import OpenAI from "openai";
import { startGateway } from "./gateway.mjs";

const question = [{ role: "user", content: "Who are you?" }];
const answer = "I am the demonstration model of llmbridge, a very small language model.";
const person = { type: "object", properties: { name: { type: "string", maxLength: 20 } }, required: ["name"],
  additionalProperties: false };
const place = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
let gateway, caller; // the second answers each question by a call of a tool

before(async () => {
  gateway = await startGateway("engine=llama");
  caller = await startGateway("engine=fake", 'command=reason Hm.; say So:; tool weather {"city":"Rome"}');
});
after(() => Promise.all([gateway.stop(), caller.stop()]));

const openai = (asked = gateway) => new OpenAI({ baseURL: asked.url, apiKey: asked.key, maxRetries: 0 });
const anthropic = (asked = gateway) =>
  new Anthropic({ baseURL: asked.url.replace(/\/v1$/, ""), apiKey: asked.key, maxRetries: 0 });
const vercel = (asked = gateway) =>
  createOpenAICompatible({ name: "llmbridge", baseURL: asked.url, apiKey: asked.key,
    supportsStructuredOutputs: true, includeUsage: true });

test("openai: a chat completion, whole and streamed", async () => {
  const whole = await openai().chat.completions.create({ model: gateway.model, messages: question });
  assert.equal(whole.choices[0].message.content, answer);
  const stream = openai().chat.completions.stream({ model: gateway.model, messages: question,
    stream_options: { include_usage: true } });
  let pieces = 0;
  for await (const chunk of stream) pieces += chunk.choices[0]?.delta.content ? 1 : 0;
  const streamed = await stream.finalChatCompletion();
  assert.equal(streamed.choices[0].message.content, answer);
  assert.equal(streamed.usage.completion_tokens, whole.usage.completion_tokens);
  assert.ok(pieces > 1);
});

test("openai: a response, streamed, and one that goes on from it", async () => {
  const events = [];
  const stream = openai().responses.stream({ model: gateway.model, input: "Who are you?" });
  for await (const event of stream) events.push(event.type);
  const first = await stream.finalResponse();
  assert.equal(first.output_text, answer);
  assert.equal(events.at(-1), "response.completed");
  const next = await openai().responses.create({ model: gateway.model, input: "What is 2+2?",
    previous_response_id: first.id });
  assert.equal(next.output_text, "2 + 2 = 4.");
  assert.equal((await openai().responses.retrieve(first.id)).output_text, answer);
  await openai().responses.delete(first.id);
  await assert.rejects(openai().responses.retrieve(first.id), OpenAI.NotFoundError);
});

test("openai: embeddings, which it asks for as base64", async () => {
  const { data } = await openai().embeddings.create({ model: gateway.model, input: ["a cat", "a dog"] });
  assert.equal(data.length, 2);
  assert.ok(Math.abs(Math.hypot(...data[0].embedding) - 1) < 1e-3);
});

test("openai: a failure has its class and llmbridge's own error", async () => {
  const asked = openai().chat.completions.create({ model: gateway.model,
    messages: [{ role: "user", content: "word ".repeat(20000) }] });
  await assert.rejects(asked, (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, "context_length_exceeded");
    return true;
  });
  const wrong = new OpenAI({ baseURL: gateway.url, apiKey: "wrong", maxRetries: 0 });
  await assert.rejects(wrong.models.list(), OpenAI.AuthenticationError);
});

test("openai: a client that leaves its stream leaves the gateway as it was", async () => {
  const stream = await openai().chat.completions.create({ model: gateway.model, stream: true,
    messages: [{ role: "user", content: "Tell me a story" }] });
  for await (const _ of stream) break;
  stream.controller.abort();
  const next = await openai().chat.completions.create({ model: gateway.model, messages: question });
  assert.equal(next.choices[0].message.content, answer);
});

test("anthropic: a message, whole and streamed", async () => {
  const asked = { model: gateway.model, max_tokens: 64, messages: question };
  const whole = await anthropic().messages.create(asked);
  assert.equal(whole.content[0].text, answer);
  assert.equal(whole.stop_reason, "end_turn");
  const stream = anthropic().messages.stream(asked);
  let text = "";
  stream.on("text", (piece) => (text += piece));
  const last = await stream.finalMessage();
  assert.equal(text, answer);
  assert.equal(last.usage.output_tokens, whole.usage.output_tokens);
});

test("anthropic: a failure has its class", async () => {
  await assert.rejects(
    anthropic().messages.create({ model: "claude", max_tokens: 1, messages: question }), Anthropic.NotFoundError);
  await assert.rejects(
    new Anthropic({ baseURL: gateway.url.replace(/\/v1$/, ""), apiKey: "wrong", maxRetries: 0 }).messages.create(
      { model: gateway.model, max_tokens: 1, messages: question }),
    Anthropic.AuthenticationError);
});

test("ai: text, a stream, an object, embeddings", async () => {
  const model = vercel()(gateway.model);
  const whole = await generateText({ model, prompt: "Who are you?" });
  assert.equal(whole.text, answer);
  const stream = streamText({ model, prompt: "Who are you?" });
  let text = "";
  for await (const piece of stream.textStream) text += piece;
  assert.equal(text, answer);
  assert.ok((await stream.usage).outputTokens > 0);
  const { object } = await generateObject({ model, prompt: "Who are you?", schema: jsonSchema(person) });
  assert.equal(typeof object.name, "string");
  const { embeddings } = await embedMany({ model: vercel().textEmbeddingModel(gateway.model), values: ["a", "b"] });
  assert.equal(embeddings.length, 2);
});

test("openai: calls of tools, in a chat completion and a response, whole and streamed", async () => {
  const chat = { model: caller.model, messages: question,
    tools: [{ type: "function", function: { name: "weather", parameters: place } }] };
  const whole = (await openai(caller).chat.completions.create(chat)).choices[0];
  assert.equal(whole.finish_reason, "tool_calls");
  assert.deepEqual(JSON.parse(whole.message.tool_calls[0].function.arguments), { city: "Rome" });
  const streamed = await openai(caller).chat.completions.stream(chat).finalChatCompletion();
  assert.deepEqual(streamed.choices[0].message.tool_calls[0].function.name, "weather");
  const asked = { model: caller.model, input: "Weather?", store: false,
    tools: [{ type: "function", name: "weather", parameters: place, strict: true }] };
  for (const response of [await openai(caller).responses.create(asked),
    await openai(caller).responses.stream(asked).finalResponse()]) {
    const call = response.output.find((item) => item.type === "function_call");
    assert.deepEqual(JSON.parse(call.arguments), { city: "Rome" });
    assert.equal(response.output_text, "So:");
  }
});

test("anthropic: calls of tools and thinking, whole and streamed", async () => {
  const asked = { model: caller.model, max_tokens: 64, messages: question,
    tools: [{ name: "weather", input_schema: place }] };
  const stream = anthropic(caller).messages.stream(asked);
  for (const message of [await anthropic(caller).messages.create(asked), await stream.finalMessage()]) {
    assert.equal(message.stop_reason, "tool_use");
    const blocks = Object.fromEntries(message.content.map((block) => [block.type, block]));
    assert.deepEqual(blocks.tool_use.input, { city: "Rome" });
    assert.equal(blocks.thinking.thinking, "Hm.");
    assert.equal(blocks.text.text, "So:");
  }
});

test("ai: a tool is run with what the model calls it with", async () => {
  const seen = [];
  const weather = tool({ inputSchema: jsonSchema(place), execute: (given) => seen.push(given) });
  const { toolCalls } = await generateText({ model: vercel(caller)(caller.model), prompt: "?", tools: { weather } });
  assert.equal(toolCalls[0].toolName, "weather");
  assert.deepEqual(seen, [{ city: "Rome" }]);
});

test("the OpenAPI document is one", async () => {
  const document = await (await fetch(new URL("/openapi.json", gateway.url))).json();
  const { valid, errors } = await new Validator().validate(document);
  assert.ok(valid, JSON.stringify(errors));
});

function scan(asked) {
  const scanner = fileURLToPath(new URL("node_modules/compatcanary/src/cli.js", import.meta.url));
  const { stdout, stderr } = spawnSync(
    process.execPath, [scanner, "scan", "--base-url", asked.url, "--model", asked.model],
    { encoding: "utf8", env: { ...process.env, OPENAI_API_KEY: asked.key } });
  return stdout + stderr;
}

// The demonstration model has no place for tools in its template: its gateway says so.
test("CompatCanary finds nothing that fails but calls of tools with a model that knows none", () => {
  const said = scan(gateway);
  assert.doesNotMatch(said, /^(FAIL|WARN) +(?! |Forced tool call)/m, said);
  assert.match(said, /^Summary: 6 passed, 0 warned, 1 failed/m);
});

test("CompatCanary's forced call of a tool passes where the model calls it", async () => {
  const one = await startGateway("engine=fake", 'command=tool compatcanary_echo {"value":"CANARY_OK"}');
  try {
    assert.match(scan(one), /^PASS +Forced tool call/m);
  } finally {
    await one.stop();
  }
});
