/**
 * The quick way through lines of five-field CSV, in AssemblyScript, which `build/scan.js` compiles to WebAssembly: it
 * compares and searches 16 bytes at a time. It takes what it has seen before, asks `recordColumns.ts` by the rules of the
 * record about any new minute, address and path, and refuses every line that is not plain.
 *
 * Numbers called `at`, `start`, `end` and the like are positions in the memory.
 */
import { firstBytes, isSame } from "../../../read/fields/scan/words";

/** Milliseconds since 1970 of the minute whose 17 bytes such as `2026-01-05T00:00:` begin there; -1 if there is none. */
declare function minuteAt(at: u32): f64;
declare function isAddress(start: u32, end: u32): bool;
/** Whether it is a path, with its quotes if it has any. If so, it gets the next number. */
declare function addPath(start: u32, end: u32): bool;

/** Most records that are held. */
const mostRecords: u32 = 1 << 18;
/** Most different addresses and paths that are held. With 20,000, DuckDB would no longer group by their numbers. */
const mostDifferent: u32 = 19_900;
const longestAddress: u32 = 45; // of IPv6

/** Microseconds since 1970, 64 bits each: DuckDB's own unit. */
export const times: u32 = 1 << 10;
/** Number of each record's address, 32 bits each. */
export const addressNumbers: u32 = times + 8 * mostRecords;
/** Number of each record's path, 32 bits each. */
export const pathNumbers: u32 = addressNumbers + 4 * mostRecords;
/** 32 bits each. */
export const statuses: u32 = pathNumbers + 4 * mostRecords;
/** Response times in milliseconds, 64 bits each, of the records that have one. */
export const durations: u32 = statuses + 4 * mostRecords;
/** A bit for each record: 1 if it has a response time. */
export const isTimed: u32 = durations + 8 * mostRecords;
/** The different addresses: length in 32 bits, and the text. */
export const addresses: u32 = isTimed + mostRecords / 8;
/**
 * Hash tables with open addressing. Most addresses are in one of keys (0 where it is free) and their numbers, the others
 * and the paths in tables of four: hash, start, length and number of a text, whose length is 0 in a free slot.
 */
const slotMask: u32 = (1 << 15) - 1;
const keys: u32 = addresses + (4 + longestAddress) * mostDifferent + 16;
const keyNumbers: u32 = keys + 8 * (slotMask + 1);
const addressSlots: u32 = keyNumbers + 2 * (slotMask + 1);
const pathSlots: u32 = addressSlots + 16 * (slotMask + 1);
const slotsEnd: u32 = pathSlots + 16 * (slotMask + 1);
/** The lines. */
export const piece: u32 = slotsEnd;

/** Records in the columns. */
export let records: u32 = 0;
/** Different addresses. */
export let addressCount: u32 = 0;
/** Bytes of the different addresses. */
export let addressBytes: u32 = 0;
let pathCount: u32 = 0;
/** Response times. */
export let timed: u32 = 0;
/** The earliest of the times. */
export let first: i64 = 0;
/** The latest of the times. */
export let last: i64 = 0;

/** The minute of the line before, because most lines are in the same: its text but for the last colon, and its time. */
let minuteText: v128 = i8x16.splat(0);
let minute: f64 = -1;

/** Empties the columns. */
export function clear(): void {
  records = addressCount = addressBytes = pathCount = timed = 0;
  first = i64.MAX_VALUE;
  last = 0;
  memory.fill(keys, 0, slotsEnd - keys);
}

/**
 * Puts the lines that begin from `at` on and before `limit` into the columns, until these are full.
 *
 * @param end - of the bytes; the last is an LF
 * @param cr - whether each line ends with CR LF
 * @returns the position of the line that would come next, or 0 after a line that is not plain
 */
export function scan(at: u32, limit: u32, end: u32, cr: bool): u32 {
  while (at < limit && records < mostRecords && addressCount < mostDifferent && pathCount < mostDifferent) {
    if (end - at < 35) return 0; // of the shortest line: `2026-01-05T00:00:00.000Z,::,/,200,` and its LF
    const time = timeAt(at);
    if (time < 0) return 0;
    const address = at + 25;
    const addressEnd = commaAfter(address);
    if (addressEnd === 0) return 0;
    const path = addressEnd + 1;
    const pathEnd = load8(path) === QUOTE ? quotedEnd(path, end) : unquotedEnd(path, end);
    if (pathEnd === 0) return 0;
    const status = statusAt(pathEnd);
    if (status === 0) return 0;
    at = putDuration(pathEnd + 5, cr);
    if (at === 0 || at > end) return 0;
    const addressNumber = numberOfAddress(address, addressEnd);
    if (addressNumber < 0) return 0;
    const pathNumber = numberOfPath(path, pathEnd);
    if (pathNumber < 0) return 0;
    const i = records;
    store<i64>(times + 8 * i, time);
    if (time < first) first = time;
    if (time > last) last = time;
    store<i32>(addressNumbers + 4 * i, addressNumber);
    store<i32>(pathNumbers + 4 * i, pathNumber);
    store<i32>(statuses + 4 * i, status);
    records = i + 1;
  }
  return at;
}

