import { didYouMean, InputError, quoted } from "../../errors.js";
import { type FieldName, recordFields } from "../../record.js";
import type { TimeUnit } from "../row.js";
import { dateForms } from "./dateForm.js";
import { type FieldEvidence, fits, isEmpty, meant, momentIn } from "./fits.js";
import { bareUnit, hasCommas, isElsewhere, otherTimes, timesAmong, unitOf } from "./timeNames.js";
import { bare, lastParts, responseTimeName, surest, unitAtEnd, usualNames } from "./usualNames.js";

/**
 * Which field of a log holds which field of the record. Fields that are left out are found by their usual names. A
 * timestamp may consist of two fields, the date and the time of day.
 */
export type FieldMap = Partial<Record<Exclude<FieldName, "timestamp">, string>> & {
  timestamp?: string | readonly [date: string, time: string];
};

/** What the names decide: for each field of the record, its name in the log, and the unit of the response time. */
export interface Mapped {
  /** In the order of the record; undefined for a response time that the log does not have. */
  readonly names: readonly (string | undefined)[];
  /** Name of the time of day, where the timestamp is a date only. */
  readonly clock: string | undefined;
  readonly unit: TimeUnit | "none";
  readonly decided: string;
  readonly unsure: string | undefined;
}

/**
 * Finds the five fields among a log's names, by their usual names and by what their values can be. For example, a
 * `requestTime` with dates is the timestamp, one with numbers is a response time, and a `path` that names a log file is
 * not an endpoint.
 * | @param what - what the log has, for the error: "the columns of the header"
 * | @throws InputError if a field of the map is not among the names, or a field that a record needs is not found
 */
export function mapFields(
  available: readonly string[],
  map: FieldMap,
  known: FieldEvidence,
  what: string,
): Mapped {
  const [date, givenClock] = typeof map.timestamp === "object" ? map.timestamp : [map.timestamp];
  const fields: Partial<Record<FieldName, string | undefined>> = {
    ...map,
    timestamp: date,
    ...(known.timeField !== undefined && { response_time_ms: known.timeField }),
  };
  if (givenClock !== undefined && !available.includes(givenClock))
    throw new InputError(
      `fields: the time of day is ${quoted(givenClock)}, which is not among ${what}${didYouMean(givenClock, available)}`,
    );
  // `request.time` is a name of both.
  const moment = date ?? named(available, "timestamp", known);
  const times = timesAmong(
    available.filter((name) => name !== moment),
    known,
  );
  const unitName = times.length > 0 || known.timeUnit === "none" ? undefined : bareUnit(available, known);
  const sureUnit = unitName?.isSure || known.timeUnit !== undefined ? unitName : undefined;
  const names: (string | undefined)[] = recordFields.map(({ name, optional }) => {
    const given = fields[name];
    if (given !== undefined) {
      if (!available.includes(given)) {
        throw new InputError(
          `${name === "response_time_ms" && known.timeField !== undefined ? "timeField" : "fields"}: ${name} is ${quoted(given)}, which is not among ${what}${didYouMean(given, available)}`,
        );
      }
      return given;
    }
    const found =
      name === "response_time_ms" ? (times[0]?.name ?? sureUnit?.name) : named(available, name, known);
    if (found === undefined && !optional && !(name === "timestamp" && known.received)) {
      throw new InputError(
        `format: no ${inWords[name]} among ${what}: ${quoted(available.slice(0, 20).join(", "))}${couldBe(available, name, known, what)}`,
      );
    }
    return found;
  });
  if (map.endpoint === undefined) {
    names[2] = requestLine(names[2], available, known) ?? names[2];
    askOfTwo("endpoint", names[2], pathNames, available, known, kindOf(what));
  }
  if (map.status_code === undefined)
    askOfTwo("status_code", names[3], surest("status_code"), available, known, kindOf(what));
  if (date === undefined) askOfMoments(names[0], available, known, kindOf(what));
  const clock = givenClock ?? (date === undefined ? clockBeside(names[0], available, known) : undefined);
  const time = names[4];
  const isGiven = fields.response_time_ms !== undefined;
  const unit =
    time === undefined
      ? "none"
      : (known.timeUnit ??
        unitOf(time, available, known) ??
        (isGiven || time === sureUnit?.name ? unitAtEnd(time) : undefined));
  const pairs = recordFields.map(({ name }, i) =>
    names[i] === undefined
      ? `no ${name}`
      : `${name} = ${names[i]}${i === 0 && clock !== undefined ? ` and ${clock}` : ""}`,
  );
  const asked = known.timeUnit === "none" ? [] : time === undefined ? available : [time];
  const comma = asked.find(
    (name) => (name === time || responseTimeName(name) !== undefined) && hasCommas(name, known),
  );
  const candidate = time === undefined ? unitName?.name : undefined;
  const others = isGiven ? [] : otherTimes(times, available, known);
  return {
    names,
    clock,
    unit: unit ?? "none",
    decided: `${pairs.join(", ")}${unit === undefined || unit === "none" ? "" : ` in ${unit}`}`,
    unsure:
      comma !== undefined
        ? `timeUnit: the numbers of ${quoted(comma)}${exampleOf(comma, known)} have a comma, which is no decimal point here: write a point, or say that there is no response time (--time-unit none)`
        : unit === "none"
          ? candidate &&
            `timeField: ${quoted(candidate)}${exampleOf(candidate, known)} may be the response time: say so (--time-field ${candidate}), or that there is none (--time-unit none)`
          : !isGiven && isElsewhere(time, names)
            ? `timeField: ${quoted(time)}${exampleOf(time, known)} may be the response time, or that of something else: say so (--time-field ${time}), or that there is none (--time-unit none)`
            : others.length > 0
              ? `timeField: more than one field may be the response time: ${eitherOf([time, ...others], known).replace(/,$/, "")}; say which (--time-field ${time})`
              : unit === undefined
                ? `timeUnit: ${quoted(time)}${exampleOf(time, known)} does not say its unit: give "s", "ms", "us" or "ns" (--time-unit ms), or "none" when it is no response time`
                : undefined,
  };
}

