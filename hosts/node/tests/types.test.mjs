// settings.d.ts names every setting that there is and no other: TypeScript finds misspelt ones.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { settings } from '../index.js';

const TYPES = readFileSync(new URL('../settings.d.ts', import.meta.url), 'utf8');

function declared(name) {
  const body = TYPES.match(new RegExp(`interface ${name} [^{]*\\{\\n([^]*?)\\n\\}`))[1];
  assert.doesNotMatch(body, /^ {2}\[/m, `${name} lets any name pass`);
  return [...body.matchAll(/^ {2}(\w+)\?:/gm)].map(([, setting]) => setting).sort();
}

const of = scopes => settings().filter(({ scope, later }) => !later && scope.join() === scopes).map(({ name }) => name).sort();

test('the types name the settings of bridges and of calls', () => {
  assert.deepEqual(declared('BridgeSettings'), of('bridge'));
  assert.deepEqual(declared('CallSettings'), of('call'));
  assert.deepEqual(declared('SharedSettings'), of('bridge,call'));
});

test('the types name the choices', () => {
  for (const { name, later, choices } of settings()) {
    if (later || choices.length === 0) continue;
    const type = TYPES.match(new RegExp(`^ {2}${name}\\?: (.*);`, 'm'))[1];
    assert.deepEqual([...type.matchAll(/'(\w+)'/g)].map(([, choice]) => choice).sort(), [...choices].sort(), name);
  }
});
