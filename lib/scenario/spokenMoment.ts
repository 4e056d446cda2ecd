import { InputError, quoted } from "../errors.js";
import { momentOf, momentText } from "./moment.js";

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Milliseconds of a duration such as 90s, 10m or 1h; undefined for any other text. */
export function lengthOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  if (unit === undefined || Number(amount) === 0) return undefined;
  return Number(amount) * SECONDS[unit as keyof typeof SECONDS] * 1000;
}

/**
 * Converts a time as people write it to the library's form: a date, `today`, `yesterday`, `now`, `now-7d`, `today+8h`.
 * The clock is its last argument, so that what is made from it is a pure function.
 *
 * @param name the option's, for errors
 * @param now milliseconds since 1970
 * @throws InputError if it is none of these; what holds a `T` is left for the rules of scenarios
 */
export function momentOption(name: string, text: string | undefined, now: number): string | undefined {
  if (text === undefined || /T/.test(text)) return text;
  const wrong = () =>
    new InputError(
      `${name}: must be a moment such as 2026-01-05T00:00:00Z, 2026-01-05, yesterday or now-7d, not ${quoted(text)}`,
    );
  const [, base, sign, amount, unit] =
    /^(\d{4}-\d\d-\d\d|now|today|yesterday)(?:([+-])(\d{1,6})([smhdw]))?$/.exec(text) ?? [];
  if (base === undefined) throw wrong();
  const today = Math.floor(now / 86_400_000) * 86_400;
  const moments: Record<string, number> = { now: Math.floor(now / 1000), today, yesterday: today - 86_400 };
  const begin = moments[base] ?? momentOf(`${base}T00:00:00Z`);
  if (begin === undefined) throw wrong();
  const offset = amount === undefined ? 0 : Number(amount) * SECONDS[unit as keyof typeof SECONDS];
  const second = sign === "-" ? begin - offset : begin + offset;
  if (second < 0 || second >= Date.UTC(10_000, 0) / 1000)
    throw new InputError(`${name}: ${quoted(text)} lies outside of the years 1970 to 9999`);
  return momentText(second);
}
