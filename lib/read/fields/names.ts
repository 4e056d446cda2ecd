import { didYouMean, InputError, quoted } from "../../errors.js";
import { type FieldName, recordFields } from "../../record.js";
import { type ReadTime, Row, type TimeUnit } from "../row.js";
import { isAddress } from "./address.js";
import { readClient } from "./client.js";
import { pathOf } from "./request.js";
import { moment } from "./time.js";

/**
 * Which field of a log holds which field of the record; those left out are found by their usual names. A timestamp may
 * be two: the date and the time of day.
 */
export type FieldMap = Partial<Record<Exclude<FieldName, "timestamp">, string>> & {
  timestamp?: string | readonly [date: string, time: string];
};

/**
 * The usual names of the five fields, the most certain first, without case and punctuation. The names after the bar can
 * mean other things, too, so they are taken only if the values of the first lines fit. For example, Logstash's
 * `response` is a status.
 */
/** Names of the header in which a proxy says who its client is. */
export const forwardedNames = "xforwardedfor httpxforwardedfor xff forwardedfor xrealip httpxrealip";

/** Names of a client, or of the peer where there is no proxy, the surest first. */
export const clientNames =
  "ipaddress clientip remoteaddr remoteip clientaddr clientaddress sourceip srcip cip ip remotehost client addr";

const usual: Record<FieldName, readonly [string, string]> = {
  timestamp: [
    "timestamp timeiso8601 timelocal datetime time ts msec loggedat logtime date eventtime starttime accesstime t",
    "requesttime",
  ],
  ip_address: [clientNames, `remote remoteaddress host ${forwardedNames}`],
  endpoint: [
    "endpoint path requesturi requestpath uri url requesturl csuristem target route request resource page",
    "",
  ],
  status_code: [
    "statuscode httpstatus httpstatuscode status responsestatus responsecode scstatus code",
    "response",
  ],
  response_time_ms: [
    "responsetime requesttime latency duration elapsed elapsedtime timetaken processingtime took reqtime resptime",
    "",
  ],
};

const surest = (field: FieldName) => usual[field][0].split(" ");

/** Names of a response time after an access log's fixed fields, where each is written `name=value`. */
const briefTimes = ["rt"];

/** Units at the end of a name: `latency_ms`, `durationSeconds`. */
const units: readonly [string, TimeUnit][] = [
  ["milliseconds", "ms"],
  ["microseconds", "us"],
  ["nanoseconds", "ns"],
  ["seconds", "s"],
  ["millis", "ms"],
  ["micros", "us"],
  ["nanos", "ns"],
  ["msec", "ms"],
  ["usec", "us"],
  ["nsec", "ns"],
  ["sec", "s"],
  ["ms", "ms"],
  ["us", "us"],
  ["ns", "ns"],
  ["s", "s"],
];

/**
 * Names of the W3C extended log. A log that has them is from IIS, with whole milliseconds, or from CloudFront, in
 * seconds.
 */
const w3cNames = ["csuristem", "csmethod", "scstatus", "cip"];

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

