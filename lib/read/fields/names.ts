import { didYouMean, InputError, quoted } from "../../errors.js";
import { type FieldName, recordFields } from "../../record.js";
import type { TimeUnit } from "../row.js";

/** Which field of a log holds which field of the record; those left out are found by their usual names. */
export type FieldMap = Partial<Record<FieldName, string>>;

/** The usual names of the five fields, the surest first, without case and punctuation. */
const usual: Record<FieldName, readonly string[]> = {
  timestamp: [
    "timestamp",
    "timeiso8601",
    "timelocal",
    "datetime",
    "time",
    "ts",
    "date",
    "eventtime",
    "requesttime",
    "starttime",
    "msec",
    "t",
  ],
  ip_address: [
    "ipaddress",
    "clientip",
    "remoteaddr",
    "remoteip",
    "clientaddr",
    "clientaddress",
    "sourceip",
    "srcip",
    "cip",
    "ip",
    "remotehost",
    "client",
    "addr",
  ],
  endpoint: [
    "endpoint",
    "path",
    "requesturi",
    "requestpath",
    "uri",
    "url",
    "requesturl",
    "csuristem",
    "target",
    "route",
    "request",
    "resource",
    "page",
  ],
  status_code: [
    "statuscode",
    "httpstatus",
    "httpstatuscode",
    "status",
    "responsestatus",
    "responsecode",
    "scstatus",
    "code",
  ],
  response_time_ms: [
    "responsetime",
    "requesttime",
    "latency",
    "duration",
    "elapsed",
    "elapsedtime",
    "timetaken",
    "processingtime",
    "took",
  ],
};

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

/** Names whose unit their own makers' manuals fix: nginx's variable, the field of the W3C's log. */
const fixedUnits: Record<string, TimeUnit> = { requesttime: "s", timetaken: "ms" };

/** What names decide: for each field of the record the name in the log, and the unit of the response time. */
export interface Mapped {
  /** In the record's order; undefined for a response time that the log has not. */
  readonly names: readonly (string | undefined)[];
  readonly unit: TimeUnit | "none";
  readonly decided: string;
  readonly unsure: string | undefined;
}

/**
 * Finds the five fields among a log's names.
 * @param what - what the log has, for the error: "a header of CSV"
 * @throws InputError when a field of the map is not among the names, or a field that a record needs is not found.
 */
export function mapFields(
  available: readonly string[],
  fields: FieldMap,
  timeUnit: TimeUnit | "none" | undefined,
  what: string,
): Mapped {
  const names = recordFields.map(({ name, optional }) => {
    const given = fields[name];
    if (given !== undefined) {
      if (!available.includes(given)) {
        throw new InputError(
          `fields: ${name} is ${quoted(given)}, which is not among ${what}${didYouMean(given, available)}`,
        );
      }
      return given;
    }
    const found = name === "response_time_ms" ? timed(available)?.name : named(available, usual[name]);
    if (found === undefined && !optional) {
      throw new InputError(
        `format: no field for the ${name} among ${what}: ${quoted(available.slice(0, 20).join(", "))}`,
      );
    }
    return found;
  });
  const [time] = names.slice(4);
  const unit = time === undefined ? "none" : (timeUnit ?? timed([time])?.unit);
  const pairs = recordFields.map(({ name }, i) =>
    names[i] === undefined ? `no ${name}` : `${name} = ${names[i]}`,
  );
  return {
    names,
    unit: unit ?? "none",
    decided: `${pairs.join(", ")}${unit === undefined || unit === "none" ? "" : ` in ${unit}`}`,
    unsure:
      unit === undefined
        ? `timeUnit: ${quoted(time)} does not say its unit: give "s", "ms", "us" or "ns"`
        : undefined,
  };
}

const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

function named(available: readonly string[], wanted: readonly string[]): string | undefined {
  const known = available.map(bare);
  const found = wanted.find((name) => known.includes(name));
  return found === undefined ? undefined : available[known.indexOf(found)];
}

/** The response time among the names, and its unit where its name tells. */
function timed(available: readonly string[]): { name: string; unit: TimeUnit | undefined } | undefined {
  for (const wanted of usual.response_time_ms) {
    for (const name of available) {
      const text = bare(name);
      const unit = units.find(([ending]) => text === wanted + ending);
      if (unit) return { name, unit: unit[1] };
      if (text === wanted) return { name, unit: fixedUnits[text] };
    }
  }
}
