import { BACKSLASH, COMMA, EQUALS, QUOTE, SEMICOLON, SMALL_F, SMALL_O, SMALL_R, SPACE } from "../../ascii.js";

/**
 * Where the node of `for=` begins in the first element of a header `Forwarded`, such as
 * `proto=https;for="[2001:db8::1]:4711"`; −1 for any other text. A quote may have been escaped by the log. Source: RFC
 * 7239, sections 4 and 6.
 */
export function forwardedFor(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at + 4 < end && bytes[at] !== COMMA; at++) {
    const begins = at === start || bytes[at - 1] === SEMICOLON || bytes[at - 1] === SPACE;
    if (!begins || (bytes[at] | 32) !== SMALL_F || bytes[at + 3] !== EQUALS) continue;
    if ((bytes[at + 1] | 32) !== SMALL_O || (bytes[at + 2] | 32) !== SMALL_R) continue;
    let node = at + 4;
    if (bytes[node] === BACKSLASH) node += bytes[node + 1] === QUOTE ? 1 : 4; // \" or \x22
    return bytes[node] === QUOTE ? node + 1 : node;
  }
  return -1;
}

/** The end of a node: it is followed by its quote, by another parameter or by another element. */
export function nodeEnd(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  while (to < end && !nodeEnds.includes(bytes[to])) to++;
  return to;
}

const nodeEnds: readonly number[] = [COMMA, SEMICOLON, SPACE, QUOTE, BACKSLASH];