/** The time of the line that begins there, or -1. */
function timeAt(at: u32): i64 {
  const text = v128.load(at);
  if (v128.any_true(v128.xor(text, minuteText)) || load8(at + 16) !== COLON) {
    const begun = minuteAt(at);
    if (begun < 0) return -1;
    minute = begun;
    minuteText = text;
  }
  // `00.000Z,` becomes zero, and another digit itself
  const rest = load<u64>(at + 17) ^ 0x2c5a3030302e3030;
  // each half byte that no digit has; and each that is beyond 9, or beyond 5 in the first place, once 6 or 10 is added
  if ((rest & 0xfffff0f0f0fff0f0) | ((rest + 0x000006060600060a) & 0x0000f0f0f000f0f0)) return -1;
  const seconds = 10 * (rest & 15) + ((rest >> 8) & 15);
  const milliseconds = 100 * ((rest >> 24) & 15) + 10 * ((rest >> 32) & 15) + ((rest >> 40) & 15);
  return 1000 * (i64(minute) + i64(1000 * seconds + milliseconds));
}

/** The position of the comma after an address that begins there, or 0. */
function commaAfter(start: u32): u32 {
  for (let at = start; at - start <= longestAddress; at += 16) {
    const places = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(COMMA)));
    if (places !== 0) return at + ctz(places);
  }
  return 0;
}

/** The position of the comma after the path without quotes that begins there, or 0. */
function unquotedEnd(start: u32, end: u32): u32 {
  if (load8(start) !== SLASH) return 0;
  for (let at = start; at < end; at += 16) {
    const text = v128.load(at);
    const special = v128.or(
      v128.or(i8x16.eq(text, i8x16.splat(COMMA)), i8x16.eq(text, i8x16.splat(QUOTE))),
      v128.or(i8x16.lt_u(text, i8x16.splat(0x20)), i8x16.eq(text, i8x16.splat(0x7f))),
    );
    const places = i8x16.bitmask(special);
    if (places === 0) continue;
    at += ctz(places);
    return load8(at) === COMMA ? at : 0;
  }
  return 0;
}

/** The position of the comma after the path in quotes that begins there, or 0. */
function quotedEnd(start: u32, end: u32): u32 {
  if (load8(start + 1) !== SLASH) return 0;
  for (let at = start + 1; at < end; at++) {
    const byte = load8(at);
    if (byte < 0x20 || byte === 0x7f) return 0;
    if (byte !== QUOTE) continue;
    if (load8(++at) !== QUOTE) return load8(at) === COMMA ? at : 0; // two quotes stand for one
  }
  return 0;
}

/** The number of an address, or -1 if it is none. */
function numberOfAddress(start: u32, end: u32): i32 {
  const length = end - start;
  const key = keyOf(start, length);
  if (key === 0) {
    const place = slotOf(addressSlots, start, end);
    if (load<u32>(place + 8) !== 0) return load<i32>(place + 12);
    if (!addAddress(start, end)) return -1;
    take(place, addresses + addressBytes - length, length, addressCount);
    return addressCount++;
  }
  let slot = u32((key * 0x9e3779b97f4a7c15) >> 49);
  for (let known = load<u64>(keys + 8 * slot); known !== 0; known = load<u64>(keys + 8 * slot)) {
    if (known === key) return load<u16>(keyNumbers + 2 * slot);
    slot = (slot + 1) & slotMask;
  }
  if (!addAddress(start, end)) return -1;
  store<u64>(keys + 8 * slot, key);
  store<u16>(keyNumbers + 2 * slot, addressCount);
  return addressCount++;
}

