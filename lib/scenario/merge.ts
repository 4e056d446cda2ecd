import { InputError } from "../errors.js";

/** Deepest nesting that any scenario needs, twice over. */
const DEEPEST = 12;

/** Whether a value is an object with keys, and no array, map, date or other class. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // Object.prototype may be another realm's, as in a notebook's kernel: what counts is that nothing is above it.
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * A deep copy of data.
 * @throws InputError where a value is no data (a date, a map), cannot be read, or holds itself
 */
export function copied(value: unknown, path: readonly string[] = []): unknown {
  if (!isPlain(value) && !Array.isArray(value)) {
    if (typeof value !== "object" || value === null) return value;
    const name = Object.prototype.toString.call(value).slice(8, -1);
    throw new InputError(`${path.join(".") || "scenario"}: must be plain data, not a ${name}`);
  }
  if (path.length > DEEPEST) {
    throw new InputError(`${path.slice(0, 3).join(".")}...: is nested too deeply, or holds itself`);
  }
  if (Array.isArray(value)) return Array.from(value, (item, i) => copied(item, [...path, String(i)]));
  return fromKeys(Object.keys(value), (key) => {
    let read: unknown;
    try {
      read = value[key];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new InputError(`${[...path, key].join(".").slice(0, 200)}: cannot be read: ${why}`);
    }
    return copied(read, [...path, key]);
  });
}

/** The base with the changes on top: objects are merged key by key, all else is replaced. */
export function merged(base: unknown, changes: unknown): unknown {
  if (changes === undefined) return copied(base);
  if (!isPlain(base) || !isPlain(changes)) return changes;
  const keys = new Set([...Object.keys(base), ...Object.keys(changes)]);
  const own = (object: Record<string, unknown>, key: string) =>
    Object.hasOwn(object, key) ? object[key] : undefined;
  return fromKeys(keys, (key) => merged(own(base, key), own(changes, key)));
}

/** Like an object literal, but `__proto__` is a key as any other. */
function fromKeys(keys: Iterable<string>, valueAt: (key: string) => unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of keys) {
    const value = valueAt(key);
    Object.defineProperty(result, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return result;
}
