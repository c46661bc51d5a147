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

// What ajv makes is not worth optimizing: it runs five times.
const options = { strict: false, validateSchema: false, addUsedSchema: false, logger: false, code: { optimize: false } };
const draft7 = new Ajv(options);
const draft2020 = new Ajv2020(options);

// Says of an instance whether it is valid, or undefined where ajv itself fails: the code that it makes for
// unevaluatedProperties beside some $refs sets a member of undefined.
function judgeOf(schema) {
  const ajv = schema.$schema.includes("draft-07") ? draft7 : draft2020;
  try {
    const validate = ajv.compile(schema);
    return (instance) => {
      try {
        return validate(instance);
      } catch (failure) {
        if (failure instanceof TypeError) return undefined;
        throw failure;
      }
    };
  } catch (failure) {
    if (failure instanceof TypeError) return () => undefined;
    throw failure;
  } finally {
    ajv.removeSchema(schema); // else it keeps them all
  }
}

// ajv 8.20 takes for evaluated what an `if` that fails has looked at, and what a dependentSchemas would whose name is
// absent. By hand, each of these is as llmbridge says:
//   {"if": {"unevaluatedProperties": {"type": "null"}}, "unevaluatedProperties": false} refuses {"a": true};
//   {"properties": {"a": true}, "dependentSchemas": {"b": {"additionalProperties": {}}},
//    "unevaluatedProperties": {"unevaluatedProperties": false}} allows {"a": {"b": 1}}.
function isKnownMistake(schema) {
  const text = JSON.stringify(schema);
  return text.includes('"unevaluatedProperties"') && /"(if|dependentSchemas)"/.test(text);
}

test(`ajv agrees about ${count} random pairs`, async () => {
  const pairs = spawn(program, [count, seed], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => pairs.on("close", resolve));
  let judged = 0;
  let valid = 0;
  const unjudged = []; // ajv's own failures
  const disagreed = [];
  let mistakes = 0;
  for await (const line of createInterface({ input: pairs.stdout })) {
    const { schema, pairs: row } = JSON.parse(line);
    const judge = judgeOf(schema);
    for (const pair of row) {
      const verdict = judge(pair.instance);
      const text = () => JSON.stringify({ schema, ...pair });
      if (verdict === undefined) unjudged.push(text());
      else if (verdict !== pair.valid && isKnownMistake(schema)) mistakes++;
      else if (verdict !== pair.valid) disagreed.push(text());
      judged++;
      valid += pair.valid;
    }
  }
  assert.strictEqual(await ended, 0, "the generator failed");
  assert.strictEqual(judged, Number(count));
  assert.strictEqual(disagreed.length, 0, disagreed.slice(0, 5).join("\n"));
  assert(unjudged.length <= judged / 500, `ajv failed at ${unjudged.length}: ${unjudged[0]}`);
  assert(mistakes <= judged / 500, `${mistakes} times another verdict beside unevaluatedProperties`);
  // Of either kind enough for the comparison to mean something.
  assert(valid > judged / 10 && valid < (judged * 9) / 10, `${valid} of ${judged} are valid`);
  console.log(`${judged} pairs, ${valid} of them valid; ajv failed at ${unjudged.length}, was mistaken at ${mistakes}`);
});