const inWords: Record<FieldName, string> = {
  timestamp: "timestamp",
  ip_address: "client address",
  endpoint: "path",
  status_code: "status",
  response_time_ms: "response time",
};

function exampleOf(name: string | undefined, { values }: FieldEvidence): string {
  const example = name === undefined ? undefined : values?.(name).find((text) => !isEmpty(text));
  return example === undefined ? "" : `, such as ${quoted(example)},`;
}

const eitherOf = (names: readonly (string | undefined)[], known: FieldEvidence) =>
  names.map((name) => `${quoted(name)}${exampleOf(name, known)}`).join(" or ");

/**
 * The first of a field's usual names that the log has and whose values fit, else the one that ends with such a name
 * (`net.client.ip`, then `net.ip`); if none fit, the first that it has.
 * @throws InputError when names with this ending have different values
 */
function named(available: readonly string[], field: FieldName, known: FieldEvidence): string | undefined {
  const withName = (of: (name: string) => string) => {
    const texts = available.map(of);
    return usualNames[field].map((names) =>
      names.split(" ").flatMap((wanted) => available.filter((_, i) => wanted !== "" && texts[i] === wanted)),
    );
  };
  const [sure, others] = withName(bare);
  const found = [...sure, ...others].find((name) => fits(name, field, known));
  if (found !== undefined) return found;
  const ending = (parts: number) =>
    [...new Set(withName((name) => lastParts(name, parts)).flat())].filter((name) =>
      fits(name, field, known),
    );
  const two = ending(2);
  const inside = two.length > 0 ? two : ending(1);
  // Within one object, the usual order applies: "nginx.request_uri", then "nginx.uri".
  const parent = (name: string) => name.slice(0, name.lastIndexOf("."));
  const differing = inside.filter(
    (name) => parent(name) !== parent(inside[0]) && !sameValues(name, inside[0], known),
  );
  if (differing.length > 0)
    throw new InputError(
      `format: ${eitherOf([inside[0], ...differing], known)} may be the ${inWords[field]}: say which in a format of your own, "fields": {"${field}": ${quoted(inside[0])}}`,
    );
  return inside[0] ?? sure[0];
}

const sameValues = (one: string, other: string, { values }: FieldEvidence) => {
  const others = values?.(other) ?? [];
  return values?.(one).every((text, i) => text === others[i]) ?? false;
};

/** Names of a path, which is the request's own in one log, and what a rewriting made of it in another. */
const pathNames = ["path", "uri", "url", "requestpath"];

/** The name of whole request lines, `GET /path HTTP/1.1`: they have what the client asked for. */
function requestLine(found: string | undefined, available: readonly string[], known: FieldEvidence) {
  if (found === undefined || !pathNames.includes(bare(found))) return;
  return available.find((name) => {
    const texts = bare(name) === "request" ? (known.values?.(name) ?? []) : [];
    return (
      texts.length > 0 && 2 * texts.filter((text) => /^[A-Z]+ \S.* HTTP\/\d/.test(text)).length > texts.length
    );
  });
}

/**
 * Two names of which either may be the field's.
 * @param rivals - the names that mean the same, as `bare` returns them
 * @throws InputError where they differ on a line
 */
