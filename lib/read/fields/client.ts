import { type Reason, Row } from "../row.js";
import { isAddress } from "./address.js";
import { Pieces } from "./pieces.js";
import { digits } from "./time.js";

/**
 * Sets the row's address to that in bytes[start, end): the left-most of a list, as `X-Forwarded-For` has the client
 * first and the proxies behind it; without its port: `10.0.0.1:39164`, `[2001:db8::1]:443` and `[2001:db8::1]` lose
 * what is around it.
 * Source: MDN, "X-Forwarded-For".
 */
export function readClient(bytes: Uint8Array, start: number, end: number, row: Row): void {
  let to = start;
  let colons = 0;
  let colon = end;
  for (; to < end && bytes[to] !== COMMA; to++) {
    if (bytes[to] === COLON) {
      colons++;
      colon = to;
    }
  }
  if (bytes[start] === PARENTHESIS && bytes[end - 1] === PARENTHESIS + 1) {
    readClient(bytes, start + 1, end - 1, row); // Apache's (%{X-Forwarded-For}i), as many write it
    return;
  }
  row.addressStart = start;
  row.addressEnd = to;
  if (bytes[start] === OPEN) {
    row.addressStart = start + 1;
    for (let i = start + 1; i < to; i++) if (bytes[i] === CLOSE) row.addressEnd = i;
  } else if (colons === 1 && colon < to) row.addressEnd = colon; // an IPv6 address has at least two
}

/** What stands before the client's address in an access log's lines, where something does. */
export type BeforeClient = "host" | "forwarded";

/**
 * Finds the client among what stands before a line's time: as a rule `client - user`, with more before it: a syslog
 * header, the virtual host (`%v:%p %h …`) or the list of `X-Forwarded-For` (`%{X-Forwarded-For}i %h …`), which names
 * the client where the address behind it is a proxy's.
 */
export class ClientBeforeTime {
  /** What stands before the client: known from the first lines; undefined while nothing has told. */
  before: BeforeClient | undefined;
  /** Of the line read last: what it tells about the other lines. "either" is a host or a list of one address. */
  saw: BeforeClient | "either" | undefined;
  /** Where the message of a syslog line begins that is said to have been repeated; -1 as a rule. */
  repeated = -1;
  readonly #pieces = new Pieces();

  /** Reads bytes[start, end), which end before the time's bracket, into the row. */
  read(bytes: Uint8Array, start: number, end: number, row: Row): Reason {
    const { start: from, end: to } = this.#pieces;
    this.saw = undefined;
    this.repeated = -1;
    const count = this.#pieces.read(bytes, start, end);
    if (count === 0) return "there is no client before the time";
    const first = this.#afterHeader(bytes, count, row);
    // The first piece that looks like a client; what it has behind it is its identity and user.
    let client = first;
    while (client < count && !isClient(bytes, from[client], to[client])) client++;
    if (client === count) client = Math.max(first, count - 3);
    else if (client + 1 < count && isClient(bytes, from[client + 1], to[client + 1])) {
      const list = hasComma(bytes, from[client], to[client]);
      this.saw = list ? "forwarded" : "either";
      if (!list && this.before === undefined) return twoAddresses;
      if (!list && this.before === "host") client++;
    } else if (client === first + 1) {
      const dash =
        (to[first] - from[first] === 1 && bytes[from[first]] === MINUS) ||
        isText(bytes, from[first], to[first], "(-)");
      this.saw = dash ? "forwarded" : "host";
    }
    readClient(bytes, from[client], to[client], row);
  }

  /** The first piece behind a syslog header, which ends with `nginx[812]:`, and behind "message repeated 7 times: [". */
  #afterHeader(bytes: Uint8Array, count: number, row: Row): number {
    const { start: from, end: to } = this.#pieces;
    let first = 0;
    for (let i = 0; i < count; i++)
      if (bytes[to[i] - 1] === COLON && to[i] - from[i] > 1 && !isAddress(bytes, from[i], to[i]))
        first = i + 1;
    if (first >= 4 && first < count && bytes[from[first]] === OPEN && to[first] - from[first] === 1) {
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

/** Said of a line that begins with two addresses where the first lines do not tell what the first of them is. */
export const twoAddresses = "two addresses stand before the time, and either may be the client's";

/** Whether a piece is an address, with or without port or brackets, or a list of several. */
function isClient(bytes: Uint8Array, start: number, end: number): boolean {
  if (hasComma(bytes, start, end)) return true;
  readClient(bytes, start, end, probe);
  return isAddress(bytes, probe.addressStart, probe.addressEnd);
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

const PARENTHESIS = 40;
const COMMA = 44;
const MINUS = 45;
const COLON = 58;
const OPEN = 91;
const CLOSE = 93;
