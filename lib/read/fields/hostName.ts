import { CAPITAL_A, CAPITAL_Z, COLON, DOT, MINUS, NINE, UNDERSCORE, ZERO } from "../../ascii.js";

/**
 * Whether bytes[start, end) may be a host name: letters, digits, dots, dashes and underscores, with at least one
 * letter.
 */
export function isHostName(bytes: Uint8Array, start: number, end: number): boolean {
  if (end <= start || end - start > 253) return false;
  let letters = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if ((byte | 32) >= 97 && (byte | 32) <= 122) letters++;
    else if (byte !== DOT && byte !== MINUS && byte !== UNDERSCORE && (byte < ZERO || byte > NINE))
      return false;
  }
  return letters > 0;
}

/**
 * Writes the stand-in for a host name at `at`, 39 bytes: an IPv6 address in 2001:db8::/32, the range reserved for
 * documentation (RFC 3849). Its last 96 bits are a hash of the name, ignoring the case of letters. So the same name has
 * the same address in every log. The hash is the 32-bit FNV-1a with three different seeds. Source: Fowler, Noll, Vo,
 * "The FNV Non-Cryptographic Hash Algorithm".
 */
export function putStandIn(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): void {
  for (let i = 0; i < prefix.length; i++) out[at + i] = prefix.charCodeAt(i);
  let p = at + prefix.length;
  for (let part = 0; part < 3; part++) {
    let hash = Math.imul(0x811c9dc5, 2 * part + 1);
    for (let i = start; i < end; i++) {
      const byte = bytes[i];
      hash = Math.imul(hash ^ (byte >= CAPITAL_A && byte <= CAPITAL_Z ? byte | 32 : byte), 0x01000193);
    }
    for (let digit = 7; digit >= 0; digit--) {
      if (digit === 7 || digit === 3) out[p++] = COLON;
      out[p++] = hexadecimal.charCodeAt((hash >>> (4 * digit)) & 15);
    }
  }
}

/** Length of a stand-in in bytes. */
export const standInLength = 39;

const prefix = "2001:0db8";
const hexadecimal = "0123456789abcdef";
