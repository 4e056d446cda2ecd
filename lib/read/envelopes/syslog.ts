import {
  BACKSLASH,
  CLOSE_BRACKET,
  COLON,
  GREATER,
  LESS,
  MINUS,
  NINE,
  ONE,
  OPEN_BRACKET,
  SLASH,
  SPACE,
  ZERO,
} from "../../ascii.js";
import { digits, moment, monthNumber } from "../fields/time.js";
import { wordEnd } from "../fields/words.js";
import type { Envelope } from "./envelope.js";

/**
 * Syslog as daemons write it into files and as `journalctl -o short` and `short-iso` show the journal:
 *
 *     Jan  5 10:00:00 web1 nginx[812]: …          RFC 3164, with or without `<190>` and the host
 *     2026-01-05T10:00:00.123456+00:00 web1 nginx[812]: …
 *
 * The first says no year, so that its time is not used.
 * Source: RFC 3164, section 4; rsyslog, "RSYSLOG_FileFormat"; journalctl(1).
 */
export const syslog: Envelope = {
  title: "syslog (RFC 3164) or journalctl",
  opener:
    ({ toUtc }) =>
    (bytes, start, end, into) => {
      let at = afterPriority(bytes, start, end);
      into.time = -1;
      if (monthNumber(bytes, at) > 0 && bytes[at + 3] === SPACE) {
        if (bytes[at + 6] !== SPACE || bytes[at + 9] !== COLON || bytes[at + 12] !== COLON) return noHeader;
        at = wordEnd(bytes, at + 7, end) + 1; // with or without microseconds
      } else {
        const to = wordEnd(bytes, at, end);
        if (to - at < 19 || bytes[at + 4] !== MINUS) return noHeader;
        into.time = moment(bytes, at, to, toUtc);
        if (into.time < 0) return noHeader;
        at = to + 1;
      }
      // The tag ends with a colon. If there is a host, it comes before the tag.
      for (let words = 0; words < 2 && at < end; words++) {
        const to = wordEnd(bytes, at, end);
        if (!isName(bytes[at]) || isDate(bytes, at)) return noHeader; // a second time, or neither a host nor a tag
        if (bytes[to - 1] === COLON && to > at) {
          into.setMessage(bytes, Math.min(end, to + 1), end);
          return;
        }
        at = to + 1;
      }
      return noHeader;
    },
};

/**
 * Syslog by RFC 5424, also as Heroku sends it, which has nothing in the place of the structured data: `<190>1 2026-01-05T10:00:00.123Z web1 nginx 812 - - …`, with or without structured data.
 * Source: RFC 5424, section 6.
 */
export const syslog5424: Envelope = {
  title: "syslog (RFC 5424)",
  opener:
    ({ toUtc }) =>
    (bytes, start, end, into) => {
      let length = start; // the number of bytes before each message of a stream, by RFC 6587
      while (bytes[length] >= ZERO && bytes[length] <= NINE && length < end) length++;
      const from = length > start && bytes[length] === SPACE ? length + 1 : start;
      let at = afterPriority(bytes, from, end);
      if (at === from || bytes[at] !== ONE || bytes[at + 1] !== SPACE) return noHeader5424;
      at += 2;
      const time = wordEnd(bytes, at, end);
      into.time = time - at < 19 ? -1 : moment(bytes, at, time, toUtc);
      at = time + 1;
      for (let words = 0; words < 4; words++) at = wordEnd(bytes, at, end) + 1; // host, program, process, message
      if (at >= end) return noHeader5424;
      if (bytes[at] === MINUS && (at + 1 === end || bytes[at + 1] === SPACE)) at++;
      else if (bytes[at] !== OPEN_BRACKET) {
        into.setMessage(bytes, at, end); // Heroku leaves the structured data out
        return;
      } else {
        while (at < end && bytes[at] === OPEN_BRACKET) {
          while (at < end && bytes[at] !== CLOSE_BRACKET) at += bytes[at] === BACKSLASH ? 2 : 1;
          at++;
        }
      }
      if (at < end && bytes[at] !== SPACE) return noHeader5424;
      at++;
      if (bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) at += 3;
      into.setMessage(bytes, Math.min(at, end), end);
    },
};

/** Whether a host or a tag may begin with this byte: a letter, a digit, or the slash of a path. */
const isName = (byte: number) => ((byte | 32) >= 97 ? (byte | 32) <= 122 : byte >= SLASH && byte <= NINE);

const isDate = (bytes: Uint8Array, at: number) =>
  bytes[at + 4] === MINUS && bytes[at + 7] === MINUS && bytes[at + 13] === COLON;

const noHeader = "no header of syslog";
const noHeader5424 = "no header of syslog by RFC 5424";

/** Position after `<190>`, or `start`. */
function afterPriority(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== LESS) return start;
  for (let at = start + 2; at < Math.min(end, start + 5); at++)
    if (bytes[at] === GREATER && digits(bytes, start + 1, at) >= 0) return at + 1;
  return start;
}
