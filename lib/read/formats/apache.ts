import { readDuration } from "../fields/duration.js";
import { unescaped } from "../fields/escapes.js";
import { type Extra, extraField, responseTimeIn } from "../fields/extraField.js";
import { damagedTarget, targetPath } from "../fields/request.js";
import { clfTime, digits, zoneOffset } from "../fields/time.js";
import { quoteEnd, wordEnd, wordStart } from "../fields/words.js";
import { type FormatOptions, type LineFormat, type Reading, type Reason, Row } from "../row.js";

/**
 * The access logs of Apache and nginx:
 *
 *     common    203.0.113.9 - - [05/Jan/2026:00:22:28 +0000] "GET /cart HTTP/1.1" 200 5316
 *     combined  … "https://www.example.com/" "Mozilla/5.0 …"
 *
 * each with more fields behind it, among them a response time (apacheTime.ts), and with a virtual host or a
 * syslog header before the client. A line that ends before its last quote was cut, and makes no record; nor does one
 * with a request that is not UTF-8, as both servers write the bytes of such a one as \xC3 and the like, which are read.
 * Sources: Apache's mod_log_config, nginx's ngx_http_log_module.
 */
export const common: LineFormat = {
  title: "Apache or nginx common log",
  reading: (options, sample) => accessLog(options, sample, false),
};

/** The combined log: the common one and, in quotes, where the client came from and what it was. */
export const combined: LineFormat = {
  title: "Apache or nginx combined log",
  reading: (options, sample) => accessLog(options, sample, true),
};

function accessLog(options: FormatOptions, sample: readonly Uint8Array[], agents: boolean): Reading {
  const head = new Head(options.keepQuery);
  const field: Extra = { start: 0, end: 0 };
  const row = new Row();
  const fields: string[][] = [];
  for (const line of sample) {
    if (head.read(line, 0, line.length, row) !== undefined) continue;
    const rest = afterAgents(line, head.end, line.length, agents);
    if (rest >= 0) fields.push(restOf(line, rest));
  }
  const { index, unit, decided, unsure } = responseTimeIn(fields, options.timeUnit);
  const alone = fields.every(({ length }) => length === 1); // nothing but the response time behind the agent
  return {
    decided,
    unsure,
    read: (bytes, start, end, row) => {
      const wrong = head.read(bytes, start, end, row);
      if (wrong !== undefined) return wrong;
      row.hundredths = -1;
      const last = agents ? lastField(bytes, head.end, end) : 0;
      if (last > 0) {
        if (last === end && index < 0) return;
        if (last < end && index === 0 && alone) return readDuration(bytes, last, end, unit, row);
      }
      const rest = afterAgents(bytes, head.end, end, agents);
      if (rest < 0) return agents ? noAgents : quotedRest;
      if (index < 0) return;
      extraField(bytes, rest, end, index, field);
      if (field.start < 0) return "the line ends before the response time";
      return readDuration(bytes, field.start, field.end, unit, row);
    },
  };
}

const noAgents = "no referrer and user agent in quotes: the line may have been cut";
const quotedRest = "more fields than the common log has";

const momentLength = 26;

/** Reads a line up to its bytes field. */
class Head {
  /** Position after the bytes field of the line read last. */
  end = 0;
  readonly #keepQuery: boolean;
  #time = -1;
  readonly #momentText = new Uint8Array(momentLength);
  /** Where the address and an unescaped target are put together. */
  #own = new Uint8Array(4096);

  constructor(keepQuery: boolean) {
    this.#keepQuery = keepQuery;
  }

