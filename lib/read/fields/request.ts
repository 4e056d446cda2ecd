import { isUtf8 } from "node:buffer";
import { COLON, DOT, MINUS, NINE, ONE, QUESTION, SLASH, TWO, UNDERSCORE, ZERO } from "../../ascii.js";
import { type Reason, type Row, unreadableRequest } from "../row.js";
import { wordEnd, wordStart } from "./words.js";

/**
 * Finds the path in the request bytes[start, end): `GET /path?query HTTP/1.1`. The target extends to the last space
 * before ` HTTP/x`, so a path may contain spaces. Without a version (HTTP/0.9) it may not. The full address of a
 * proxied or HTTP/2 request (`GET https://host/path`) gives its path. The query string is left out, unless the options
 * keep it. What a server writes for a request that it could not read (`-`, `<BADREQ>`, the bytes of a TLS handshake)
 * has no method or no target, so the line is not a record.
 */
export function requestPath(
  bytes: Uint8Array,
  start: number,
  end: number,
  row: Row,
  keepQuery: boolean,
): Reason {
  const target = wordEnd(bytes, start, end) + 1;
  if (target >= end) return isBadRequest(bytes, start, end) ? badRequestRead : noPath;
  if (!isMethod(bytes, start, target - 1)) return noMethod;
  const version = wordStart(bytes, target, end);
  if (version === target) return targetPath(bytes, target, end, row, keepQuery);
  if (!isVersion(bytes, version, end)) return noVersion;
  return version - 1 > target ? targetPath(bytes, target, version - 1, row, keepQuery) : noPath;
}

/**
 * Finds the path in a request whose end is missing: HAProxy cuts lines at 1,024 bytes. The path is whole if the query
 * string has begun.
 */
export function cutRequestPath(
  bytes: Uint8Array,
  start: number,
  end: number,
  row: Row,
  keepQuery: boolean,
): Reason {
  const target = wordEnd(bytes, start, end) + 1;
  let query = target;
  while (query < end && bytes[query] !== QUESTION) query++;
  if (keepQuery || query >= end) return "the line ends inside the request";
  if (!isMethod(bytes, start, target - 1)) return noMethod;
  return targetPath(bytes, target, query, row, false);
}

/** The most bytes of a method: the longest registered one, UPDATEREDIRECTREF, has 17. Source: IANA, HTTP methods. */
export const longestMethod = 32;

/**
 * Letters, digits and dashes, beginning with a letter. So `-`, which stands for a missing method, is not one. Source:
 * RFC 9110, section 9.1.
 */
function isMethod(bytes: Uint8Array, start: number, end: number): boolean {
  if (end <= start || end - start > longestMethod || !isLetter(bytes[start])) return false;
  for (let i = start + 1; i < end; i++) {
    const byte = bytes[i];
    if (!isLetter(byte) && byte !== MINUS && byte !== UNDERSCORE && (byte < ZERO || byte > NINE))
      return false;
  }
  return true;
}

/** `HTTP/1.1`, `HTTP/2` and the like; Hypercorn writes `1.1` and `2`. */
function isVersion(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start === 1) return bytes[start] === TWO || bytes[start] === TWO + 1;
  if (end - start === 3)
    return bytes[start] === ONE && bytes[start + 1] === DOT && (bytes[end - 1] | 1) === ONE;
  if (end - start < 6 || end - start > 9) return false;
  for (let i = 0; i < 5; i++) if (bytes[start + i] !== http.charCodeAt(i)) return false;
  for (let i = start + 5; i < end; i++)
    if (bytes[i] !== DOT && (bytes[i] < ZERO || bytes[i] > NINE)) return false;
  return true;
}

const isLetter = (byte: number) => (byte | 32) >= 97 && (byte | 32) <= 122;

/**
 * Finds the path in the field bytes[start, end), which holds a path, a full address or a whole request (`GET /path
 * HTTP/1.1`).
 */
