import { InputError, quoted } from "../../errors.js";
import { escapePlotly, plotlyLabel } from "../../visible.js";
import { areTimes, categoryOf, numbersOf, timeOf } from "../chartData.js";
import { count } from "../numbers.js";
import { axis } from "../theme.js";

const units: Record<string, string> = { ms: "ms", s: "s", pct: "%", percent: "%", bytes: "bytes" };

/** Columns whose names say how they were computed, not what they hold. */
const plainer: Record<string, string> = { bucket: "time", timestamp: "time" };

/** A column's name for people, with the unit: `response_time_ms` is `response time (ms)`. */
export function axisName(column: string, unit?: string): string {
  const words = (plainer[column] ?? column).split("_");
  const known = words.length > 1 ? units[words.at(-1)!] : undefined;
  const name = (known === undefined ? words : words.slice(0, -1)).join(" ");
  const shown = unit ?? known;
  return shown === undefined ? name : `${name} (${shown})`;
}

/** The quantity that a unit measures, which names an axis that several columns share. */
const quantities: Record<string, string> = { ms: "time", s: "time", "%": "share", bytes: "size" };

/** The title of an axis for several columns: the unit that they share, or their names. */
export function sharedName(columns: string[], unit: string | undefined): string {
  if (columns.length === 1) return axisName(columns[0]!, unit);
  const shared = new Set(columns.map((column) => /\((.*)\)$/.exec(axisName(column, unit))?.[1]));
  const [one] = shared;
  return shared.size === 1 && one !== undefined
    ? `${quantities[one] ?? "number"} (${one})`
    : columns.map((column) => axisName(column)).join(", ");
}

/** The name of a line or a kind of point in the legend: that of the column, without its unit. */
export function seriesName(column: string): string {
  return escapePlotly(axisName(column).replace(/ \(.*\)$/, ""));
}

/** The title of an axis as Plotly takes it, its text escaped. */
export function titled(name: string): object {
  return { ...axis.title, text: escapePlotly(name) };
}

/** Values along an axis. */
export interface Positions {
  readonly name: string;
  /** As Plotly takes them: numbers, times without a zone, or escaped categories. */
  readonly values: readonly (number | string | null)[];
  /** The values where they are numbers. */
  readonly numbers: readonly (number | null)[];
  /** As the text form shows them. */
  readonly labels: readonly unknown[];
  readonly kind: "date" | "category" | "linear";
  /** The axis that suits them. */
  readonly axis: object;
}

/**
 * The values of a column as positions: times, numbers or categories, as they are.
 * @throws InputError for more than 20,000, or for values that are none of these
 */
export function positions(
  option: string,
  column: string,
  values: readonly unknown[],
  name?: string,
  unit?: string,
): Positions {
  const most = 20_000;
  if (values.length > most) {
    throw new InputError(
      `${option}: column ${quoted(column)} has ${count(values.length)} rows, but this chart takes at most ${count(most)}: group or sample them first`,
    );
  }
  const placed = (
    kind: Positions["kind"],
    shown: string,
    rest: Pick<Positions, "values" | "labels" | "numbers">,
  ) => ({
    name: shown,
    kind,
    axis: { type: kind, title: titled(shown), ...ticks(kind, rest.values) },
    ...rest,
  });
  if (areTimes(values)) {
    const times = values.map(timeOf);
    return placed("date", name ?? `${axisName(column)} (UTC)`, {
      values: times,
      labels: times,
      numbers: [],
    });
  }
  const shown = name ?? axisName(column, unit);
  if (values.some((value) => typeof value === "string")) {
    const labels = values.map(categoryOf);
    return placed("category", name ?? axisName(column), {
      values: labels.map((label) => plotlyLabel(label)),
      labels,
      numbers: [],
    });
  }
  const numbers = numbersOf(option, column, values);
  return placed("linear", shown, { values: numbers, labels: numbers, numbers });
}

/**
 * Ticks at every third hour for about a day, where Plotly would take every fourth or sixth. For whole numbers, there
 * are no ticks between two of them.
 */
function ticks(kind: Positions["kind"], values: Positions["values"]): object {
  const known = values.filter((value) => value !== null);
  if (kind === "category" || known.length === 0) return {};
  if (kind === "linear") {
    const numbers = known as number[];
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    return numbers.every(Number.isInteger) && high - low < 8 ? { dtick: 1 } : {};
  }
  const times = known.map((value) => Date.parse(`${String(value).replace(" ", "T").padEnd(16, "T00:00")}Z`));
  const hours = (Math.max(...times) - Math.min(...times)) / 3_600_000;
  return hours > 12 && hours <= 24
    ? { dtick: 3 * 3_600_000, tickformat: "%H:%M\n%b %-d, %Y", tickangle: 0 }
    : {};
}

/**
 * A logarithmic axis; `values` are above 0.
 * @param fine up to this many powers of ten, twice and five times each power are ticks as well
 */
export function logAxis(values: readonly (number | null)[], fine = 4): object {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    if (value === null || value <= 0) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const powers = [Math.floor(Math.log10(low)), Math.floor(Math.log10(high))] as const;
  if (!Number.isFinite(powers[0])) return { type: "log" };
  const steps = powers[1] - powers[0] > fine ? [1] : stepsFor(low, high);
  const tickvals: number[] = [];
  for (let power = powers[0]; power <= powers[1]; power++) {
    for (const step of steps) tickvals.push(Number(`${step}e${power}`));
  }
  const ticktext = tickvals.map(short);
  return { type: "log", tickmode: "array", tickvals, ticktext, tickangle: 0 };
}

/** Which multiples of a power of ten are ticks, so that three or more lie between two values that are far enough apart. */
function stepsFor(low: number, high: number): readonly number[] {
  const choices = [
    [1, 2, 5],
    [1, 1.5, 2, 3, 4, 5, 7],
    [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9],
  ];
  const within = (steps: readonly number[]) =>
    [low, 10 * low]
      .map((value) => 10 ** Math.floor(Math.log10(value)))
      .flatMap((power) => steps.map((step) => step * power))
      .filter((tick) => tick >= low && tick <= high).length;
  return high >= 10 * low ? choices[0]! : (choices.find((steps) => within(steps) >= 3) ?? choices[2]!);
}

/** A number as Plotly writes it at ticks, where space is short: 5, 500, 1k, 20M. */
function short(value: number): string {
  for (const [size, letter] of [
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const)
    if (value >= size) return `${value / size}${letter}`;
  return String(value);
}

/** Categories that look alike after they were cut must not become one, so they get a number. */
export function unique(names: string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}
