import { didYouMean, InputError, quoted } from "../errors.js";

/** A parameter of a question. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  /** For numbers: lowest and highest value, both included. */
  readonly range: readonly [number, number] | undefined;
  /** The only values allowed. */
  readonly choices: readonly string[] | undefined;
  /** The value when the caller gives none. With null, the question chooses. */
  readonly default: ParameterValue;
  readonly sentence: string;
}

/** A `moment` is a point in time, to the millisecond. Without a zone, it is UTC. */
export type ParameterType = "integer" | "number" | "text" | "moment";
/** The value of a parameter, as it is bound in SQL. */
export type ParameterValue = string | number | null;

const kinds: Record<ParameterType, string> = {
  integer: "a whole number",
  number: "a number",
  text: "text",
  moment: "a moment such as 2026-01-05T10:30:00Z",
};

/**
 * The value of each parameter, with defaults filled in. Times are written as `2026-01-05 10:30:00.000`, in UTC.
 * @param question - its name, for errors
 * @throws InputError if a name is unknown or a value breaks its type, range or choices
 */
export function parameterValues(
  { name: question, parameters }: { name: string; parameters: readonly Parameter[] },
  given: Record<string, unknown>,
): ParameterValue[] {
  const known = parameters.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const list = known.length > 0 ? `it takes ${known.join(", ")}` : "it takes none";
    throw new InputError(
      `params: ${question} has no parameter ${quoted(name)}: ${list}${didYouMean(name, known)}`,
    );
  }
  return parameters.map((parameter) => {
    const value = given[parameter.name];
    return value === undefined ? parameter.default : checkedValue(parameter, value);
  });
}

function checkedValue(parameter: Parameter, value: unknown): ParameterValue {
  const { name, type, range, choices } = parameter;
  if (value === null && parameter.default === null) return null;
  const rule = choices ? ` one of ${choices.join(", ")}` : range ? ` from ${range[0]} to ${range[1]}` : "";
  const fail = () => new InputError(`params: ${name}: ${quoted(value)} is not ${kinds[type]}${rule}`);
  if (type === "moment") return momentValue(value) ?? raise(fail());
  // A command line gives every value as text.
  const typed = type !== "text" && typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (type === "text" ? typeof typed !== "string" : typeof typed !== "number" || !Number.isFinite(typed))
    throw fail();
  if (type === "integer" && !Number.isSafeInteger(typed)) throw fail();
  if (range && ((typed as number) < range[0] || (typed as number) > range[1])) throw fail();
  if (choices && !choices.includes(String(typed))) throw fail();
  return typed as string | number;
}

function raise(error: Error): never {
  throw error;
}

const moment = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d(?:\.\d{1,3})?))?(Z|[+-]\d\d:\d\d)?)?$/;

/** The time in UTC as SQL writes it; undefined if it does not exist, such as February 30. */
function momentValue(value: unknown): string | undefined {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return sqlMoment(value);
  const match = typeof value === "string" ? moment.exec(value) : null;
  if (!match) return undefined;
  const [, day, time = "00:00", seconds = "00", zone = "Z"] = match;
  const date = new Date(`${day}T${time}:${seconds}${zone}`);
  // JavaScript reads February 30 as March 2.
  const exists = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || !exists.toISOString().startsWith(day)) return undefined;
  return sqlMoment(date);
}

const sqlMoment = (date: Date) => date.toISOString().replace("T", " ").replace("Z", "");

/**
 * Parses a parameter from its line: `-- parameter top (integer, 1 to 100, default 10): what it says`.
 * @throws InputError if the line has another form
 */
export function parseParameter(question: string, line: string): Parameter {
  const form =
    /^-- parameter ([a-z]\w*) \((integer|number|text|moment)(?:, (\S+) to (\S+))?(?:, one of (.+?))?, default (.+?)\): (.+)$/;
  const match = form.exec(line);
  if (!match) {
    throw new InputError(
      `question: ${quoted(question)} has a parameter line that cannot be read: ${quoted(line)}; the form is "-- parameter top (integer, 1 to 100, default 10): what it says"`,
    );
  }
  const [, name, kind, low, high, choices, written, sentence] = match;
  const parameter: Parameter = {
    name,
    type: kind as ParameterType,
    range: low === undefined ? undefined : [Number(low), Number(high)],
    choices: choices?.split(" "),
    default: null,
    sentence,
  };
  return { ...parameter, default: written === "NULL" ? null : checkedValue(parameter, written) };
}