/** A key of at most 15 digits and dots: half a byte for each, and one for the end. It is 0 for another text. */
function keyOf(start: u32, length: u32): u64 {
  if (length > 15) return 0;
  const text = v128.load(start);
  const digits = i8x16.lt_u(i8x16.sub(text, i8x16.splat(ZERO)), i8x16.splat(10));
  const others = ~i8x16.bitmask(v128.or(digits, i8x16.eq(text, i8x16.splat(DOT))));
  if ((others & ((1 << length) - 1)) !== 0) return 0;
  const halves = v128.and(text, i8x16.splat(15));
  const pairs = v128.and(v128.or(halves, i16x8.shr_u(halves, 4)), i16x8.splat(255));
  const end: u64 = (<u64>1) << (4 * length);
  return (i64x2.extract_lane(i8x16.narrow_i16x8_u(pairs, pairs), 0) & (end - 1)) | (15 * end);
}

/** Writes an address behind the others. Returns false if it is none. */
function addAddress(start: u32, end: u32): bool {
  if (!isAddress(start, end)) return false;
  const length = end - start;
  const to = addresses + addressBytes;
  store<u32>(to, length);
  memory.copy(to + 4, start, length);
  addressBytes += 4 + length;
  return true;
}

/** The number of a path, or -1 if it is none. */
function numberOfPath(start: u32, end: u32): i32 {
  const place = slotOf(pathSlots, start, end);
  if (load<u32>(place + 8) !== 0) return load<i32>(place + 12);
  if (!addPath(start, end)) return -1;
  take(place, start, end - start, pathCount);
  return pathCount++;
}

/** The slot of a text, or a free one that has its hash already. */
function slotOf(slots: u32, start: u32, end: u32): u32 {
  const length = end - start;
  let hash: u64 = length;
  let at = start;
  for (; at + 8 <= end; at += 8) hash = mixed(hash, load<u64>(at));
  hash = mixed(hash, load<u64>(at) & firstBytes(end - at));
  const key = u32(hash >> 32);
  let place = slots + 16 * (key & slotMask);
  for (let known = load<u32>(place + 8); known !== 0; known = load<u32>(place + 8)) {
    if (load<u32>(place) === key && known === length && isSame(load<u32>(place + 4), start, length)) break;
    place = slots + ((place + 16 - slots) & (16 * slotMask));
  }
  store<u32>(place, key);
  return place;
}

function take(place: u32, start: u32, length: u32, number: u32): void {
  store<u32>(place + 4, start);
  store<u32>(place + 8, length);
  store<u32>(place + 12, number);
}

/** A multiplication spreads each bit upwards, the shift brings the spread ones back. */
function mixed(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * 0x9e3779b97f4a7c15;
  return product ^ (product >> 29);
}

/** The status from 100 to 599 between the comma that stands there and the next, or 0. */
function statusAt(comma: u32): i32 {
  const text = load<u32>(comma + 1) ^ 0x2c303030; // `000,`
  if ((text & 0xfff0f0f0) | ((text + 0x0006060a) & 0x00f0f0f0)) return 0;
  const hundreds = text & 15;
  return hundreds === 0 ? 0 : 100 * hundreds + 10 * ((text >> 8) & 15) + (text >> 16);
}

/** Puts the response time that begins there into its column, if there is one. Returns the position after its LF, or 0. */
function putDuration(start: u32, cr: bool): u32 {
  let at = start;
  let value: u64 = 0;
  let digit = load8(at) - ZERO;
  for (; digit < 10; digit = load8(++at) - ZERO) value = 10 * value + digit;
  if (at - start > 12) return 0;
  const i = records;
  const place = isTimed + (i >> 3);
  const bits: u32 = (i & 7) === 0 ? 0 : load8(place);
  if (at > start) {
    value *= 100;
    if (load8(at) === DOT) {
      const tenth = load8(++at) - ZERO;
      if (tenth > 9) return 0;
      value += 10 * tenth;
      const hundredth = load8(++at) - ZERO;
      if (hundredth < 10) {
        value += hundredth;
        at++;
      }
    }
    store<f64>(durations + 8 * timed++, f64(value) / 100);
    store<u8>(place, bits | (1 << (i & 7)));
  } else {
    store<u8>(place, bits);
  }
  if (cr && load8(at++) !== CR) return 0;
  return load8(at) === LF ? at + 1 : 0;
}

const LF: u8 = 10,
  CR: u8 = 13,
  QUOTE: u8 = 34,
  COMMA: u8 = 44,
  DOT: u8 = 46,
  SLASH: u8 = 47,
  ZERO: u8 = 48,
  COLON: u8 = 58;

function load8(at: u32): u32 {
  return load<u8>(at);
}
