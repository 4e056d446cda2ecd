import type { FieldName } from "../../record.js";
import type { TimeUnit } from "../row.js";

/** Names of the headers in which a proxy says who its client is. */
export const forwardedNames =
  "xforwardedfor httpxforwardedfor xff forwardedfor xforwarded xoriginalforwardedfor cfconnectingip httpcfconnectingip trueclientip httptrueclientip xclientip xrealip httpxrealip forwarded httpforwarded";

/** Names of a client, or of the peer if there is no proxy, the most certain first. */
export const clientNames =
  "ipaddress clientip remoteaddr remoteip clientaddr clientaddress sourceip srcip cip ip remotehost client addr";

/**
 * The usual names of the five fields, the most certain first, without case and punctuation. Those of the second
 * text can mean other things, too, so they are taken only if the values of the first lines fit. For example, Logstash's
 * `response` is a status. nginx's own names come first: beside them, a shipper's `@timestamp` is when it took the line,
 * and a `path` may be what a rewriting made of `request_uri`.
 */
export const usualNames: Record<FieldName, readonly [string, string]> = {
  timestamp: [
    "timeiso8601 timelocal timestamp datetime time ts msec loggedat logtime date eventtime starttime accesstime t",
    "requesttime when",
  ],
  ip_address: [clientNames, `remote remoteaddress host ${forwardedNames}`],
  endpoint: [
    "endpoint requesturi path requestpath uri url requesturl csuristem target route request resource page",
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

/** The names that can mean nothing else. */
export const surest = (field: FieldName) => usualNames[field][0].split(" ");

/** Names of a response time after an access log's fixed fields, where each is written `name=value`. */
const briefTimes = ["rt"];

/** Units at the end of a name: `latency_ms`, `durationSeconds`. */
export const units: readonly [string, TimeUnit][] = [
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
export const w3cNames = ["csuristem", "csmethod", "scstatus", "cip"];

/** A name without case and punctuation. */
export const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** The last parts of a name with dots, as `bare` returns it; empty for a name without dots. */
export function lastParts(name: string, count: number): string {
  const parts = name.replace(/\.\d+$/, "").split(".");
  return name.includes(".") ? bare(parts.slice(-count).join("")) : "";
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

/** The unit that the last word of a name is, whatever is before it: `ms`, `upstream_ms`, `waitMillis`. */
export function unitAtEnd(name: string): TimeUnit | undefined {
  const last = name
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .findLast((word) => word !== "");
  return units.find(([ending]) => ending === last)?.[1];
}