  read(bytes: Uint8Array, start: number, end: number, row: Row): Reason {
    const firstEnd = wordEnd(bytes, start, end);
    let date = firstEnd + 5; // behind ` - - `, as a rule
    if (date + 29 >= end || !isDate(bytes, date)) {
      date = start;
      while (date + 29 < end && !isDate(bytes, date)) date++;
      if (date + 29 >= end) return "no time in brackets, such as [05/Jan/2026:00:22:28 +0000]";
    }
    row.time = this.#moment(bytes, date + 1);
    if (row.time < 0) return "the time is not a real date and time";
    row.bytes = bytes;
    row.addressStart = start;
    row.addressEnd = Math.min(firstEnd, date);
    // A client is digits or an IPv6 address; a host's name or a month stands before a client.
    if (!looksLikeAddress(bytes, start, row.addressEnd)) {
      const user = wordStart(bytes, start, date - 1);
      const identity = wordStart(bytes, start, user - 1);
      row.addressEnd = Math.max(start, identity - 1);
      row.addressStart = wordStart(bytes, start, row.addressEnd);
    }
    const request = date + 30;
    let i = request;
    while (i < end && bytes[i] > QUOTE) i++;
    let close = -1;
    if (bytes[i] === SPACE && bytes[i + 1] === SLASH) {
      row.pathStart = ++i;
      while (i < end && endsPath[bytes[i]] === 0) i++;
      row.pathEnd = i;
      if (bytes[i] !== BACKSLASH && (bytes[i] !== QUESTION || !this.#keepQuery))
        close = asciiQuoteEnd(bytes, i, end);
    }
    if (close < 0) {
      close = quoteEnd(bytes, request, end);
      if (close < 0) return "the line ends inside the request";
      const wrong = this.#unusual(bytes, request, close, row);
      if (wrong !== undefined) return wrong;
    }
    if (bytes[close + 1] !== SPACE || bytes[close + 5] !== SPACE || close + 6 >= end)
      return "no status behind the request";
    row.status = digits(bytes, close + 2, close + 5);
    if (row.status < 0) return "the status is not a number of three digits";
    const size = close + 6;
    this.end = wordEnd(bytes, size, end);
    if (bytes[size] !== MINUS && digits(bytes, size, Math.min(this.end, size + 1)) < 0)
      return "no number of bytes behind the status";
  }

  /** The moment of the 26 bytes `05/Jan/2026:00:22:28 +0000`, or -1. Most lines carry that of the line before. */
  #moment(bytes: Uint8Array, at: number): number {
    const text = this.#momentText;
    let i = momentLength - 1;
    while (i >= 0 && bytes[at + i] === text[i]) i--;
    if (i < 0) return this.#time;
    for (let k = 0; k < momentLength; k++) text[k] = bytes[at + k];
    const local = clfTime(bytes, at);
    const offset = zoneOffset(bytes, at + 21, at + momentLength);
    this.#time = local < 0 || Number.isNaN(offset) ? -1 : local - offset;
    return this.#time;
  }

  /** The target of a request bytes[start, end) with escapes, a query to keep or a full address. */
  #unusual(bytes: Uint8Array, start: number, end: number, row: Row): Reason {
    const target = wordEnd(bytes, start, end) + 1;
    if (target >= end) return "the request has no path";
    const to = wordEnd(bytes, target, end);
    const damaged = damagedTarget(bytes, target, to);
    if (damaged !== undefined) return damaged;
    const { addressStart, addressEnd } = row;
    const addressLength = addressEnd - addressStart;
    const length = addressLength + to - target;
    if (this.#own.length < length) this.#own = new Uint8Array(2 * length);
    const own = this.#own;
    for (let i = 0; i < addressLength; i++) own[i] = bytes[addressStart + i];
    const ownEnd = unescaped(bytes, target, to, own, addressLength);
    row.bytes = own;
    row.addressStart = 0;
    row.addressEnd = addressLength;
    return targetPath(own, addressLength, ownEnd, row, this.#keepQuery);
  }
}

/** Whether ` [dd/Mon/yyyy:hh:mm:ss +zzzz] "` stands around the bracket at `at`, for there to be a line's head. */
function isDate(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === OPEN &&
    bytes[at + 3] === SLASH &&
    bytes[at + 21] === SPACE &&
    bytes[at + 27] === CLOSE &&
    bytes[at + 28] === SPACE &&
    bytes[at + 29] === QUOTE
  );
}

/** Digits and dots, or hexadecimal digits and at least two colons. */
function looksLikeAddress(bytes: Uint8Array, start: number, end: number): boolean {
  let colons = 0;
  let other = false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === COLON) colons++;
    else if (byte !== DOT && (byte < ZERO || byte > NINE)) {
      if ((byte | 32) < 97 || (byte | 32) > 102) return false;
      other = true;
    }
  }
  return colons >= 2 || (colons === 0 && !other);
}

/** Position after ` "referrer" "user agent"`, or at `at` when the format has none; -1 when they do not fit. */
function afterAgents(bytes: Uint8Array, at: number, end: number, agents: boolean): number {
  if (!agents) return at + 1 < end && bytes[at + 1] === QUOTE ? -1 : at;
  if (at + 1 >= end || bytes[at + 1] !== QUOTE) return -1;
  const referrer = quoteEnd(bytes, at + 2, end);
  if (referrer < 0 || referrer + 2 >= end || bytes[referrer + 2] !== QUOTE) return -1;
  return quoteEnd(bytes, referrer + 3, end) + 1 || -1;
}

/**
 * Where the number that ends a line starts, when it stands behind the user agent, or `end` when the agent's quote
 * ends the line; 0 when neither is plain to see. This spares walking through the agent, half of a line.
 */
function lastField(bytes: Uint8Array, at: number, end: number): number {
  if (at + 5 > end || bytes[at + 1] !== QUOTE) return 0;
  const referrer = quoteEnd(bytes, at + 2, end);
  if (referrer < 0 || bytes[referrer + 2] !== QUOTE) return 0;
  let i = end;
  while (i > referrer && (bytes[i - 1] === DOT || (bytes[i - 1] >= ZERO && bytes[i - 1] <= NINE))) i--;
  const quote = i === end ? end - 1 : i - 2;
  if (quote < referrer + 3 || bytes[quote] !== QUOTE || bytes[quote - 1] === BACKSLASH) return 0;
  return i === end || bytes[i - 1] === SPACE ? i : 0;
}

/** The fields from `at` on, each with its quotes and name. */
function restOf(line: Uint8Array, at: number): string[] {
  const text = String.fromCharCode(...line.subarray(at, at + 2000));
  return text.match(/(?<= )(?:[a-z_]+=)?"(?:[^"\\]|\\.)*"|(?<= )[^ ]+/gi) ?? [];
}

/** As `quoteEnd`, but -1 also when a byte past ASCII stands before it. */
function asciiQuoteEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end && bytes[i] < 0x80; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH) i++;
  }
  return -1;
}

/** 1 for the bytes that end a plain path: space, double quote, question mark, backslash, and those past ASCII. */
const endsPath = new Uint8Array(256);

const SPACE = 32;
const QUOTE = 34;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const QUESTION = 63;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;

for (const byte of [SPACE, QUOTE, QUESTION, BACKSLASH]) endsPath[byte] = 1;
endsPath.fill(1, 0x80);
