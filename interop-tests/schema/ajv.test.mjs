// Random schemas and instances with llmbridge's verdicts, judged by ajv: SCHEMA_PAIRS of them (10,000), from SCHEMA_SEED.
import assert from "node:assert";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";

const program =
  process.env.SCHEMA_PAIRS_PROGRAM ??
  fileURLToPath(new URL("../../build/release/tests/llmbridge-schema-pairs", import.meta.url));
const count = process.env.SCHEMA_PAIRS ?? "10000";
const seed = process.env.SCHEMA_SEED ?? "1";

const options = { strict: false, validateSchema: false, addUsedSchema: false, logger: false };
const draft7 = new Ajv(options);
const draft2020 = new Ajv2020(options);

function isValid({ schema, instance }) {
  const ajv = schema.$schema.includes("draft-07") ? draft7 : draft2020;
  const validate = ajv.compile(schema);
  ajv.removeSchema(schema); // else it keeps them all
  try {
    return validate(instance);
  } catch (failure) {
    // The code that ajv makes for unevaluatedProperties beside some $refs sets a member of undefined.
    if (failure instanceof TypeError) return undefined;
    throw failure;
  }
}

test(`ajv agrees about ${count} random pairs`, async () => {
  const pairs = spawn(program, [count, seed], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => pairs.on("close", resolve));
  let judged = 0;
  let valid = 0;
  const unjudged = []; // ajv's own failures
  for await (const line of createInterface({ input: pairs.stdout })) {
    const pair = JSON.parse(line);
    const verdict = isValid(pair);
    if (verdict === undefined) unjudged.push(line);
    else assert.strictEqual(verdict, pair.valid, line);
    judged++;
    valid += pair.valid;
  }
  assert.strictEqual(await ended, 0, "the generator failed");
  assert.strictEqual(judged, Number(count));
  assert(unjudged.length <= judged / 1000, `ajv failed at ${unjudged.length}: ${unjudged[0]}`);
  // Of either kind enough for the comparison to mean something.
  assert(valid > judged / 10 && valid < (judged * 9) / 10, `${valid} of ${judged} are valid`);
  console.log(`${judged} pairs, ${valid} of them valid; ajv failed at ${unjudged.length}: ${unjudged[0] ?? ""}`);
});
