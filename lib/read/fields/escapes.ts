import { BACKSLASH, NINE, SMALL_U, SMALL_X, ZERO } from "../../ascii.js";

/**
 * Copies bytes[start, end) to `out` without the escapes of Apache and nginx (`\x22`, `\"`, `\t`) and of JSON (`\u00e9`).
 * What it writes is no longer. @returns the end
 */
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
    } else if ((next | 32) === SMALL_X && i + 3 < end && hexAt(bytes, i + 2, 2) >= 0) {
      out[p++] = hexAt(bytes, i + 2, 2);
      i += 3;
    } else if (next === SMALL_U && unitAt(bytes, i, end) >= 0) {
      let point = unitAt(bytes, i, end);
      i += 5;
      const low = unitAt(bytes, i + 1, end);
      if (isHalf(point) && point < 0xdc00 && low >= 0xdc00 && isHalf(low)) {
        point = 0x10000 + (point - 0xd800) * 0x400 + (low - 0xdc00);
        i += 6;
      }
      p = putUtf8(out, p, isHalf(point) ? 0xfffd : point);
    } else {
      out[p++] = controls.get(next) ?? next;
      i++;
    }
  }
  return p;
}

/** The unit of UTF-16 that `\uHHHH` at `at` stands for; −1 if there is none. */
const unitAt = (bytes: Uint8Array, at: number, end: number) =>
  at + 5 < end && bytes[at] === BACKSLASH && bytes[at + 1] === SMALL_U ? hexAt(bytes, at + 2, 4) : -1;

/** Whether it is one half of a pair, which is no character. */
const isHalf = (unit: number) => unit >= 0xd800 && unit < 0xe000;

function putUtf8(out: Uint8Array, at: number, point: number): number {
  if (point < 0x80) {
    out[at] = point;
    return at + 1;
  }
  const length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  let rest = point;
  for (let i = at + length - 1; i > at; i--) {
    out[i] = 0x80 | (rest & 63);
    rest >>= 6;
  }
  out[at] = ((0xf00 >> length) & 0xff) | rest;
  return at + length;
}

/** Value of hexadecimal digits, or -1. */
function hexAt(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = hexDigit(bytes[i]);
    if (digit < 0) return -1;
    value = 16 * value + digit;
  }
  return value;
}

/** Value of a hexadecimal digit, or -1. */
export function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  const small = byte | 32;
  return small >= 97 && small <= 102 ? small - 87 : -1;
}

const controls = new Map([..."bnrtvf"].map((letter, i) => [letter.charCodeAt(0), [8, 10, 13, 9, 11, 12][i]]));
