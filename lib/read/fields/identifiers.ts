import { MINUS, NINE, QUESTION, SLASH, ZERO } from "../../ascii.js";

/**
 * Copies the path bytes[start, end) to the beginning of `out` with identifiers folded: a part between slashes that is a
 * number, a UUID or at least 16 hexadecimal digits becomes `{id}`, as in `/users/{id}`. A query string is kept. `out`
 * must have room for twice the path and four more bytes.
 * @returns the length
 */
export function foldIdentifiers(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let p = 0;
  let at = start;
  while (at < end) {
    out[p++] = bytes[at++]; // the slash
    let to = at;
    while (to < end && bytes[to] !== SLASH && bytes[to] !== QUESTION) to++;
    if (isIdentifier(bytes, at, to)) {
      for (let i = 0; i < 4; i++) out[p++] = id[i];
      at = to;
    }
    if (bytes[to] === QUESTION) to = end;
    while (at < to) out[p++] = bytes[at++];
  }
  return p;
}

function isIdentifier(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  let decimals = 0;
  let letters = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte >= ZERO && byte <= NINE) decimals++;
    else if ((byte | 32) >= 97 && (byte | 32) <= 102) letters++;
    else if (byte !== MINUS || !isUuidDash(i - start)) return false;
  }
  if (decimals === 0 && letters < 16) return false;
  const dashes = length - decimals - letters;
  if (dashes > 0) return dashes === 4 && length === 36;
  return letters === 0 || length >= 16;
}

/** Whether a UUID has a dash at this position: 8-4-4-4-12. */
const isUuidDash = (at: number) => at === 8 || at === 13 || at === 18 || at === 23;

const id = new TextEncoder().encode("{id}");
