import type { TimeUnit } from "../row.js";
import { type FieldEvidence, fits, isEmpty, isValue } from "./fits.js";
import { bare, lastParts, responseTimeName, surest, units, w3cNames } from "./usualNames.js";

/**
 * Whether a response time with an ordinary name is in another object than the path and the status, such as
 * `db.duration_ms`: it may be the time of a part of the work. A `request_time` is that of the request in any object.
 */
export function isElsewhere(time: string | undefined, names: readonly (string | undefined)[]): boolean {
  if (time === undefined || !time.includes(".") || /^re(q|sp)/.test(lastParts(time, 1))) return false;
  const parent = time.slice(0, time.lastIndexOf(".") + 1);
  return !names.slice(2, 4).some((name) => name?.startsWith(parent));
}

/** A name that may be the response time's, and the unit that it tells. */
export interface TimeName {
  readonly name: string;
  readonly unit: TimeUnit | undefined;
}

/** The names that may be the response time's, the most certain first, and the units that they tell. */
export function timesAmong(available: readonly string[], known: FieldEvidence): TimeName[] {
  const found: TimeName[] = [];
  const named = available.map((name) => ({ name, texts: [bare(name), lastParts(name, 1)] }));
  for (const wanted of surest("response_time_ms")) {
    for (const { name, texts } of named) {
      const unit = units.find(([ending]) => texts.includes(wanted + ending))?.[1];
      if (!texts.includes(wanted) && unit === undefined) continue;
      if (known.values !== undefined && !fits(name, "response_time_ms", known) && hasText(name, known))
        continue;
      if (!found.some((other) => other.name === name)) found.push({ name, unit });
    }
  }
  return found;
}

const hasText = (name: string, { values }: FieldEvidence) =>
  values?.(name).some((text) => !isEmpty(text)) ?? false;

/** Whether the numbers of a field have a comma: a decimal point to some, while for others it parts thousands. */
export function hasCommas(name: string, { values }: FieldEvidence): boolean {
  const texts = values?.(name) ?? [];
  const commas = texts.filter((text) => /^\d+(,\d+)+(\.\d+)?$/.test(text)).length;
  return commas > 0 && commas >= texts.length / 2;
}

/**
 * A field whose name is a unit of time and nothing else, such as `ms`, with numbers. It is the response time, unless all of
 * them may be that part of a moment, such as the milliseconds of its second, which some tables have in a column.
 */
export function bareUnit(
  available: readonly string[],
  known: FieldEvidence,
): (TimeName & { isSure: boolean }) | undefined {
  for (const { unit, names, isWithin } of bareUnits) {
    const name = available.find(
      (each) =>
        names.test(bare(each)) &&
        hasText(each, known) &&
        (fits(each, "response_time_ms", known) || hasCommas(each, known)),
    );
    if (name === undefined) continue;
    const isSure = known.values?.(name).some((text) => !isEmpty(text) && !isWithin(text)) ?? false;
    return { name, unit, isSure };
  }
}

/** Names of columns that are no more than a unit, and the values that may be that part of a moment. */
const bareUnits: { unit: TimeUnit; names: RegExp; isWithin: (text: string) => boolean }[] = [
  { unit: "ms", names: /^m(illi)?s(ec(ond)?s?)?$|^millis$/, isWithin: (text) => /^\d{1,3}$/.test(text) },
  { unit: "us", names: /^(u|µ|micro)s(ec(ond)?s?)?$|^micros$/, isWithin: (text) => /^\d{1,6}$/.test(text) },
  { unit: "ns", names: /^n(ano)?s(ec(ond)?s?)?$|^nanos$/, isWithin: (text) => /^\d{1,9}$/.test(text) },
  { unit: "s", names: /^sec(ond)?s?$/, isWithin: (text) => /^[0-5]?\d(\.\d+)?$/.test(text) },
];

/** Names that may be the response time's, apart from the first, and that mean something else. */
export function otherTimes(
  times: readonly TimeName[],
  available: readonly string[],
  known: FieldEvidence,
): string[] {
  if (known.values === undefined || times.length < 2) return [];
  const inMilliseconds = ({ name }: TimeName) => {
    const unit = known.timeUnit ?? unitOf(name, available, known);
    const scale = { s: 1e3, ms: 1, us: 1e-3, ns: 1e-6, none: 1 }[unit ?? "none"];
    return known.values?.(name).map((text) => Number.parseFloat(text) * scale) ?? [];
  };
  const [first, ...rest] = times;
  // nginx's `$request_time` under two names. Where a name does not tell its unit, the same number is the same time.
  const isSame = ({ name, unit }: TimeName) =>
    unit === undefined && known.values?.(name).every((text, i) => text === known.values?.(first.name)[i]);
  const own = inMilliseconds(first);
  return rest
    .filter((other) => hasText(other.name, known) && !isSame(other))
    .filter((other) => inMilliseconds(other).some((value, i) => Math.abs(value - own[i]) > 1))
    .map(({ name }) => name);
}

/**
 * The unit that the name of a response time tells, or that its values tell if the makers of a log fix how they are
 * written. nginx's `request_time` is in seconds with three decimals. The W3C's `time-taken` is in whole milliseconds in
 * IIS, and in seconds with three decimals in CloudFront. Undefined if nothing tells.
 */
export function unitOf(
  name: string,
  available: readonly string[],
  { values }: FieldEvidence,
): TimeUnit | undefined {
  const unit = responseTimeName(name)?.unit;
  if (unit !== undefined) return unit;
  const text = lastParts(name, 1) || bare(name);
  if (values === undefined) return text === "requesttime" ? "s" : undefined;
  const texts = values(name).filter((each) => isValue.response_time_ms(each));
  if (texts.length === 0) return text === "requesttime" ? "s" : undefined;
  if (texts.every((each) => /[a-zµμ]$/i.test(each))) return "ms"; // each value has its own unit
  if (text !== "requesttime" && text !== "timetaken") return;
  const whole = texts.filter((each) => /^\d+$/.test(each)).length;
  if (whole === texts.length)
    return text === "timetaken" && available.some((other) => w3cNames.includes(bare(other)))
      ? "ms"
      : undefined;
  if (texts.every((each) => /^\d+\.\d{3}$/.test(each))) return "s";
  // Numbers in JSON lose their trailing zeros.
  const sorted = texts.map(Number).sort((a, b) => a - b);
  const seconds =
    texts.every((each) => /^\d+(\.\d{1,3})?$/.test(each)) && sorted[(sorted.length - 1) >> 1] < 3;
  return seconds ? "s" : undefined;
}
