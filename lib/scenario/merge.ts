import { InputError } from "../errors.js";

/** Greatest depth of nesting allowed: twice what any scenario needs. */
const DEEPEST = 12;

/** Whether a value is a plain object with keys: not an array, a map, a date or an instance of another class. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // Object.prototype may come from another realm, as it does in a notebook's kernel, so the test is that the prototype
  // itself has no prototype.
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Makes a deep copy of plain data.
 * @throws InputError if a value is not plain data (a date, a map), cannot be read, or contains itself
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

/** Lays changes over a base: objects are merged key by key, and everything else is replaced. */
export function merged(base: unknown, changes: unknown): unknown {
  if (changes === undefined) return copied(base);
  if (!isPlain(base) || !isPlain(changes)) return changes;
  const keys = new Set([...Object.keys(base), ...Object.keys(changes)]);
  const own = (object: Record<string, unknown>, key: string) =>
    Object.hasOwn(object, key) ? object[key] : undefined;
  return fromKeys(keys, (key) => merged(own(base, key), own(changes, key)));
}

/** Builds an object as a literal would, except that `__proto__` is a key like any other. */
function fromKeys(keys: Iterable<string>, valueAt: (key: string) => unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of keys) {
    const value = valueAt(key);
    Object.defineProperty(result, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return result;
}
