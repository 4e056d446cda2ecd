import { COLON, DOT, NINE, ZERO } from "../../ascii.js";
import { hexDigit } from "./escapes.js";

/** Whether bytes[start, end) are an IPv4 or IPv6 address in text form, without a port or a zone. */
export function isAddress(bytes: Uint8Array, start: number, end: number): boolean {
  return isIPv4(bytes, start, end) || isIPv6(bytes, start, end);
}

/**
 * Whether the bytes are eight groups of one to four hexadecimal digits with colons in between, of which `::` once stands
 * for one group or more, and an IPv4 address for the last two. Source: RFC 4291, 2.2.
 */
function isIPv6(bytes: Uint8Array, start: number, end: number): boolean {
  let groups = 0;
  let isShort = false;
  let at = start;
  if (end - start > 1 && bytes[start] === COLON && bytes[start + 1] === COLON) {
    isShort = true;
    at = start + 2;
  }
  while (at < end || !isShort) {
    let to = at;
    while (to < end && hexDigit(bytes[to]) >= 0) to++;
    if (to < end && bytes[to] === DOT) {
      if (!isIPv4(bytes, at, end)) return false;
      groups += 2;
      break;
    }
    if (to === at || to - at > 4) return false;
    groups++;
    if (to === end) break;
    if (bytes[to] !== COLON || to + 1 === end) return false;
    at = to + 1;
    if (bytes[at] === COLON) {
      if (isShort) return false;
      isShort = true;
      at++;
    }
  }
  return isShort ? groups < 8 : groups === 8;
}

/** Whether the bytes are four numbers from 0 to 255 without leading zeros, separated by dots. */
function isIPv4(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > 15) return false;
  let octet = 0;
  let length = 0; // number of digits in this octet so far
  let dots = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === DOT) {
      if (length === 0) return false;
      dots++;
      octet = 0;
      length = 0;
    } else if (byte >= ZERO && byte <= NINE) {
      if (length > 0 && octet === 0) return false;
      octet = octet * 10 + byte - ZERO;
      length++;
      if (octet > 255) return false;
    } else {
      return false;
    }
  }
  return dots === 3 && length > 0;
}