/** What is known of a log besides its names. */
export interface FieldEvidence {
  /** Unit of the response time, if it was given. */
  readonly timeUnit?: TimeUnit | "none" | undefined;
  /** Name of the response time, if it was given. */
  readonly timeField?: string | undefined;
  /** The values of a name on the first lines, unchanged. Absent if they are not available. */
  readonly values?: (name: string) => readonly string[];
  /** Whether what wraps the lines tells a time, so that they need none. */
  readonly received?: boolean | undefined;
  /** Reads the timestamps, where their form was given. */
  readonly readTime?: ReadTime | undefined;
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
  const times = timesAmong(available, known);
  const names = recordFields.map(({ name, optional }) => {
    const given = fields[name];
    if (given !== undefined) {
      if (!available.includes(given)) {
        throw new InputError(
          `${name === "response_time_ms" && known.timeField !== undefined ? "timeField" : "fields"}: ${name} is ${quoted(given)}, which is not among ${what}${didYouMean(given, available)}`,
        );
      }
      return given;
    }
    const found = name === "response_time_ms" ? times[0]?.name : named(available, name, known);
    if (found === undefined && !optional && !(name === "timestamp" && known.received)) {
      throw new InputError(
        `format: no ${inWords[name]} among ${what}: ${quoted(available.slice(0, 20).join(", "))}${couldBe(available, name, known)}`,
      );
    }
    return found;
  });
  const clock = givenClock ?? (date === undefined ? clockBeside(names[0], available, known) : undefined);
  const time = names[4];
  const unit = time === undefined ? "none" : (known.timeUnit ?? unitOf(time, available, known));
  const pairs = recordFields.map(({ name }, i) =>
    names[i] === undefined
      ? `no ${name}`
      : `${name} = ${names[i]}${i === 0 && clock !== undefined ? ` and ${clock}` : ""}`,
  );
  const others = fields.response_time_ms === undefined ? otherTimes(times, available, known) : [];
  return {
    names,
    clock,
    unit: unit ?? "none",
    decided: `${pairs.join(", ")}${unit === undefined || unit === "none" ? "" : ` in ${unit}`}`,
    unsure:
      unit === "none"
        ? undefined
        : fields.response_time_ms === undefined && isElsewhere(time, names)
          ? `timeField: ${quoted(time)}${exampleOf(time, known)} may be the response time, or that of something else: say so (--time-field ${time}), or that there is none (--time-unit none)`
          : others.length > 0
            ? `timeField: more than one field may be the response time: ${[time, ...others].map((name) => `${quoted(name)}${exampleOf(name, known)}`).join(", ")}; say which (--time-field ${time})`
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

/** A name without case and punctuation. */
export const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

function exampleOf(name: string | undefined, { values }: FieldEvidence): string {
  const example = name === undefined ? undefined : values?.(name).find((text) => !isEmpty(text));
  return example === undefined ? "" : `, such as ${quoted(example)},`;
}

/**
 * The first of a field's usual names that the log has and whose values fit, else the one that ends with such a name
 * (`net.client.ip`, then `net.ip`); if none fit, the first that it has.
 * @throws InputError when names that end so have different values
 */
function named(available: readonly string[], field: FieldName, known: FieldEvidence): string | undefined {
  const withName = (of: (name: string) => string) =>
    usual[field].map((names) =>
      names.split(" ").flatMap((wanted) => available.filter((name) => of(name) === wanted)),
    );
  const [sure, others] = withName(bare);
  const found = [...sure, ...others].find((name) => fits(name, field, known));
  if (found !== undefined) return found;
  const ending = (parts: number) =>
    [...new Set(withName((name) => lastParts(name, parts)).flat())].filter((name) =>
      fits(name, field, known),
    );
  const two = ending(2);
  const inside = two.length > 0 ? two : ending(1);
  // Of those that one object holds the order is as ever: "nginx.request_uri", then "nginx.uri".
  const parent = (name: string) => name.slice(0, name.lastIndexOf("."));
  const differing = inside.filter(
    (name) => parent(name) !== parent(inside[0]) && !sameValues(name, inside[0], known),
  );
  if (differing.length > 0)
    throw new InputError(
      `format: ${[inside[0], ...differing].map((name) => `${quoted(name)}${exampleOf(name, known)}`).join(" or ")} may be the ${inWords[field]}: say which in a format of your own, "fields": {"${field}": ${quoted(inside[0])}}`,
    );
  return inside[0] ?? sure[0];
}

/** The last parts of a name with dots, as `bare` has it; of one without dots, nothing. */
function lastParts(name: string, count: number): string {
  const parts = name.replace(/\.\d+$/, "").split(".");
  return name.includes(".") ? bare(parts.slice(-count).join("")) : "";
}

const sameValues = (one: string, other: string, { values }: FieldEvidence) => {
  const others = values?.(other) ?? [];
  return values?.(one).every((text, i) => text === others[i]) ?? false;
};

/** Names that are not usual for the field, but whose values fit it. */
function couldBe(available: readonly string[], field: FieldName, known: FieldEvidence): string {
  const like = known.values ? available.filter((name) => fits(name, field, known)).slice(0, 3) : [];
  return like.length === 0
    ? ""
    : `; ${like.map((name) => quoted(name)).join(" or ")} may be it: say so in a format of your own, "fields": {"${field}": ${quoted(like[0])}}`;
}

/** Whether most of a name's values fit the field. If the values are not available, only its most certain names fit. */
function fits(name: string, field: FieldName, { values, readTime = moment }: FieldEvidence): boolean {
  if (values === undefined) return surest(field).includes(bare(name));
  const texts = values(name).filter((text) => !isEmpty(text));
  const sound = texts.filter((text) =>
    field === "timestamp" ? momentIn(text, readTime) >= 0 : isValue[field](text),
  );
  if (sound.length === 0 || sound.length < texts.length / 2) return false;
  return field !== "endpoint" || !texts.every((text) => logFile.test(text));
}

const isEmpty = (text: string) => text === "" || text === "-";
const logFile = /^\/.*(?:\.log(?:[.-]\d+)*(?:\.gz)?|-json\.log|access_log)$|^\/var\/log\//;

const isValue: Record<Exclude<FieldName, "timestamp">, (text: string) => boolean> = {
  ip_address: (text) => {
    const bytes = utf8.encode(text);
    readClient(bytes, 0, bytes.length, probe);
    return isAddress(bytes, probe.addressStart, probe.addressEnd);
  },
  endpoint: (text) => {
    const bytes = utf8.encode(text);
    return pathOf(bytes, 0, bytes.length, probe, false) === undefined;
  },
  status_code: (text) => /^[1-5]\d\d(\.0+)?$/.test(text),
  response_time_ms: (text) => /^-?\d{1,15}(\.\d+)?(e[+-]?\d+)?( ?(ns|us|µs|μs|ms|s))?$/i.test(text),
};

const utf8 = new TextEncoder();
const probe = new Row();

function momentIn(text: string, readTime: ReadTime): number {
  const bytes = utf8.encode(text);
  return readTime(bytes, 0, bytes.length, (local) => local);
}

/**
 * The name of the times of day where the timestamps are dates alone, or undefined.
 * @throws InputError when more than one may be it
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

/** The name of a response time, and the unit that it tells; undefined if it names something else. */
export function responseTimeName(name: string): { unit: TimeUnit | undefined } | undefined {
  const texts = [bare(name), lastParts(name, 1)];
  for (const wanted of [...surest("response_time_ms"), ...briefTimes]) {
    if (texts.includes(wanted)) return { unit: undefined };
    const unit = units.find(([ending]) => texts.includes(wanted + ending));
    if (unit) return { unit: unit[1] };
  }
}

/**
 * Whether a response time of an ordinary name lies in an object of its own, `db.duration_ms`, apart from the path and the
 * status: it may be that of a part of the work. A `request_time` is the request's wherever it lies.
 */
function isElsewhere(time: string | undefined, names: readonly (string | undefined)[]): boolean {
  if (time === undefined || !time.includes(".") || /^re(q|sp)/.test(lastParts(time, 1))) return false;
  const parent = time.slice(0, time.lastIndexOf(".") + 1);
  return !names.slice(2, 4).some((name) => name?.startsWith(parent));
}

interface TimeName {
  readonly name: string;
  readonly unit: TimeUnit | undefined;
}

/** The names that may be the response time's, the most certain first, and the units that they tell. */
function timesAmong(available: readonly string[], known: FieldEvidence): TimeName[] {
  const found: TimeName[] = [];
  for (const wanted of surest("response_time_ms")) {
    for (const name of available) {
      const texts = [bare(name), lastParts(name, 1)];
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

/** Names that may be the response time's, apart from the first, and that mean something else. */
function otherTimes(
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
  const own = inMilliseconds(first);
  return rest
    .filter((other) => hasText(other.name, known))
    .filter((other) => inMilliseconds(other).some((value, i) => Math.abs(value - own[i]) > 1))
    .map(({ name }) => name);
}

/**
 * The unit that the name of a response time tells, or that its values tell if the makers of a log fix how they are
 * written. nginx's `request_time` is in seconds with three decimals. The W3C's `time-taken` is in whole milliseconds in
 * IIS, and in seconds with three decimals in CloudFront. Undefined if nothing tells.
 */
function unitOf(name: string, available: readonly string[], { values }: FieldEvidence): TimeUnit | undefined {
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
