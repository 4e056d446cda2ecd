import { isIP } from "node:net";
import { COLON, DOT, NINE, ZERO } from "../../ascii.js";

/** Whether bytes[start, end) are an IPv4 or IPv6 address in text form, without a port or a zone. */
export function isAddress(bytes: Uint8Array, start: number, end: number): boolean {
  if (isIPv4(bytes, start, end)) return true;
  if (end - start < 2 || end - start > 45) return false; // the longest IPv6 address has 45 characters
  let colon = start;
  while (colon < end && bytes[colon] !== COLON) colon++;
  if (colon === end) return false;
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return !text.includes("%") && isIP(text) !== 0;
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
