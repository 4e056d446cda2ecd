/**
 * The walk through a JSON object for `jsonFields.ts`, in AssemblyScript, which `build/scan.js` compiles to WebAssembly: it
 * looks at 16 bytes of a string at a time.
 *
 * Numbers called `at`, `start`, `end`, `place` and the like are positions in the memory. Functions that read what begins
 * at `at` return the position after it, or 0 if it is not sound JSON. Behind the object stand 16 zeros, which JSON has
 * nowhere: so the search for an end always ends.
 */
import { firstBytes, isSame } from "./words";

/** The place to which the name in these bytes leads, which has escapes, or 0. */
declare function escapedName(place: u32, start: u32, end: u32): u32;

/** A place in the tree of names: what `jsonFields.ts` writes for each, as 32 bits but for the lengths. */
const slotOf: u32 = 0;
const namesOf: u32 = 4;
const nameCountOf: u32 = 8;
const elementsOf: u32 = 12;
const elementCountOf: u32 = 16;
/** A bit for each length, modulo 64, that some of its names have: most names of a log have another. */
const lengthsOf: u32 = 24;

/** A name: its first 8 bytes, its length, where it stands and where it leads. */
const nameLength: u32 = 8;
const nameText: u32 = 12;
const nameNext: u32 = 16;
const nameSize: u32 = 24;

/** What `read` returns besides `sound`, as bits: what the object has, so that more has to be done. */
const sound: u32 = 1;
const beyondAscii: u32 = 2;
const escapedValue: u32 = 4;
const escapedBytes: u32 = 8;
const unicode: u32 = 16;

/** Deepest nesting that is followed. A deeper object is not a record. */
const deepest: u32 = 200;

/** The objects may begin here, or later: before it AssemblyScript has data of its own. */
export const free: u32 = 1 << 10;

let has: u32 = 0;
/** Whether the string that was read last has a backslash. */
let backslash: bool = false;
/** For each slot: start, end and 1 if it has escapes. */
let found: u32 = 0;

/**
 * Reads the object in bytes[at, end), which may have space around it.
 *
 * @param root - of the tree of names
 * @param slots - where to put what is found, with -1 as the start of each
 * @returns 0 if it is not one JSON object
 */
export function read(root: u32, slots: u32, at: u32, end: u32): u32 {
  v128.store(end, i8x16.splat(0));
  has = 0;
  found = slots;
  at = afterSpace(at);
  if (load8(at) !== OPEN_BRACE) return 0;
  at = afterObject(root, at, 0);
  return at !== 0 && afterSpace(at) === end ? has | sound : 0;
}

/** An object from its brace on. `place` is where its names are looked up, 0 if they are not looked for. */
function afterObject(place: u32, at: u32, depth: u32): u32 {
  if (depth > deepest) return 0;
  at = afterSpace(at + 1);
  if (load8(at) === CLOSE_BRACE) return at + 1;
  while (true) {
    if (load8(at) !== QUOTE) return 0;
    const name = at + 1;
    at = afterString(at, false);
    if (at === 0) return 0;
    const next: u32 = place === 0 ? 0 : nextPlace(place, name, at - 1);
    at = afterSpace(at);
    if (load8(at) !== COLON) return 0;
    at = afterValue(next, afterSpace(at + 1), depth);
    if (at === 0) return 0;
    at = afterSpace(at);
    const byte = load8(at++);
    if (byte === CLOSE_BRACE) return at;
    if (byte !== COMMA) return 0;
    at = afterSpace(at);
  }
}

/** A list from its bracket on; `place` is where its elements are looked for. */
function afterList(place: u32, at: u32, depth: u32): u32 {
  if (depth > deepest) return 0;
  at = afterSpace(at + 1);
  if (load8(at) === CLOSE_BRACKET) return at + 1;
  const elements: u32 = place === 0 ? 0 : load<u32>(place + elementsOf);
  const count: u32 = place === 0 ? 0 : load<u32>(place + elementCountOf);
  let element: u32 = 0;
  while (true) {
    at = afterValue(element < count ? load<u32>(elements + 4 * element) : 0, at, depth);
    element++;
    if (at === 0) return 0;
    at = afterSpace(at);
    const byte = load8(at++);
    if (byte === CLOSE_BRACKET) return at;
    if (byte !== COMMA) return 0;
    at = afterSpace(at);
  }
}

function afterValue(place: u32, at: u32, depth: u32): u32 {
  const slot = place === 0 ? -1 : load<i32>(place + slotOf);
  const byte = load8(at);
  if (slot >= 0) store<i32>(found + 12 * slot, -1);
  if (byte === QUOTE) {
    const after = afterString(at, true);
    if (slot >= 0 && after !== 0) {
      put(slot, at + 1, after - 1, backslash ? 1 : 0);
      if (backslash) has |= escapedValue;
    }
    return after;
  }
  if (byte === OPEN_BRACE) return afterObject(place, at, depth + 1);
  if (byte === OPEN_BRACKET) return afterList(place, at, depth + 1);
  if (byte === MINUS || byte - ZERO < 10) {
    const after = afterNumber(at);
    if (slot >= 0 && after !== 0) put(slot, at, after, 0);
    return after;
  }
  const word = load<u32>(at);
  if (word === 0x65757274 || word === 0x6c6c756e) return at + 4; // true, null
  return word === 0x736c6166 && load8(at + 4) === SMALL_E ? at + 5 : 0; // false
}

