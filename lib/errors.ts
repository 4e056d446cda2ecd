import { closest, distance } from "fastest-levenshtein";

/**
 * The caller's mistake: a wrong argument, option or file. The message names the argument, gives the value
 * and states the rule. Thrown before any work starts and before any file is touched; the command line
 * turns it into one sentence and exit code 2.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** The work was stopped on request: Ctrl-C, Jupyter's stop button or an AbortSignal. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  constructor() {
    super("interrupted: nothing was left half-written");
  }
}

/** How a value is quoted in an error: as JSON, cut at 60 characters, safe for any input. */
export function quoted(value: unknown): string {
  let text: string;
  try {
    text = typeof value === "number" || typeof value === "bigint" ? String(value) : JSON.stringify(value);
  } catch {
    text = String(value);
  }
  text ??= String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** `; did you mean "x"?` for the nearest of the known names, or nothing when none is near. */
export function didYouMean(value: unknown, known: readonly string[]): string {
  if (typeof value !== "string" || value.length > 100 || known.length === 0) return "";
  const nearest = closest(value.toLowerCase(), known);
  return distance(value.toLowerCase(), nearest.toLowerCase()) <= 1 + nearest.length / 3
    ? `; did you mean "${nearest}"?`
    : "";
}

/**
 * Refuses options of unknown names: a misspelt one would else be left out without a word.
 * @throws InputError when `given` is no object, or has a name that is not among the known ones
 */
export function checkNames(argument: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new InputError(`${argument}: ${quoted(given)} is not an object of options: ${known.join(", ")}`);
  }
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InputError(
    `${argument}: there is no option ${quoted(unknown)}: ${known.join(", ")}${didYouMean(unknown, known)}`,
  );
}
