import { MINUS, OPEN_BRACKET, QUOTE, SPACE } from "../../ascii.js";
import { readClient } from "../fields/client.js";
import { scaled } from "../fields/duration.js";
import { damagedTarget, requestPath } from "../fields/request.js";
import { digits, moment } from "../fields/time.js";
import { afterWords, lastColon, partEnd, quoteEnd, wordEnd } from "../fields/words.js";
import {
  type FormatOptions,
  type LineFormat,
  otherFormat,
  type Reading,
  type Reason,
  type Row,
} from "../row.js";
import { isText } from "./wordLog.js";

/**
 * Access logs of AWS load balancers, classic (ELB) and application (ALB):
 *
 *     elb       2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048
 *               0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -
 *     alb       http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 …
 *
 * The response time is the sum of the three processing times; one of -1 says that no target answered, and
 * the record has none. The status is the one that the client got.
 * Source: AWS, "Access logs for your Classic Load Balancer" and "… Application Load Balancer".
 */
export const elb: LineFormat = {
  title: "AWS classic load balancer",
  reading: (options) => loadBalancer(options, false),
};

/**
 * The application load balancer's log: the classic one, with the type of connection before it and more fields after it.
 */
export const alb: LineFormat = {
  title: "AWS application load balancer",
  reading: (options, sample) => loadBalancer(options, true, fieldsOf(sample)),
};

/** @param fields - number of fields in a line; a line with fewer was cut */
function loadBalancer(
  { toUtc, keepQuery, timeUnit }: FormatOptions,
  application: boolean,
  fields = 0,
): Reading {
  return {
    read: (bytes, start, end, row) => {
      row.bytes = bytes;
      let at = start;
      if (application) {
        at = wordEnd(bytes, start, end) + 1;
        if (!isType(bytes, start, at - 1)) return noType;
      }
      const timeEnd = wordEnd(bytes, at, end);
      row.time = moment(bytes, at, timeEnd, toUtc);
      if (row.time < 0 || timeEnd - at < 19 || bytes[at] === OPEN_BRACKET) return noTime;
      const client = Math.min(end, partEnd(bytes, SPACE, timeEnd + 1, end) + 1);
      const clientEnd = partEnd(bytes, SPACE, client, end);
      readClient(bytes, client, clientEnd, row);
      // The port of an IPv6 address stands behind a colon as well, without brackets.
      if (bytes[client] !== OPEN_BRACKET)
        row.addressEnd = Math.max(client, lastColon(bytes, client, clientEnd));
      const times = Math.min(end, partEnd(bytes, SPACE, clientEnd + 1, end) + 1);
      const status = afterWords(bytes, times, end, 3);
      if (status >= end) return "the line ends before the status";
      const wrong = readTimes(bytes, times, status - 1, row);
      if (wrong !== undefined) return wrong;
      if (timeUnit === "none") row.hundredths = -1;
      row.status = digits(bytes, status, wordEnd(bytes, status, end));
      if (row.status < 0) return "no status: the connection ended before an answer";
      const request = afterWords(bytes, status, end, 4);
      if (bytes[request] !== QUOTE || request >= end) return "no request in quotes behind the bytes";
      const close = quoteEnd(bytes, request + 1, end);
      if (close < 0) return "the line ends inside the request";
      if (fields > 0 && countFields(bytes, close + 1, end) + fieldsBefore < fields)
        return "fewer fields than the first lines have: the line may have been cut";
      const damaged = damagedTarget(bytes, request + 1, close);
      if (damaged !== undefined) return damaged;
      return requestPath(bytes, request + 1, close, row, keepQuery);
    },
  };
}

/** Number of fields in an application load balancer's line up to its request. Later versions have more after it. */
const fieldsBefore = 13;

/** The number of fields that most of the first lines have. From time to time, AWS adds fields at the end. */
function fieldsOf(sample: readonly Uint8Array[]): number {
  const counts = new Map<number, number>();
  for (const line of sample) {
    const count = countFields(line, 0, line.length);
    counts.set(count, (counts.get(count) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  return most?.[0] ?? 0;
}

/** Number of words and quoted texts in bytes[start, end). A quote that is not closed gives 0. */
function countFields(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] === SPACE) continue;
    if (bytes[at] === QUOTE) {
      at = quoteEnd(bytes, at + 1, end);
      if (at < 0) return count;
      at++;
    } else at = partEnd(bytes, SPACE, at, end);
    count++;
  }
  return count;
}

/** Adds three processing times in seconds. */
function readTimes(bytes: Uint8Array, start: number, end: number, row: Row): Reason {
  let microseconds = 0;
  let answered = true;
  for (let at = start, i = 0; i < 3; i++) {
    const to = wordEnd(bytes, at, end);
    if (bytes[at] === MINUS) answered = false;
    else {
      const part = scaled(bytes, at, to, 6);
      if (part < 0) return "no three processing times, such as 0.000073 0.001048 0.000057";
      microseconds += part;
    }
    at = to + 1;
  }
  row.hundredths = answered ? Math.floor(microseconds / 10 + 0.5) : -1;
}

function isType(bytes: Uint8Array, start: number, end: number): boolean {
  return types.some((type) => isText(bytes, start, end, type));
}

const types = ["https", "http", "h2", "wss", "ws", "grpcs"];

const noType = otherFormat("no type of connection, such as https, at the start");
const noTime = otherFormat("no time, such as 2026-01-05T00:22:28.123456Z");