function put(slot: i32, start: u32, end: u32, escaped: u32): void {
  const to = found + 12 * slot;
  store<u32>(to, start);
  store<u32>(to + 4, end);
  store<u32>(to + 8, escaped);
}

/** A string from its quote on. */
function afterString(quote: u32, isValue: bool): u32 {
  let at = quote + 1;
  backslash = false;
  while (true) {
    const text = v128.load(at);
    // Control characters and, as numbers below zero, bytes beyond ASCII are less than a space.
    const special = v128.or(
      i8x16.lt_s(text, i8x16.splat(0x20)),
      v128.or(i8x16.eq(text, i8x16.splat(QUOTE)), i8x16.eq(text, i8x16.splat(BACKSLASH))),
    );
    const places = i8x16.bitmask(special);
    if (places === 0) {
      at += 16;
      continue;
    }
    at += ctz(places);
    const byte = load8(at);
    if (byte === QUOTE) return at + 1;
    if (byte >= 0x80) {
      has |= beyondAscii;
      while (load8(at) >= 0x80) at++;
      continue;
    }
    if (byte !== BACKSLASH) return 0; // a control character
    at = afterEscape(at, isValue);
    if (at === 0) return 0;
  }
}

function afterEscape(at: u32, isValue: bool): u32 {
  backslash = true;
  const letter = load8(at + 1);
  if (letter === SMALL_U) {
    for (let i: u32 = 2; i < 6; i++) if (!isHex(load8(at + i))) return 0;
    has |= unicode;
    return at + 6;
  }
  if (letter === SMALL_X && isValue) {
    if (!isHex(load8(at + 2)) || !isHex(load8(at + 3))) return 0;
    has |= escapedBytes;
    return at + 4;
  }
  switch (letter) {
    case QUOTE:
    case BACKSLASH:
    case SLASH:
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 2;
    default:
      return 0;
  }
}

/** The place to which the name in these bytes leads, or 0. */
function nextPlace(place: u32, start: u32, end: u32): u32 {
  if (backslash) return escapedName(place, start, end);
  const length = end - start;
  if (((load<u64>(place + lengthsOf) >> (length & 63)) & 1) === 0) return 0;
  const first = length < 8 ? load<u64>(start) & firstBytes(length) : load<u64>(start);
  let name = load<u32>(place + namesOf);
  for (const after = name + nameSize * load<u32>(place + nameCountOf); name < after; name += nameSize) {
    if (load<u64>(name) !== first || load<u32>(name + nameLength) !== length) continue;
    if (length > 8 && !isSame(start, load<u32>(name + nameText), length)) continue;
    return load<u32>(name + nameNext);
  }
  return 0;
}

function afterNumber(at: u32): u32 {
  if (load8(at) === MINUS) at++;
  const whole = at;
  at = afterDigits(at);
  if (at === whole || (load8(whole) === ZERO && at > whole + 1)) return 0;
  if (load8(at) === DOT) {
    const from = ++at;
    at = afterDigits(at);
    if (at === from) return 0;
  }
  if ((load8(at) | 32) === SMALL_E) {
    at++;
    if (load8(at) === PLUS || load8(at) === MINUS) at++;
    const from = at;
    at = afterDigits(at);
    if (at === from) return 0;
  }
  return at;
}

function afterDigits(at: u32): u32 {
  while (true) {
    const digits = i8x16.lt_u(i8x16.sub(v128.load(at), i8x16.splat(ZERO)), i8x16.splat(10));
    const others = ~i8x16.bitmask(digits) & 0xffff;
    if (others !== 0) return at + ctz(others);
    at += 16;
  }
}

function afterSpace(at: u32): u32 {
  for (let byte = load8(at); byte <= SPACE; byte = load8(++at))
    if (byte !== SPACE && byte !== TAB && byte !== LF && byte !== CR) break;
  return at;
}

function isHex(byte: u32): bool {
  return byte - ZERO < 10 || (byte | 32) - SMALL_A < 6;
}

const TAB: u32 = 9,
  LF: u32 = 10,
  CR: u32 = 13,
  SPACE: u32 = 32,
  QUOTE: u8 = 34,
  PLUS: u32 = 43,
  COMMA: u32 = 44,
  MINUS: u32 = 45,
  DOT: u32 = 46,
  SLASH: u32 = 47,
  ZERO: u8 = 48,
  COLON: u32 = 58,
  OPEN_BRACKET: u32 = 91,
  BACKSLASH: u8 = 92,
  CLOSE_BRACKET: u32 = 93,
  SMALL_A: u32 = 97,
  SMALL_E: u32 = 101,
  SMALL_U: u32 = 117,
  SMALL_X: u32 = 120,
  OPEN_BRACE: u32 = 123,
  CLOSE_BRACE: u32 = 125;

function load8(at: u32): u32 {
  return load<u8>(at);
}
