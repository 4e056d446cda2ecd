import { checkOptions, InputError, quoted } from "../errors.js";
import type { Totals } from "./series.js";

/** A service level objective, as data. */
export interface Slo {
  /** Its name in alerts and rules: a letter, then up to 39 letters, digits, `_` or `-`. */
  name: string;
  /**
   * Which requests are good. `availability`: those that do not end with 500 to 599; `latency`: those that take no
   * longer than `milliseconds`, among those whose response time is known.
   */
  kind: "availability" | "latency";
  /** Share of the requests that must be good, above 0 and below 1, such as 0.999. */
  objective: number;
  /** For latency: the longest good response time. Default 300. */
  milliseconds?: number | undefined;
  /** Days over which the objective must be met, 1 to 366. Windows and budget scale with it. Default 30. */
  days?: number | undefined;
  /**
   * The rule for low traffic: a row of the table fires only when at least this many requests of its long window were
   * bad, so that a single failure at night does not page anyone (pyrra-dev/pyrra #1925). Default 10.
   */
  minimumBad?: number | undefined;
}

/** A row of the table of burn rates: both windows must burn faster than the factor. */
export interface BurnRow {
  readonly severity: "page" | "ticket";
  /** Seconds. */
  readonly long: number;
  readonly short: number;
  /** Burn rate: how many times as fast as the objective allows the budget is spent. */
  readonly factor: number;
}

/**
 * The multi-window, multi-burn-rate table of Google's SRE Workbook, chapter 5, for 30 days, with the four rows and the
 * windows that Sloth makes (its `google-30d`): 2 % of the budget in 1 h, 5 % in 6 h, 10 % in 1 d, 10 % in 3 d; the
 * short window is a twelfth of the long one. Pyrra's table differs: factors 14, 7, 2 and 1, each with a `for`.
 */
export const burnRows: readonly BurnRow[] = [
  { severity: "page", long: 3600, short: 300, factor: 14.4 },
  { severity: "page", long: 21_600, short: 1800, factor: 6 },
  { severity: "ticket", long: 86_400, short: 7200, factor: 3 },
  { severity: "ticket", long: 259_200, short: 21_600, factor: 1 },
];

/** The rows for an objective, scaled from 30 days to its own, with windows rounded to whole steps of `step` seconds. */
export function rowsOf({ days }: CheckedSlo, step: number): BurnRow[] {
  const scaled = (seconds: number) => Math.max(1, Math.round((seconds * days) / 30 / step)) * step;
  return burnRows.map((row) => ({ ...row, long: scaled(row.long), short: scaled(row.short) }));
}

/** An objective with its defaults. */
export type CheckedSlo = { readonly [name in keyof Slo]-?: NonNullable<Slo[name]> };

/** @throws InputError naming what is wrong */
export function checkedSlo(slo: Slo, argument = "slo"): CheckedSlo {
  checkOptions(slo, ["name", "kind", "objective", "milliseconds", "days", "minimumBad"], argument);
  const { name, kind, objective, milliseconds = 300, days = 30, minimumBad = 10 } = slo;
  const wrong = (what: string, rule: string, value: unknown) => {
    throw new InputError(`${argument}.${what}: must be ${rule}, not ${quoted(value)}`);
  };
  if (typeof name !== "string" || !/^[A-Za-z][\w-]{0,39}$/.test(name))
    wrong("name", "a letter, then up to 39 letters, digits, _ or -", name);
  if (kind !== "availability" && kind !== "latency") wrong("kind", '"availability" or "latency"', kind);
  if (!(typeof objective === "number" && objective > 0 && objective < 1))
    wrong("objective", "a share above 0 and below 1, such as 0.999", objective);
  if (!(typeof milliseconds === "number" && milliseconds > 0 && milliseconds <= 1e7))
    wrong("milliseconds", "above 0, up to 10000000", milliseconds);
  if (!(typeof days === "number" && days >= 1 && days <= 366)) wrong("days", "from 1 to 366", days);
  if (!(Number.isInteger(minimumBad) && minimumBad >= 0))
    wrong("minimumBad", "a whole number, 0 or more", minimumBad);
  return { name, kind, objective, milliseconds, days, minimumBad };
}

/** Several objectives, from data. @throws InputError when one is wrong, or two have one name or two latencies */
export function checkedSlos(slos: unknown): CheckedSlo[] {
  if (!Array.isArray(slos) || slos.length === 0)
    throw new InputError(`slo: must be a list of objectives, not ${quoted(slos)}`);
  const checked = slos.map((slo, i) => checkedSlo(slo, `slo[${i}]`));
  const twice = checked.find(({ name }, i) => checked.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw new InputError(`slo: there are two of the name ${quoted(twice.name)}`);
  latencyObjectiveOf(checked);
  return checked;
}

/**
 * The response time over which a request is slow, for these objectives: a series counts by one of them.
 * @throws InputError when they have different ones
 */
export function latencyObjectiveOf(slos: readonly CheckedSlo[]): number | undefined {
  const [first, ...others] = slos
    .filter(({ kind }) => kind === "latency")
    .map(({ milliseconds }) => milliseconds);
  const other = others.find((milliseconds) => milliseconds !== first);
  if (other !== undefined)
    throw new InputError(
      `slo: one series counts slow requests by one response time, but here are ${first} ms and ${other} ms; watch them apart`,
    );
  return first;
}

/** The number of bad requests in a step. */
export function badOf(slo: Pick<Slo, "kind">, totals: Totals): number {
  return slo.kind === "availability" ? totals.serverErrors : totals.slow;
}

/** The number of requests to which the objective applies. */
export function allOf(slo: Pick<Slo, "kind">, totals: Totals): number {
  return slo.kind === "availability" ? totals.requests : totals.timed;
}

/** The objective in words. */
export function inWords({ kind, objective, milliseconds, days }: CheckedSlo): string {
  const share = `${Number((objective * 100).toPrecision(12))} % of the requests`;
  const what = kind === "availability" ? "without a server error" : `within ${milliseconds} ms`;
  return `${share} ${what}, over ${days} days`;
}
