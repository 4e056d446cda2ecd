import { isUtf8 } from "node:buffer";
import type { Reason, Row } from "../row.js";

/**
 * Finds the path in the request `GET /path?query HTTP/1.1` that starts at `start` and ends with a double
 * quote before `end`; the full address of a proxied or HTTP/2 request (`GET https://host/path`) gives its
 * path. The query string is left out unless kept.
 */
export function requestPath(
  bytes: Uint8Array,
  start: number,
  end: number,
  row: Row,
  keepQuery: boolean,
): Reason {
  let at = start;
  while (at < end && bytes[at] !== SPACE && bytes[at] !== QUOTE) at++;
  if (at >= end - 1 && bytes[at] !== QUOTE) return endsInside;
  if (bytes[at] === QUOTE) {
    return isBadRequest(bytes, start, at)
      ? "the client sent no readable request (<BADREQ>)"
      : "the request has no path";
  }
  const to = targetEnd(bytes, at + 1, end);
  if (to >= end) return endsInside;
  return targetPath(bytes, at + 1, to, row, keepQuery);
}

const endsInside = "the line ends inside the request";

/** Position of the space or double quote that ends a request's target, or `end`. */
function targetEnd(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  while (to < end && bytes[to] !== SPACE && bytes[to] !== QUOTE) to++;
  return to;
}

/**
 * Finds the path in the field bytes[start, end) that holds a path, a full address or a whole request
 * (`GET /path HTTP/1.1`).
 */
export function pathOf(bytes: Uint8Array, start: number, end: number, row: Row, keepQuery: boolean): Reason {
  if (bytes[start] === SLASH || schemeEnd(bytes, start, end) > 0) {
    return targetPath(bytes, start, end, row, keepQuery);
  }
  let at = start;
  while (at < end && bytes[at] >= 65 && bytes[at] <= 90) at++;
  if (at === start || bytes[at] !== SPACE) return notPath;
  return targetPath(bytes, at + 1, targetEnd(bytes, at + 1, end), row, keepQuery);
}

/** Sets the row's path to that of the target bytes[start, end): a path or a full address. */
export function targetPath(
  bytes: Uint8Array,
  start: number,
  end: number,
  row: Row,
  keepQuery: boolean,
): Reason {
  let from = start;
  if (bytes[from] !== SLASH) {
    const host = schemeEnd(bytes, from, end);
    if (host < 0) return notPath;
    from = host;
    while (from < end && bytes[from] !== SLASH && bytes[from] !== QUESTION) from++;
    if (from === end || bytes[from] !== SLASH) {
      // A host without a path: the root. Its text is the slash before the host.
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
 * Why the target bytes[start, end) is damaged where the writers of a format put no byte that is not UTF-8: whoever
 * took it for a path would count a path that nobody asked for.
 */
export function damagedTarget(bytes: Uint8Array, start: number, end: number): Reason {
  let unusual = 0;
  for (let i = start; i < end; i++) unusual |= bytes[i];
  return unusual < 0x80 || isUtf8(bytes.subarray(start, end)) ? undefined : notUtf8;
}

/** Said of a path whose bytes are no text. */
export const notUtf8 = "the path is not UTF-8";

const notPath = "the request's target is not a path";

/** Position after the `://` of a full address that starts at `at`, or -1. */
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
const SPACE = 32;
const QUOTE = 34;
const SLASH = 47;
const COLON = 58;
const QUESTION = 63;
