import type { Columns } from "../record.js";

/**
 * Converts a column of a database's answer to numbers and text in the same way for every database:
 * - whole numbers and decimals become numbers; a column with a whole number beyond 2^53 becomes text, since it would be
 * rounded
 * - times are in UTC as in the CSV, `2026-01-05T00:00:00.001Z`, without milliseconds if all of them are whole seconds
 * - dates are written `2026-01-05`, times of day `00:00:00.001`, intervals in ISO 8601 `P1DT2H`, infinite ones in words
 * - true and false become text, bytes are written `\x00ff`, lists and structures as JSON
 */
export function plainValues(values: readonly unknown[], { whole, exact } = formOf(values)): Columns[string] {
  return values.map((value) => {
    if (value === null || typeof value === "string") return value;
    if (typeof value === "bigint" || typeof value === "number") return exact ? String(value) : Number(value);
    if (value instanceof Date)
      return whole ? `${momentOf(value).slice(0, -".000Z".length)}Z` : momentOf(value);
    if (typeof value === "boolean") return String(value);
    return JSON.stringify(value, (_, inner) =>
      typeof inner === "bigint" ? (isSafe(inner) ? Number(inner) : String(inner)) : inner,
    );
  });
}

/** What must be known of a whole column before its first value is written. */
export interface ColumnForm {
  /** Whether all its times are whole seconds. */
  readonly whole: boolean;
  /** Whether one of its whole numbers is beyond 2^53. */
  readonly exact: boolean;
}

/** @param before - the form of the values that came before these */
export function formOf(values: readonly unknown[], before?: ColumnForm): ColumnForm {
  return {
    whole:
      before?.whole !== false &&
      values.every((value) => !(value instanceof Date) || value.getTime() % 1000 === 0),
    exact: before?.exact === true || values.some((value) => typeof value === "bigint" && !isSafe(value)),
  };
}

const isSafe = (value: bigint) => Number.isSafeInteger(Number(value));

/** JavaScript writes years after 9999 as +010000. */
function momentOf(moment: Date): string {
  const text = moment.toISOString();
  return text[0] === "+" ? text.replace(/^\+0?/, "") : text;
}

/** The number that a text denotes: a bigint for a whole number beyond 2^53, otherwise a number. */
export function exactNumber(text: string): number | bigint {
  const number = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

/** An interval in ISO 8601, where each part has its own sign, as PostgreSQL writes it. */
export function intervalText(months: number, days: number, micros: bigint): string {
  const part = (amount: number | bigint, unit: string) => (Number(amount) === 0 ? "" : `${amount}${unit}`);
  const minutes = micros / 60_000_000n;
  const rest = micros % 60_000_000n;
  const size = String(rest < 0n ? -rest : rest).padStart(7, "0");
  const seconds = `${rest < 0n ? "-" : ""}${size.slice(0, -6)}.${size.slice(-6)}`.replace(/\.?0+$/, "");
  const date = part(Math.trunc(months / 12), "Y") + part(months % 12, "M") + part(days, "D");
  const time = part(minutes / 60n, "H") + part(minutes % 60n, "M") + (rest === 0n ? "" : `${seconds}S`);
  return date + time === "" ? "PT0S" : `P${date}${time === "" ? "" : `T${time}`}`;
}

/**
 * Makes the names of an answer's columns unique: a second column called `n` becomes `n_1`, or the next name that is
 * free.
 */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let times = 1; seen.has(name) && taken.has(free); times++) free = `${name}_${times}`;
    seen.add(name);
    taken.add(free);
    return free;
  });
}
