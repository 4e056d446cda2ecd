import { OPEN_BRACE, TAB } from "../../ascii.js";
import type { OtherEntry } from "../fields/jsonRecord.js";
import type { FieldMap } from "../fields/mapFields.js";
import { moment } from "../fields/time.js";
import { partEnd } from "../fields/words.js";
import { type FormatOptions, type LineFormat, type LineReader, otherFormat, type TimeUnit } from "../row.js";
import { jsonReading, valuesIn } from "./jsonLines.js";
import { isText } from "./wordLog.js";

/**
 * Caddy's access log. Since Caddy 2.7, `client_ip` is the client behind proxies that are trusted; before, the header
 * stands in `headers`. Until 2.5, `remote_addr` is address and port. Its encoder writes the duration in seconds with decimals, or as its option `duration_format` says: whole milliseconds or nanoseconds, or
 * with a unit. The console encoder puts time, level, logger and message before the object. An entry of the logger `http.log.error` tells of a request that has its access entry as well.
 * Source: Caddy, "log (Caddyfile directive)", JSON encoder; zap, zapcore/encoder.go.
 */
export const caddy: LineFormat = {
  title: "Caddy access log",
  hearsTimeField: true,
  reading: (options, whole) => {
    const isConsole = whole.some((line) => objectStart(line, 0, line.length) > 0);
    const sample = isConsole ? whole.map((line) => line.subarray(objectStart(line, 0, line.length))) : whole;
    const texts = sample.map((line) => utf8.decode(line));
    const clients = ["client_ip", "remote_ip", "remote_addr"];
    const client = clients.find((name) => texts.some((text) => text.includes(`"${name}":`))) ?? "remote_ip";
    const fields = {
      ...caddyFields,
      ip_address: `request.${client}`,
      ...(isConsole ? undefined : { timestamp: "ts" }),
    };
    const durations = valuesIn(sample)("duration");
    const { unit, unsure } = caddyUnit(options.timeUnit, durations);
    // client_ip is Caddy's own answer to who the client is.
    const forwarded = client === "client_ip" ? undefined : "request.headers.X-Forwarded-For.0";
    const reading = jsonReading(
      { ...options, timeUnit: unit, received: isConsole },
      sample,
      fields,
      undefined,
      forwarded,
      errorEntry,
    );
    return {
      ...reading,
      ...(isConsole && { read: consoleReader(options, reading.read) }),
      unsure,
      decided: unit === "s" ? undefined : `response time in ${unit}`,
    };
  },
};

/**
 * Position of the object in a line of Caddy's console encoder, `2026/01/05 10:00:00.123\tinfo\thttp.log.access\thandled
 * request\t{…}`, or 0.
 */
function objectStart(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] === OPEN_BRACE) return 0;
  for (let at = start + 1; at < end; at++)
    if (bytes[at] === OPEN_BRACE) return bytes[at - 1] === TAB ? at : 0;
  return 0;
}

/** Reads lines of the console encoder: the time and the logger stand before the object. */
function consoleReader({ toUtc }: FormatOptions, read: LineReader): LineReader {
  return (bytes, start, end, row) => {
    const object = objectStart(bytes, start, end);
    const timeEnd = partEnd(bytes, TAB, start, end);
    if (object === 0 || timeEnd > object) return notConsole;
    row.time = moment(bytes, start, timeEnd, toUtc);
    if (row.time < 0) return notConsole;
    const logger = partEnd(bytes, TAB, timeEnd + 1, end) + 1;
    const wrong = read(bytes, object, end, row);
    if (wrong !== undefined || !isText(bytes, logger, logger + errorEntry.begins.length, errorEntry.begins))
      return wrong;
    row.status = -1; // another entry counts it
    return errorEntry.reason;
  };
}

const notConsole = otherFormat("no time, level and logger of Caddy before an object");

const errorEntry: OtherEntry = {
  path: "logger",
  begins: "http.log.error",
  from: 400,
  reason: "not an access entry: Caddy's error log tells of the same request",
};

/** Durations in seconds have decimals. Whole numbers are milliseconds or nanoseconds, and it can be unclear which. */
function caddyUnit(
  given: TimeUnit | "none" | undefined,
  durations: readonly string[],
): { unit: TimeUnit | "none"; unsure?: string } {
  const numbers = durations.filter((text) => /^\d/.test(text));
  if (given !== undefined) return { unit: given };
  if (numbers.length === 0 || numbers.some((text) => !/^\d+$/.test(text))) return { unit: "s" };
  const sorted = numbers.map(Number).sort((a, b) => a - b);
  // In milliseconds, most requests would take a thousand seconds.
  if (sorted[(sorted.length - 1) >> 1] >= 1e6) return { unit: "ns" };
  return {
    unit: "none",
    unsure: `timeUnit: Caddy's durations are whole numbers, such as ${numbers[0]}, which may be milliseconds or nanoseconds: give "ms" or "ns" (--time-unit ms)`,
  };
}

const caddyFields = {
  endpoint: "request.uri",
  status_code: "status",
  response_time_ms: "duration",
} as const satisfies FieldMap;

const utf8 = new TextDecoder();
