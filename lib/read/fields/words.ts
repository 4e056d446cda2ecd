import { BACKSLASH, COLON, QUOTE, SPACE } from "../../ascii.js";
import { nextByte } from "../../files/nextByte.js";

/** Walks through a line by its words and quoted texts. */

/** Position of the space that ends the word at `start`, or `end`. */
export function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i] !== SPACE) i++;
  return i;
}

/**
 * The same for parts of a line that are often long: position of the separator that ends the one at `start`, or `end`.
 * It is fast where a separator is directly before the part.
 */
export function partEnd(bytes: Uint8Array, separator: number, start: number, end: number): number {
  if (start > 0 && bytes[start - 1] === separator) return nextByte(bytes, separator, start, end);
  let i = start;
  while (i < end && bytes[i] !== separator) i++;
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

/**
 * Position of the double quote that ends the text at `start`, behind its first quote, or −1. A backslash escapes the
 * character after it.
 */
export function quoteEnd(bytes: Uint8Array, start: number, end: number): number {
  let from = start;
  for (;;) {
    const quote = nextByte(bytes, QUOTE, from, end);
    if (quote >= end) return -1;
    // Backslashes before it escape each other by pairs, and one that is left over escapes the quote.
    let before = quote;
    while (before > from && bytes[before - 1] === BACKSLASH) before--;
    if ((quote - before) % 2 === 0) return quote;
    from = quote + 1;
  }
}

/** Whether bytes[start, end) have a backslash. */
export function hasBackslash(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}

/** Position of the last colon in the word that ends at `end`, or −1. A port may follow it. */
export function lastColon(bytes: Uint8Array, start: number, end: number): number {
  for (let i = end - 1; i >= start && bytes[i] !== SPACE; i--) if (bytes[i] === COLON) return i;
  return -1;
}
