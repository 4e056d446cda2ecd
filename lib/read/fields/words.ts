import { BACKSLASH, COLON, QUOTE, SPACE } from "../../ascii.js";

/** Walks through a line by its words and quoted texts. */

/** Position of the space that ends the word at `start`, or `end`. */
export function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i] !== SPACE) i++;
  return i;
}

/** The beginning of the word that ends at `end`, not before `start`. */
export function wordStart(bytes: Uint8Array, start: number, end: number): number {
  let i = end;
  while (i > start && bytes[i - 1] !== SPACE) i--;
  return i;
}

/** Position after `count` words, each followed by a space; at most `end`. */
export function afterWords(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = start;
  for (let i = 0; i < count; i++) at = Math.min(end, wordEnd(bytes, at, end) + 1);
  return at;
}

/** Position of the double quote that ends the text at `start`, or −1. A backslash escapes the character after it. */
export function quoteEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH) i++;
  }
  return -1;
}

/** Position of the last colon in the word that ends at `end`, or −1. A port may follow it. */
export function lastColon(bytes: Uint8Array, start: number, end: number): number {
  for (let i = end - 1; i >= start && bytes[i] !== SPACE; i--) if (bytes[i] === COLON) return i;
  return -1;
}