export function pathOf(bytes: Uint8Array, start: number, end: number, row: Row, keepQuery: boolean): Reason {
  if (bytes[start] === SLASH || schemeEnd(bytes, start, end) > 0) {
    return targetPath(bytes, start, end, row, keepQuery);
  }
  return wordEnd(bytes, start, end) === end ? notPath : requestPath(bytes, start, end, row, keepQuery);
}

/** Sets the row's path to that of the target bytes[start, end), which is a path or a full address. */
function targetPath(bytes: Uint8Array, start: number, end: number, row: Row, keepQuery: boolean): Reason {
  let from = start;
  if (bytes[from] !== SLASH) {
    const host = schemeEnd(bytes, from, end);
    if (host < 0) return notPath;
    from = hostEnd(bytes, host, end);
    if (from < 0) return noHost;
    if (from === end || bytes[from] !== SLASH) {
      // A host without a path means the root. The slash before the host serves as its text.
      row.pathStart = host - 1;
      row.pathEnd = host;
      return;
    }
  }
  let to = end;
  if (!keepQuery) {
    to = from;
    while (to < end && bytes[to] !== QUESTION) to++;
  }
  row.pathStart = from;
  row.pathEnd = to;
}

/**
 * The end of the host name or address at `start`, with or without a port and a user before it; −1 if it is not sound.
 * Source: RFC 3986, section 3.2.
 */
function hostEnd(bytes: Uint8Array, start: number, end: number): number {
  const known = start + hostLength;
  if (hostLength > 0 && known <= end && (known === end || endsHost(bytes[known]))) {
    let same = 0;
    while (same < hostLength && bytes[start + same] === hostBefore[same]) same++;
    if (same === hostLength) return known;
  }
  let at = start;
  while (at < end && !endsHost(bytes[at])) at++;
  if (at - start > hostBefore.length) return -1;
  let text = "";
  for (let i = start; i < at; i++) text += String.fromCharCode(bytes[i]);
  if (!soundHost.test(text)) return -1;
  hostLength = at - start;
  for (let i = 0; i < hostLength; i++) hostBefore[i] = bytes[start + i];
  return at;
}

const endsHost = (byte: number) => byte === SLASH || byte === QUESTION;

const soundHost = /^(?:[\w.~%!$&'()*+,;=:-]*@)?(?:\[[\da-fA-F:.]+\]|[\w.~%-]+)(?::\d{0,5})?$/;

// The last sound host, which has no slash and no question mark. The lines of a log usually name only one.
const hostBefore = new Uint8Array(512);
let hostLength = 0;

/**
 * Why the target bytes[start, end) is damaged, in formats whose writers never write a byte that is not UTF-8. Taking it
 * for a path would count a path that nobody asked for.
 */
export function damagedTarget(bytes: Uint8Array, start: number, end: number): Reason {
  let unusual = 0;
  for (let i = start; i < end; i++) unusual |= bytes[i];
  return unusual < 0x80 || isUtf8(bytes.subarray(start, end)) ? undefined : notUtf8;
}

/** The reason for a path whose bytes are not text. */
export const notUtf8 = "the path is not UTF-8";

const noHost = unreadableRequest("the request's target has no sound host");
/** The reason for a request without a target. */
export const noPath = unreadableRequest("the request has no path");
const noVersion = unreadableRequest("the request does not end with its version, such as HTTP/1.1");
/** The reason for a request that does not begin with a method. */
export const noMethod = unreadableRequest("the request has no method");
const badRequestRead = unreadableRequest("the client sent no readable request (<BADREQ>)");
const notPath = unreadableRequest("the request's target is not a path");

/** The position after the `://` of a full address that starts at `at`, or −1. */
function schemeEnd(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (bytes[i] | 32) >= 97 && (bytes[i] | 32) <= 122) i++;
  const found =
    i > at && i + 2 < end && bytes[i] === COLON && bytes[i + 1] === SLASH && bytes[i + 2] === SLASH;
  return found ? i + 3 : -1;
}

function isBadRequest(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== badRequest.length) return false;
  for (let i = 0; i < badRequest.length; i++) if (bytes[start + i] !== badRequest.charCodeAt(i)) return false;
  return true;
}

const badRequest = "<BADREQ>";
const http = "HTTP/";
