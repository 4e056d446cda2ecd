import { isUtf8 } from "node:buffer";
import { InputError } from "../../errors.js";
import { recordFields } from "../../record.js";
import { elementIn, jsonRecords } from "../fields/jsonRecord.js";
import { type FieldMap, mapFields } from "../fields/names.js";
import type { FormatOptions, LineFormat, Reading, TimeUnit } from "../row.js";

/**
 * JSON lines: an object a line, its fields by their usual names or by a map. A dot in a map goes down a level:
 * `request.remote_ip`.
 */
export function jsonLines(title: string, fields: FieldMap = {}, unit?: TimeUnit): LineFormat {
  return {
    title,
    reading: (options, sample) => jsonReading(options, sample, fields, unit),
  };
}

/** JSON lines with the usual names at the top level, such as this library writes and nginx is told to write. */
export const json: LineFormat = { ...jsonLines("JSON lines"), general: true };

/**
 * Caddy's access log. Since Caddy 2.7, `client_ip` is the client behind proxies that are trusted.
 * Source: Caddy, "log (Caddyfile directive)", JSON encoder.
 */
export const caddy: LineFormat = {
  title: "Caddy access log",
  reading: (options, sample) => {
    const client = sample.some((line) => utf8.decode(line).includes('"client_ip":'))
      ? "client_ip"
      : "remote_ip";
    return jsonReading(options, sample, { ...caddyFields, ip_address: `request.${client}` }, "s");
  },
};

const caddyFields = {
  timestamp: "ts",
  endpoint: "request.uri",
  status_code: "status",
  response_time_ms: "duration",
} as const satisfies FieldMap;

/** Traefik's access log as JSON. Source: Traefik, "Access logs", list of fields; durations are in nanoseconds. */
export const traefik = jsonLines(
  "Traefik access log",
  {
    timestamp: "StartUTC",
    ip_address: "ClientHost",
    endpoint: "RequestPath",
    status_code: "DownstreamStatus",
    response_time_ms: "Duration",
  },
  "ns",
);

function jsonReading(
  options: FormatOptions,
  sample: readonly Uint8Array[],
  fields: FieldMap,
  unit: TimeUnit | undefined,
): Reading {
  const complete = recordFields.every(({ name, optional }) => optional || fields[name] !== undefined);
  const timeUnit = options.timeUnit ?? unit;
  let paths = recordFields.map(({ name }) => fields[name]);
  let timed = timeUnit ?? "none";
  let decided: string | undefined;
  let unsure: string | undefined;
  // Without a whole map, the names of the first objects fill the gaps.
  if (!complete && sample.length > 0) {
    const names = new Set<string>(Object.values(fields));
    for (const line of sample) {
      for (const name of Object.keys(objectOf(line, 0, line.length) ?? {})) names.add(name);
    }
    if (names.size === 0) throw new InputError("format: the first lines are not JSON objects");
    const mapped = mapFields([...names], fields, timeUnit, "the names of the first JSON objects");
    paths = [...mapped.names];
    timed = mapped.unit;
    ({ decided, unsure } = mapped);
  } else if (fields.response_time_ms !== undefined && timeUnit === undefined) {
    ({ unit: timed, unsure } = mapFields(Object.values(fields), fields, undefined, "the map of fields"));
  }
  const places = paths.map((path) => (path === undefined ? [] : [path]));
  return { decided, unsure, read: jsonRecords(options, places, timed) };
}

function objectOf(bytes: Uint8Array, start: number, end: number): object | undefined {
  const line = elementIn(bytes, start, end);
  if (!isUtf8(line)) return;
  try {
    const value: unknown = JSON.parse(utf8.decode(line));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return;
  }
}

const utf8 = new TextDecoder();
