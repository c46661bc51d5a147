import { createRequire } from 'node:module';

import { check, invalidArgument } from './errors.js';
import { library, newError } from './library.js';

/** A JSON Schema: its text, an object or boolean, or what a schema of zod's kind says of itself. */
function schemaText(value) {
  if (typeof value === 'string') return value;
  if (typeof value?.toJSONSchema === 'function') return JSON.stringify(value.toJSONSchema());
  if (value?._zod !== undefined) return JSON.stringify(zod().toJSONSchema(value));
  return JSON.stringify(value);
}

/** The zod of the program, which made the schema: this package has none. */
function zod() {
  const program = process.argv[1] ?? `${process.cwd()}/program.js`;
  return createRequire(program)('zod');
}

function textOf(value, name) {
  if (name === 'json_schema') return schemaText(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The same text, for a C string: whatever stood behind a NUL would be lost. */
export function cString(text, what) {
  if (typeof text !== 'string') throw new TypeError(`${what}: a string is needed, not ${typeof text}`);
  if (!text.isWellFormed()) throw invalidArgument(`${what}: the text holds half a surrogate pair`);
  const place = text.indexOf('\0');
  if (place >= 0) throw invalidArgument(`${what}: there is a NUL at byte ${Buffer.byteLength(text.slice(0, place))}`);
  return text;
}

/** Calls `use` with a native set of these settings; undefined and null count as not given. */
export function withSettings(settings, use) {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined && value !== null);
  if (given.length === 0) return use(null);
  const [pointer, error] = [[null], newError()];
  check(library().settingsCreate(pointer, error), error);
  try {
    for (const [name, value] of given) {
      const [key, text] = [cString(name, "a setting's name"), cString(textOf(value, name), name)];
      check(library().settingsSet(pointer[0], key, text, error), error);
    }
    return use(pointer[0]);
  } finally {
    library().settingsClose(pointer[0]);
  }
}

/** All settings, with type, default, range and a line of help each. */
export function settings() {
  return JSON.parse(library().settingsJson()).settings;
}
