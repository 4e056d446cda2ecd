import { createRequire } from "node:module";

/**
 * The caller's mistake: a wrong argument, option or file. The message names the argument, gives the value and states
 * the rule. It is thrown before any work starts and before any file is touched. The command line prints it as one
 * sentence and exits with code 2.
 */
export class InputError extends Error {
  override readonly name = "InputError";
  constructor(message: string) {
    super(withoutSecrets(harmless(message)));
  }
}

/** The work was stopped on request: Ctrl-C, Jupyter's stop button or an AbortSignal. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  constructor() {
    super("interrupted: nothing was left half-written");
  }
}

/**
 * Makes text that may quote a log safe for a terminal: control characters, those that change the direction of text,
 * invisible ones and lone surrogates are written as escapes. Line feeds stay.
 */
export function harmless(words: string): string {
  return words.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    character === "\n" ? character : `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
}

/**
 * Removes the user and the password of an address such as `postgres://me:secret@host/db` from text, whichever argument
 * had it; also if it was taken for a path, which turns two slashes into one, or if a query names the password.
 */
export function withoutSecrets(words: string): string {
  return words
    .replace(/\b([a-z][\w+.-]*:\/{1,2})[^\s"'@]*(?:@[^\s"'@/]*)*@/gi, "$1…@")
    .replace(/([?&](?:password|passwd|pwd|secret|token)=)[^&\s"']*/gi, "$1…");
}

/** Characters of a quoted value, at most. */
const LONGEST_QUOTE = 60;

/** How a value is quoted in an error: as JSON, cut at 60 characters, safe for any input, and as quick for a large one. */
export function quoted(value: unknown): string {
  let text: string;
  let visited = 0;
  const beginningOf = (_: string, part: unknown) => (++visited > 1000 ? undefined : beginning(part));
  try {
    text =
      typeof value === "number" || typeof value === "bigint"
        ? String(value)
        : JSON.stringify(beginning(value), beginningOf);
  } catch {
    text = String(value);
  }
  text ??= String(value);
  text = withoutSecrets(harmless(text)); // JSON leaves some control characters as they are; cutting comes last
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE - 3)}...` : text;
}

/** Of a large value the beginning, which is more than a quote shows. */
function beginning(value: unknown): unknown {
  if (typeof value === "string") return value.slice(0, 1_000_000); // a password is cut out first
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, LONGEST_QUOTE);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return (value as Uint8Array).subarray(0, LONGEST_QUOTE);
  const names = Object.keys(value);
  if (names.length <= LONGEST_QUOTE) return value;
  return Object.fromEntries(
    names.slice(0, LONGEST_QUOTE).map((name) => [name, (value as Record<string, unknown>)[name]]),
  );
}

/**
 * Refuses options that are not an object, or have an unknown name: a misspelt option would be silently ignored.
 * @param known names of all options
 */
export function checkOptions(options: unknown, known: readonly string[], argument = "options"): void {
  if (Object.prototype.toString.call(options) !== "[object Object]") {
    throw new InputError(`${argument}: must be an object, not ${quoted(options)}`);
  }
  for (const name of Object.keys(options as object)) {
    if (!known.includes(name))
      throw new InputError(`${argument}: there is no option ${quoted(name)}${didYouMean(name, known)}`);
  }
}

const require = createRequire(import.meta.url); // for what is needed when something is wrong only

/** `; did you mean "x"?` for the nearest of the known names, or nothing when none is near. */
export function didYouMean(value: unknown, known: readonly string[]): string {
  if (typeof value !== "string" || value.length > 100 || known.length === 0) return "";
  const { closest, distance } = require("fastest-levenshtein") as typeof import("fastest-levenshtein");
  const nearest = closest(value.toLowerCase(), known);
  return distance(value.toLowerCase(), nearest.toLowerCase()) <= 1 + nearest.length / 3
    ? `; did you mean "${nearest}"?`
    : "";
}
