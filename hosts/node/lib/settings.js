import { check, invalidArgument } from './errors.js';
import { library, newError } from './library.js';

function textOf(value) {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A C string ends at a NUL: what stands behind one would be lost without a word. */
export function withoutNul(what, text) {
  if (text.includes('\0')) throw invalidArgument(`${what}: there is a NUL in it`);
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
      const text = withoutNul(name, textOf(value));
      check(library().settingsSet(pointer[0], withoutNul("the setting's name", name), text, error), error);
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