function askOfTwo(
  field: "endpoint" | "status_code",
  found: string | undefined,
  rivals: readonly string[],
  available: readonly string[],
  known: FieldEvidence,
  kind: string,
): void {
  if (found === undefined || known.values === undefined || !rivals.includes(bare(found))) return;
  const own = known.values(found).map((text) => meant(field, text));
  const others = available.filter(
    (name) =>
      name !== found &&
      rivals.includes(bare(name)) &&
      known.values?.(name).some((text, i) => {
        const other = meant(field, text);
        return other !== undefined && own[i] !== undefined && other !== own[i];
      }),
  );
  if (others.length === 0) return;
  throw new InputError(
    `format: ${eitherOf([found, ...others], known)} may be the ${inWords[field]}, and they differ: say which in a format of your own (--format FILE.json), {"kind": "${kind}", "fields": {"${field}": ${quoted(found)}}}`,
  );
}

/**
 * Two times of one entry: that of the request, and that at which a shipper took it. nginx's own names are the request's.
 * @throws InputError where they are more than a second apart
 */
function askOfMoments(
  found: string | undefined,
  available: readonly string[],
  known: FieldEvidence,
  kind: string,
): void {
  const isEither = (name: string) => !name.includes(".") && eitherMoments.includes(bare(name));
  if (found === undefined || known.values === undefined || !isEither(found)) return;
  const own = known.values(found).map((text) => momentIn(text, known));
  const isApart = (text: string, i: number) => {
    const other = momentIn(text, known);
    return other >= 0 && own[i] >= 0 && Math.abs(other - own[i]) > 1000;
  };
  const others = available.filter(
    (name) =>
      name !== found &&
      isEither(name) &&
      fits(name, "timestamp", known) &&
      known.values?.(name).some(isApart),
  );
  if (others.length === 0) return;
  throw new InputError(
    `format: ${eitherOf([found, ...others], known)} may be the timestamp, as they are more than a second apart: say which in a format of your own (--format FILE.json), {"kind": "${kind}", "fields": {"timestamp": ${quoted(others[0])}}}`,
  );
}

/** Names of a time that is the request's in one log, and that of the line's receipt in another. */
const eitherMoments = ["timestamp", "time", "datetime", "ts", "loggedat", "logtime"];

/** Names that are not usual for the field, but whose values fit it. */
function couldBe(available: readonly string[], field: FieldName, known: FieldEvidence, what: string): string {
  const like = known.values ? available.filter((name) => fits(name, field, known)).slice(0, 3) : [];
  if (like.length === 0) return field === "timestamp" ? couldBeWithForm(available, known, what) : "";
  return `; ${like.map((name) => quoted(name)).join(" or ")} may be it: say so in a format of your own (--format FILE.json), {"kind": "${kindOf(what)}", "fields": {"${field}": ${quoted(like[0])}}}`;
}

/** The kind of a format of one's own that has such names. */
const kindOf = (what: string) => (what.includes("column") ? "csv" : "json");

/** Names whose values are dates in a form that has to be given. */
function couldBeWithForm(available: readonly string[], known: FieldEvidence, what: string): string {
  for (const name of known.readTime === undefined ? available : []) {
    const texts = known.values?.(name).filter((text) => !isEmpty(text)) ?? [];
    const forms = dateForms(texts);
    if (forms.length > 0)
      return `; ${quoted(name)}${exampleOf(name, known)} may be it: say so, and its form, in a format of your own (--format FILE.json), {"kind": "${kindOf(what)}", "fields": {"timestamp": ${quoted(name)}}, "timeFormat": ${forms.map((form) => quoted(form)).join(" or ")}}`;
  }
  return "";
}

/**
 * The name of the times of day if the timestamps are only dates, or undefined.
 * @throws InputError when several fields may hold them
 */
function clockBeside(
  timestamp: string | undefined,
  available: readonly string[],
  { values, readTime }: FieldEvidence,
): string | undefined {
  if (timestamp === undefined || values === undefined || readTime !== undefined) return;
  const only = (name: string, pattern: RegExp) => {
    const texts = values(name).filter((text) => !isEmpty(text));
    return texts.length > 0 && texts.every((text) => pattern.test(text));
  };
  if (!only(timestamp, /^\d{4}([-/]?)\d\d\1\d\d$/)) return;
  const clocks = available.filter((name) => only(name, /^\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)?$/));
  if (clocks.length > 1)
    throw new InputError(
      `format: ${quoted(timestamp)} has dates, and ${clocks.map((name) => quoted(name)).join(" or ")} may be the time of day: say which in a format of your own, "fields": {"timestamp": [${quoted(timestamp)}, ${quoted(clocks[0])}]}`,
    );
  return clocks[0];
}
