import { didYouMean, InputError, quoted } from "../../errors.js";
import { type FieldName, recordFields } from "../../record.js";
import { Row, type TimeUnit } from "../row.js";
import { isAddress } from "./address.js";
import { readClient } from "./client.js";
import { pathOf } from "./request.js";
import { moment } from "./time.js";

/** Which field of a log holds which field of the record; those left out are found by their usual names. */
export type FieldMap = Partial<Record<FieldName, string>>;

/**
 * The usual names of the five fields, the surest first, without case and punctuation. Those behind the bar mean other
 * things as well, and are taken only where the values of the first lines fit: Logstash's `response` is a status.
 */
const usual: Record<FieldName, readonly [string, string]> = {
  timestamp: [
    "timestamp timeiso8601 timelocal datetime time ts msec loggedat logtime date eventtime starttime accesstime t",
    "requesttime",
  ],
  ip_address: [
    "ipaddress clientip remoteaddr remoteip clientaddr clientaddress sourceip srcip cip ip remotehost client addr",
    "remote remoteaddress host",
  ],
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

/** Names of a response time behind an access log's fixed fields, where each is written `name=value`. */
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

/** Names of the W3C's extended log: a log that has them is IIS's, with whole milliseconds, or CloudFront's, in seconds. */
const w3cNames = ["csuristem", "csmethod", "scstatus", "cip"];

/** What names decide: for each field of the record the name in the log, and the unit of the response time. */
export interface Mapped {
  /** In the record's order; undefined for a response time that the log has not. */
  readonly names: readonly (string | undefined)[];
  readonly unit: TimeUnit | "none";
  readonly decided: string;
  readonly unsure: string | undefined;
}

/** What is known of a log but its names. */
export interface Known {
  /** Unit of the response time, where it was given. */
  readonly timeUnit?: TimeUnit | "none" | undefined;
  /** Name of the response time, where it was given. */
  readonly timeField?: string | undefined;
  /** The values that a name has on the first lines, as they stand there; left out where they are not at hand. */
  readonly values?: (name: string) => readonly string[];
}

/**
 * Finds the five fields among a log's names, by their usual names and by what their values can be: a `requestTime`
 * with dates is the timestamp, one with numbers a response time; a `path` that names a log file is no endpoint.
 * @param what - what the log has, for the error: "the columns of the header"
 * @throws InputError when a field of the map is not among the names, or a field that a record needs is not found.
 */
export function mapFields(available: readonly string[], map: FieldMap, known: Known, what: string): Mapped {
  const fields: FieldMap =
    known.timeField === undefined ? map : { ...map, response_time_ms: known.timeField };
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
    if (found === undefined && !optional) {
      throw new InputError(
        `format: no ${inWords[name]} among ${what}: ${quoted(available.slice(0, 20).join(", "))}${couldBe(available, name, known)}`,
      );
    }
    return found;
  });
  if (fields.timestamp === undefined) checkWhole(names[0], available, known);
  const time = names[4];
  const unit = time === undefined ? "none" : (known.timeUnit ?? unitOf(time, available, known));
  const pairs = recordFields.map(({ name }, i) =>
    names[i] === undefined ? `no ${name}` : `${name} = ${names[i]}`,
  );
  const others = fields.response_time_ms === undefined ? otherTimes(times, available, known) : [];
  return {
    names,
    unit: unit ?? "none",
    decided: `${pairs.join(", ")}${unit === undefined || unit === "none" ? "" : ` in ${unit}`}`,
    unsure:
      unit === "none"
        ? undefined
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

const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

function exampleOf(name: string | undefined, { values }: Known): string {
  const example = name === undefined ? undefined : values?.(name).find((text) => !isEmpty(text));
  return example === undefined ? "" : `, such as ${quoted(example)},`;
}

/** The first of a field's usual names that the log has and whose values fit; if none fit, the first that it has. */
function named(available: readonly string[], field: FieldName, known: Known): string | undefined {
  const [sure, others] = usual[field].map((names) =>
    names.split(" ").flatMap((wanted) => available.filter((name) => bare(name) === wanted)),
  );
  return [...sure, ...others].find((name) => fits(name, field, known)) ?? sure[0];
}

/** Names that no one calls so, but whose values could be the field's. */
function couldBe(available: readonly string[], field: FieldName, known: Known): string {
  const like = known.values ? available.filter((name) => fits(name, field, known)).slice(0, 3) : [];
  return like.length === 0
    ? ""
    : `; ${like.map((name) => quoted(name)).join(" or ")} may be it: say so in a format of your own, "fields": {"${field}": ${quoted(like[0])}}`;
}

/** Whether most of a name's values can be the field's. Without values at hand, only its surest names fit. */
function fits(name: string, field: FieldName, { values }: Known): boolean {
  if (values === undefined) return surest(field).includes(bare(name));
  const texts = values(name).filter((text) => !isEmpty(text));
  const sound = texts.filter((text) => isValue[field](text));
  if (sound.length === 0 || sound.length < texts.length / 2) return false;
  return field !== "endpoint" || !texts.every((text) => logFile.test(text));
}

const isEmpty = (text: string) => text === "" || text === "-";
const logFile = /^\/.*(?:\.log(?:[.-]\d+)*(?:\.gz)?|-json\.log|access_log)$|^\/var\/log\//;

const isValue: Record<FieldName, (text: string) => boolean> = {
  timestamp: (text) => momentIn(text) >= 0,
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

function momentIn(text: string): number {
  const bytes = utf8.encode(text);
  return moment(bytes, 0, bytes.length, (local) => local);
}

/** @throws InputError when the timestamps are dates without a time of day, which stands in a field of its own */
function checkWhole(timestamp: string | undefined, available: readonly string[], { values }: Known): void {
  if (timestamp === undefined || values === undefined) return;
  const only = (name: string, pattern: RegExp) => {
    const texts = values(name).filter((text) => !isEmpty(text));
    return texts.length > 0 && texts.every((text) => pattern.test(text));
  };
  if (!only(timestamp, /^\d{4}-?\d\d-?\d\d$/)) return;
  const clock = available.find((name) => only(name, /^\d\d:\d\d(:\d\d(\.\d+)?)?Z?$/));
  if (clock !== undefined)
    throw new InputError(
      `format: the date and the time of day stand in two fields, ${quoted(timestamp)} and ${quoted(clock)}, and neither is the timestamp`,
    );
}

/** A response time's name, and its unit where the name tells it; undefined when it is the name of something else. */
export function responseTimeName(name: string): { unit: TimeUnit | undefined } | undefined {
  const text = bare(name);
  for (const wanted of [...surest("response_time_ms"), ...briefTimes]) {
    if (text === wanted) return { unit: undefined };
    const unit = units.find(([ending]) => text === wanted + ending);
    if (unit) return { unit: unit[1] };
  }
}

interface TimeName {
  readonly name: string;
  readonly unit: TimeUnit | undefined;
}

/** The names that may be the response time's, the surest first, and the units that they tell. */
function timesAmong(available: readonly string[], known: Known): TimeName[] {
  const found: TimeName[] = [];
  for (const wanted of surest("response_time_ms")) {
    for (const name of available) {
      const text = bare(name);
      const unit = units.find(([ending]) => text === wanted + ending)?.[1];
      if (text !== wanted && unit === undefined) continue;
      if (known.values !== undefined && !fits(name, "response_time_ms", known) && hasText(name, known))
        continue;
      if (!found.some((other) => other.name === name)) found.push({ name, unit });
    }
  }
  return found;
}

const hasText = (name: string, { values }: Known) => values?.(name).some((text) => !isEmpty(text)) ?? false;

/** Names that may be the response time's instead of the first, and say something else. */
function otherTimes(times: readonly TimeName[], available: readonly string[], known: Known): string[] {
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
 * The unit that a response time's name tells, or its values where the makers of a log fix how they write it: nginx's
 * `request_time` is seconds with three decimals; the W3C's `time-taken` is whole milliseconds in IIS and seconds
 * with three decimals in CloudFront. Undefined when nothing tells.
 */
function unitOf(name: string, available: readonly string[], { values }: Known): TimeUnit | undefined {
  const unit = responseTimeName(name)?.unit;
  if (unit !== undefined) return unit;
  const text = bare(name);
  if (values === undefined) return text === "requesttime" ? "s" : undefined;
  const texts = values(name).filter((each) => isValue.response_time_ms(each));
  if (texts.length === 0) return text === "requesttime" ? "s" : undefined;
  if (texts.every((each) => /[a-zµμ]$/i.test(each))) return "ms"; // each says its own
  if (text !== "requesttime" && text !== "timetaken") return;
  const whole = texts.filter((each) => /^\d+$/.test(each)).length;
  if (whole === texts.length)
    return text === "timetaken" && available.some((other) => w3cNames.includes(bare(other)))
      ? "ms"
      : undefined;
  if (texts.every((each) => /^\d+\.\d{3}$/.test(each))) return "s";
  // JSON's numbers lose their last zeros.
  const sorted = texts.map(Number).sort((a, b) => a - b);
  const seconds =
    texts.every((each) => /^\d+(\.\d{1,3})?$/.test(each)) && sorted[(sorted.length - 1) >> 1] < 3;
  return seconds ? "s" : undefined;
}
