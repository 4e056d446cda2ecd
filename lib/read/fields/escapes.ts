import { BACKSLASH, NINE, SMALL_U, SMALL_X, ZERO } from "../../ascii.js";

/** Copies bytes[start, end) to `out` without the escapes of Apache and nginx (`\x22`, `\"`, `\t`). @returns the end */
export function unescaped(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  let p = at;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    const next = bytes[i + 1];
    if (byte !== BACKSLASH || i + 1 >= end) {
      out[p++] = byte;
    } else if (
      (next | 32) === SMALL_X &&
      i + 3 < end &&
      hexDigit(bytes[i + 2]) >= 0 &&
      hexDigit(bytes[i + 3]) >= 0
    ) {
      out[p++] = hexDigit(bytes[i + 2]) * 16 + hexDigit(bytes[i + 3]);
      i += 3;
    } else if (next === SMALL_U && i + 5 < end && bytes[i + 2] === ZERO && bytes[i + 3] === ZERO) {
      // nginx's escape=json writes control characters in this way, and nothing else
      out[p++] = Math.max(0, hexDigit(bytes[i + 4])) * 16 + Math.max(0, hexDigit(bytes[i + 5]));
      i += 5;
    } else {
      out[p++] = controls.get(next) ?? next;
      i++;
    }
  }
  return p;
}

/** Value of a hexadecimal digit, or -1. */
export function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  const small = byte | 32;
  return small >= 97 && small <= 102 ? small - 87 : -1;
}

const controls = new Map([..."bnrtv"].map((letter, i) => [letter.charCodeAt(0), [8, 10, 13, 9, 11][i]]));
