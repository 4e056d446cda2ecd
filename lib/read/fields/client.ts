import {
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOT,
  MINUS,
  NINE,
  OPEN_BRACKET,
  OPEN_PARENTHESIS,
  PERCENT,
  SPACE,
  ZERO,
} from "../../ascii.js";
import { type Reason, Row, type WhichClient } from "../row.js";
import { isAddress } from "./address.js";
import { forwardedFor, nodeEnd } from "./forwardedElement.js";
import { Pieces } from "./pieces.js";
import { digits } from "./time.js";

/**
 * Sets the row's address to the one in bytes[start, end). Of a list, it is the left-most: `X-Forwarded-For` has the
 * client first and then the proxies. The port, the zone and what surrounds the address are left out: `10.0.0.1:39164`,
 * `[2001:db8::1]:443` and `[2001:db8::1]` give the bare address. Of the header `Forwarded` it is the first `for=`.
 * Sources: MDN, "X-Forwarded-For"; RFC 7239, sections 4 and 6.
 */
export function readClient(bytes: Uint8Array, start: number, end: number, row: Row): void {
  const node = bytes[start] > NINE ? forwardedFor(bytes, start, end) : -1;
  if (node >= 0) {
    readClient(bytes, node, nodeEnd(bytes, node, end), row);
    return;
  }
  let to = start;
  let colons = 0;
  let colon = end;
  let zone = end; // fe80::1%eth0
  for (; to < end && bytes[to] !== COMMA; to++) {
    if (bytes[to] === COLON) {
      colons++;
      colon = to;
    } else if (bytes[to] === PERCENT && colons > 1 && zone === end) zone = to;
  }
  if (bytes[start] === OPEN_PARENTHESIS && bytes[end - 1] === OPEN_PARENTHESIS + 1) {
    readClient(bytes, start + 1, end - 1, row); // Apache's (%{X-Forwarded-For}i), as many write it
    return;
  }
  row.addressStart = start;
  row.addressEnd = Math.min(to, zone);
  if (bytes[start] === OPEN_BRACKET) {
    row.addressStart = start + 1;
    for (let i = start + 1; i < to && i < zone; i++) if (bytes[i] === CLOSE_BRACKET) row.addressEnd = i;
  } else if (colons === 1 && colon < to) row.addressEnd = colon; // an IPv6 address has at least two
}

/** What comes before the client's address in the lines of an access log, if anything does. */
export type BeforeClient = "host" | "forwarded";

/**
 * Finds the client among the words before a line's time. Usually they are `client - user`. There may be more before
 * them: a syslog header, the virtual host (`%v:%p %h …`), or the list of `X-Forwarded-For` (`%{X-Forwarded-For}i %h
 * …`). Such a list names the client, while the address after it is a proxy's.
 */
export class ClientBeforeTime {
  /** What comes before the client. The first lines show it; undefined until one has. */
  before: BeforeClient | undefined;
  /** What the last line showed about the other lines. "either" is a host or a list of one address. */
  saw: BeforeClient | "either" | undefined;
  /** Beginning of the message of a syslog line which says that the message was repeated; usually −1. */
  repeated = -1;
  /**
   * Where the last line has a list of X-Forwarded-For in brackets behind the peer, `10.0.0.1 - [203.0.113.9] - -`, as
   * ingress-nginx wrote it; usually −1.
   */
  bracketStart = -1;
  bracketEnd = -1;
  readonly #pieces = new Pieces();
  readonly #asked: WhichClient | undefined;

  /** @param asked - who the client is where both stand there */
  constructor(asked: WhichClient | undefined) {
    this.#asked = asked;
  }

  /** Reads bytes[start, end), which end before the bracket of the time, into the row. */
  read(bytes: Uint8Array, start: number, end: number, row: Row): Reason {
    const { start: from, end: to } = this.#pieces;
    this.saw = undefined;
    this.repeated = this.bracketStart = -1;
    const count = this.#pieces.read(bytes, start, end);
    if (count === 0) return "there is no client before the time";
    const first = this.#afterHeader(bytes, count, row);
    // The first word that looks like a client. Its identity and user follow it.
    let client = first;
    while (client < count && !isClient(bytes, from[client], to[client])) client++;
    if (client === count) client = Math.max(first, count - 3);
    else if (client + 1 < count && isClient(bytes, from[client + 1], to[client + 1])) {
      const list = hasComma(bytes, from[client], to[client]);
      this.saw = list ? "forwarded" : "either";
      if (!list && this.before === undefined) return twoAddresses;
      if (list ? this.#asked === "peer" : this.before === "host") client++;
    } else if (client === first + 1) {
      const dash =
        (to[first] - from[first] === 1 && bytes[from[first]] === MINUS) ||
        isText(bytes, from[first], to[first], "(-)");
      if (!dash && isDecimal(bytes, from[first], to[first])) return numberFirst;
      this.saw = dash ? "forwarded" : "host";
    }
    for (let i = client + 1; i < count; i++) {
      if (bytes[from[i] - 1] !== OPEN_BRACKET || !isClient(bytes, from[i], to[i])) continue;
      this.bracketStart = from[i];
      this.bracketEnd = to[i];
    }
    readClient(bytes, from[client], to[client], row);
  }

  /** The first word after a syslog header, which ends with `nginx[812]:`, and after "message repeated 7 times: [". */
  #afterHeader(bytes: Uint8Array, count: number, row: Row): number {
    const { start: from, end: to } = this.#pieces;
    let first = 0;
    for (let i = 0; i < count; i++)
      if (bytes[to[i] - 1] === COLON && to[i] - from[i] > 1 && !isAddress(bytes, from[i], to[i]))
        first = i + 1;
    if (first >= 4 && first < count && bytes[from[first]] === OPEN_BRACKET && to[first] - from[first] === 1) {
      const times = digits(bytes, from[first - 2], to[first - 2]);
      if (times > 0 && isText(bytes, from[first - 3], to[first - 3], "repeated")) {
        row.repeats = times;
        this.repeated = to[first];
        return first + 1 < count ? first + 1 : first;
      }
    }
    return first < count ? first : 0;
  }
}

/** The reason for a line that begins with two addresses if the first lines do not show what the first address is. */
export const twoAddresses = "two addresses stand before the time, and either may be the client's";

/** The reason for a line whose client has a number before it, as some put nginx's `$request_time` there. */
const numberFirst =
  "a number with decimals stands before the client, and may be the response time: logFormat (--log-format) says what it is";

/** Whether the bytes are digits with one dot, which no host's name is. */
function isDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  let dots = 0;
  for (let i = start; i < end; i++) {
    if (bytes[i] === DOT) dots++;
    else if (bytes[i] < ZERO || bytes[i] > NINE) return false;
  }
  return dots === 1 && end - start > 1;
}

/** Whether a word is an address, with or without port or brackets, or a list of which the first or the last is one. */
function isClient(bytes: Uint8Array, start: number, end: number): boolean {
  readClient(bytes, start, end, probe);
  if (isAddress(bytes, probe.addressStart, probe.addressEnd)) return true;
  if (!hasComma(bytes, start, end)) return false;
  const last = bytes.lastIndexOf(COMMA, end - 1) + 1;
  return isClient(bytes, bytes[last] === SPACE ? last + 1 : last, end);
}

const probe = new Row();

function hasComma(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === COMMA) return true;
  return false;
}

function isText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
