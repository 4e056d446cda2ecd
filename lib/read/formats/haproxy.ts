import {
  BAR,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  DOT,
  MINUS,
  ONE,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  SLASH,
  SPACE,
} from "../../ascii.js";
import { chooseClient, clientIs, isAddressAt } from "../fields/forwarded.js";
import { Repeated } from "../fields/repeated.js";
import { cutRequestPath, requestPath } from "../fields/request.js";
import { clfTime, digits } from "../fields/time.js";
import { afterWords, lastColon, quoteEnd, wordEnd, wordStart } from "../fields/words.js";
import { type LineFormat, otherFormat, type Reason, type Row } from "../row.js";

/**
 * HAProxy's HTTP log (`option httplog`), with or without a syslog header:
 *
 *     10.0.0.1:39164 [05/Aug/2012:00:50:12.093] front back/srv Tq/Tw/Tc/Tr/Tt status bytes … "GET /path HTTP/1.1"
 *
 * The time is when the connection was accepted, the response time is the whole of it, Tt. A timer of -1 says that the
 * request never reached that stage (refused, aborted, answered by HAProxy itself). Its Tt does not measure an answer of
 * the site, so the response time is left empty. A line with a status of -1, or with a request that HAProxy could not
 * read (<BADREQ>), is not a record. Captured headers stand in braces before the request, without their names: one that
 * holds addresses is taken for X-Forwarded-For. Source: HAProxy Configuration Manual, "HTTP log format".
 */
export const haproxy: LineFormat = {
  title: "HAProxy HTTP log",
  reading: ({ toUtc, keepQuery, timeUnit, client }, sample) => {
    const repeated = new Repeated();
    const header = capturedClient(sample);
    const starts = new Int32Array(2);
    const ends = new Int32Array(2);
    const clients = ["the peer", `the header captured in place ${header.place + 1}`] as const;
    const asked = client ?? (header.isSure ? undefined : "unsure");
    return {
      ...(header.place >= 0 && { clients, decided: `client = ${clientIs(client, clients)}` }),
      read: (bytes, lineStart, lineEnd, row) => {
        row.bytes = bytes;
        const date = acceptDate(bytes, lineStart, lineEnd);
        if (date < 0) return noDate;
        // If there is more before the date than the client, it is a syslog header.
        repeated.find(bytes, lineStart, date, lineEnd);
        const { start, end } = repeated;
        row.repeats *= repeated.times;
        const local = clfTime(bytes, date);
        const milliseconds = digits(bytes, date + 21, date + 24);
        if (local < 0 || milliseconds < 0) return "the accept date is not a real date and time";
        row.time = toUtc(local) + milliseconds;

        const addressEnd = lastColon(bytes, start, date - 2);
        if (addressEnd < 0) return "no client address and port before the accept date";
        row.addressEnd = addressEnd;
        row.addressStart = wordStart(bytes, start, addressEnd);

        // After the date: frontend, backend/server, timers, status, bytes, and seven more fields.
        const timers = afterWords(bytes, date + 26, end, 2);
        const timersEnd = wordEnd(bytes, timers, end);
        const wrong = readTimers(bytes, timers, timersEnd, row);
        if (wrong !== undefined) return wrong;
        if (timeUnit === "none") row.hundredths = -1;

        const statusEnd = wordEnd(bytes, timersEnd + 1, end);
        row.status = digits(bytes, timersEnd + 1, statusEnd);
        if (row.status < 0) return "no status: the connection ended before an answer";

        let request = statusEnd;
        while (request < end && bytes[request] !== QUOTE) request++;
        if (request === end) return "the line ends before the request";
        let either: Reason;
        if (header.place >= 0) {
          starts[0] = row.addressStart;
          ends[0] = row.addressEnd;
          starts[1] = captureStart(bytes, statusEnd, request, header.place);
          ends[1] = captureEnd(bytes, starts[1], request);
          either = chooseClient(bytes, starts, ends, 0, 1, asked, row);
        }
        const close = quoteEnd(bytes, request + 1, end);
        return (
          (close < 0
            ? cutRequestPath(bytes, request + 1, end, row, keepQuery)
            : requestPath(bytes, request + 1, close, row, keepQuery)) ?? either
        );
      },
    };
  },
};

/** Start of the captured header at a place, in the braces of bytes[start, end); `end` if there is none. */
function captureStart(bytes: Uint8Array, start: number, end: number, place: number): number {
  let left = place + 1;
  for (let at = start; at < end; at++) {
    if (bytes[at] !== OPEN_BRACE && bytes[at] !== BAR) continue;
    left--;
    if (left === 0) return at + 1;
  }
  return end;
}

function captureEnd(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  while (to < end && bytes[to] !== BAR && bytes[to] !== CLOSE_BRACE) to++;
  return to;
}

/**
 * The place of the captured header that holds addresses, or −1. It is sure to be the clients' if there is more than one,
 * as the host that all of them ask for may be an address as well.
 */
function capturedClient(sample: readonly Uint8Array[]): { place: number; isSure: boolean } {
  const places: { filled: number; addresses: Map<string, number> }[] = [];
  for (const line of sample) {
    const request = line.indexOf(QUOTE);
    const first = line.indexOf(OPEN_BRACE);
    for (let place = 0; first >= 0 && first < request; place++) {
      const start = captureStart(line, first, request, place);
      const end = captureEnd(line, start, request);
      if (start === request) break;
      places[place] ??= { filled: 0, addresses: new Map() };
      if (end - start < 2) continue; // empty, or -
      const { addresses } = places[place];
      places[place].filled++;
      if (!isAddressAt(line, start, end)) continue;
      const text = String.fromCharCode(...line.subarray(start, end));
      addresses.set(text, (addresses.get(text) ?? 0) + 1);
    }
  }
  const place = places.findIndex(({ filled, addresses }) => {
    const count = [...addresses.values()].reduce((sum, each) => sum + each, 0);
    return count > 0 && count >= 0.9 * filled;
  });
  return { place, isSure: (places[place]?.addresses.size ?? 0) > 1 };
}

/** Position after the bracket of ` [dd/Mon/yyyy:hh:mm:ss.mmm] `, or -1. */
function acceptDate(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start + 1; i + 26 < end; i++) {
    if (
      bytes[i] === OPEN_BRACKET &&
      bytes[i - 1] === SPACE &&
      bytes[i + 3] === SLASH &&
      bytes[i + 21] === DOT &&
      bytes[i + 25] === CLOSE_BRACKET &&
      bytes[i + 26] === SPACE
    ) {
      return i + 1;
    }
  }
  return -1;
}

/** Reads Tq/Tw/Tc/Tr/Tt. Tt may have a + if the line was logged before the end (`option logasap`). */
function readTimers(bytes: Uint8Array, start: number, end: number, row: Row): Reason {
  let count = 0;
  let reached = true; // whether no timer was −1
  let value = -1;
  for (let at = start; at <= end; count++) {
    let to = at;
    while (to < end && bytes[to] !== SLASH) to++;
    if (to - at === 2 && bytes[at] === MINUS && bytes[at + 1] === ONE) reached = false;
    else {
      value = digits(bytes, count === 4 && bytes[at] === PLUS ? at + 1 : at, to);
      if (value < 0) return notTimers;
    }
    at = to + 1;
  }
  if (count !== 5) return notTimers;
  row.hundredths = reached ? value * 100 : -1;
}

const noDate = otherFormat("no accept date in brackets, such as [05/Aug/2012:00:50:12.093]");
const notTimers = "no five timers, such as 0/0/0/444/445: not an HTTP line of HAProxy";
