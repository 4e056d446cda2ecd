import { isUtf8 } from "node:buffer";
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  CR,
  DOT,
  LF,
  MINUS,
  NINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  SMALL_E,
  SMALL_U,
  SMALL_X,
  SPACE,
  TAB,
  ZERO,
} from "../../ascii.js";
import { unescaped } from "./escapes.js";

/** A node in the tree of names to look for: the part of a path walked so far, and how it may continue. */
interface Place {
  /** The names that lead further, as bytes: one level down, or several levels in one name with dots (`http.status`). */
  readonly names: Uint8Array[];
  readonly next: Place[];
  /** 1 at the lengths, modulo 256, that some of these names have: most names of a log have another. */
  readonly lengths: Uint8Array;
  /** Number of the path that ends here, or −1. */
  slot: number;
  /** Where elements of a list lead, by their number. */
  readonly elements: (Place | undefined)[];
}

const newPlace = (): Place => ({ names: [], next: [], lengths: new Uint8Array(256), slot: -1, elements: [] });

/** Deepest nesting that is followed. A deeper object is not a record. */
const deepest = 200;

/**
 * Finds values in JSON objects without making objects: it walks a line once, checks all of it by the grammar of JSON
 * (RFC 8259) as `JSON.parse` does, and notes where the values of some paths stand. A path goes down a level at each
 * dot, `request.remote_ip`; a name that itself holds the dots is found, too, and `list.0` is a list's first element. Of a name that stands twice the last
 * counts, as for `JSON.parse`.
 *
 * nginx without `escape=json` writes a quote, a backslash and the bytes that are not printable ASCII as \xHH, and
 * nothing else with a backslash. No JSON has that escape, so it is read in values, each as the byte that it stands for; a
 * line that has \uHHHH besides is neither. Source: nginx, src/http/modules/ngx_http_log_module.c,
 * ngx_http_log_escape.
 */
export class JsonFields {
  /**
   * Where the value of path i begins (for a string, after its quote); −1 if there is none, or if it is null, true,
   * false or a list.
   */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** 1 for a string with escapes, which `text` removes. */
  readonly escaped: Uint8Array;
  /** Whether any of the values is a string with escapes. */
  anyEscaped = false;
  /** Whether these escapes are nginx's, which stand for bytes. */
  anyBytes = false;
  readonly #root: Place = newPlace();
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  #high = 0;
  #backslash = false;
  #unicode = false;
  /** Whether a byte behind the line, such as its LF, ends every search for the end of a string. */
  #isGuarded = false;

  constructor(paths: readonly string[]) {
    this.start = new Int32Array(paths.length);
    this.end = new Int32Array(paths.length);
    this.escaped = new Uint8Array(paths.length);
    const places = new Map([["", this.#root]]);
    const placeOf = (path: string): Place => {
      const place = places.get(path) ?? newPlace();
      places.set(path, place);
      return place;
    };
    paths.forEach((path, slot) => {
      const steps = path.split(".");
      const place = placeOf(path);
      place.slot = slot;
      for (let to = steps.length; to > 0; to--) {
        const target = placeOf(steps.slice(0, to).join("."));
        for (let from = 0; from < to; from++) {
          const source = placeOf(steps.slice(0, from).join("."));
          if (source.next.includes(target)) continue;
          const name = steps.slice(from, to).join(".");
          if (/^\d{1,3}$/.test(name)) source.elements[Number(name)] = target;
          const bytes = utf8.encode(name);
          source.names.push(bytes);
          source.lengths[bytes.length & 255] = 1;
          source.next.push(target);
        }
      }
    });
  }

  /** Reads the line bytes[start, end). @returns false if it is not exactly one JSON object in UTF-8 */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#end = end;
    this.#isGuarded = end < bytes.length && special[bytes[end]] === 1;
    this.#high = 0;
    this.anyEscaped = false;
    this.anyBytes = false;
    this.#unicode = false;
    this.start.fill(-1);
    let at = afterSpace(bytes, start, end);
    if (at >= end || bytes[at] !== OPEN_BRACE) return false;
    at = this.#object(this.#root, at, 0);
    if (at < 0 || (this.anyBytes && this.#unicode)) return false;
    return afterSpace(bytes, at, end) === end && (this.#high < 0x80 || isUtf8(bytes.subarray(start, end)));
  }

  /** The value of path `slot` in the last line, without its escapes; undefined if it has none. */
  text(slot: number): string | undefined {
    const start = this.start[slot];
    if (start < 0) return;
    const bytes = this.#bytes.subarray(start, this.end[slot]);
    if (this.escaped[slot] === 0) return utf8Text.decode(bytes);
    if (!this.anyBytes) return JSON.parse(`"${utf8Text.decode(bytes)}"`);
    const own = new Uint8Array(bytes.length);
    return utf8Text.decode(own.subarray(0, unescaped(bytes, 0, bytes.length, own, 0)));
  }

  // Each of these reads what begins at `at`. They return the position after it, or -1 if it is not sound JSON.

  /** An object from its brace on. `place` is where its names are looked up, undefined if they are not looked for. */
  #object(place: Place | undefined, at: number, depth: number): number {
    if (depth > deepest) return -1;
    const bytes = this.#bytes;
    const end = this.#end;
    let i = afterSpace(bytes, at + 1, end);
    if (i < end && bytes[i] === CLOSE_BRACE) return i + 1;
    for (;;) {
      if (i >= end || bytes[i] !== QUOTE) return -1;
      const name = i + 1;
      i = this.#string(i, false);
      if (i < 0) return -1;
      const next = place === undefined ? undefined : this.#next(place, name, i - 1);
      i = afterSpace(bytes, i, end);
      if (i >= end || bytes[i] !== COLON) return -1;
      i = this.#value(next, afterSpace(bytes, i + 1, end), depth);
      if (i < 0) return -1;
      i = afterSpace(bytes, i, end);
      if (i >= end) return -1;
      const byte = bytes[i++];
      if (byte === CLOSE_BRACE) return i;
      if (byte !== COMMA) return -1;
      i = afterSpace(bytes, i, end);
    }
  }

  #value(place: Place | undefined, start: number, depth: number): number {
    if (start >= this.#end) return -1;
    const byte = this.#bytes[start];
    const slot = place === undefined ? -1 : place.slot;
    if (slot >= 0) this.start[slot] = -1;
    if (byte === QUOTE) {
      const after = this.#string(start, true);
      if (slot >= 0 && after >= 0) {
        this.start[slot] = start + 1;
        this.end[slot] = after - 1;
        this.escaped[slot] = this.#backslash ? 1 : 0;
        if (this.#backslash) this.anyEscaped = true;
      }
      return after;
    }
    if (byte === OPEN_BRACE) return this.#object(place, start, depth + 1);
    if (byte === OPEN_BRACKET) return this.#list(place, start, depth + 1);
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) {
      const after = afterNumber(this.#bytes, start, this.#end);
      if (slot >= 0 && after >= 0) {
        this.start[slot] = start;
        this.end[slot] = after;
        this.escaped[slot] = 0;
      }
      return after;
    }
    return this.#word(byte === TRUE[0] ? TRUE : byte === FALSE[0] ? FALSE : NULL, start);
  }

  /** A list from its bracket on; `place` is where its elements are looked for. */
  #list(place: Place | undefined, at: number, depth: number): number {
    if (depth > deepest) return -1;
    const bytes = this.#bytes;
    const end = this.#end;
    let i = afterSpace(bytes, at + 1, end);
    if (i < end && bytes[i] === CLOSE_BRACKET) return i + 1;
    for (let element = 0; ; element++) {
      i = this.#value(place?.elements[element], i, depth);
      if (i < 0) return -1;
      i = afterSpace(bytes, i, end);
      if (i >= end) return -1;
      const byte = bytes[i++];
      if (byte === CLOSE_BRACKET) return i;
      if (byte !== COMMA) return -1;
      i = afterSpace(bytes, i, end);
    }
  }

  /** A string from its quote on. */
  #string(at: number, isValue: boolean): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = at + 1;
    let high = 0;
    this.#backslash = false;
    for (;;) {
      // A look beyond the array would be slow from then on.
      if (this.#isGuarded) while (special[bytes[i]] === 0) i++;
      else while (i < end && special[bytes[i]] === 0) i++;
      if (i >= end) return -1;
      const byte = bytes[i];
      if (byte === QUOTE) break;
      if (byte >= 0x80) {
        high = byte;
        i++;
        continue;
      }
      if (byte !== BACKSLASH) return -1; // a control character
      this.#backslash = true;
      const letter = i + 1 < end ? bytes[i + 1] : 0;
      if (letter === SMALL_U) {
        if (i + 6 > end) return -1;
        for (let k = i + 2; k < i + 6; k++) if (!isHex(bytes[k])) return -1;
        this.#unicode = true;
        i += 6;
      } else if (letter === SMALL_X && isValue) {
        if (i + 4 > end || !isHex(bytes[i + 2]) || !isHex(bytes[i + 3])) return -1;
        this.anyBytes = true;
        i += 4;
      } else if (escapes[letter] === 1) i += 2;
      else return -1;
    }
    if (high !== 0) this.#high = high;
    return i + 1;
  }

  #word(word: Uint8Array, at: number): number {
    if (at + word.length > this.#end) return -1;
    for (let i = 0; i < word.length; i++) if (this.#bytes[at + i] !== word[i]) return -1;
    return at + word.length;
  }

  /** The place to which the name bytes[start, end) leads. */
  #next({ names, next, lengths }: Place, start: number, end: number): Place | undefined {
    const bytes = this.#bytes;
    if (this.#backslash) {
      const name = utf8.encode(JSON.parse(`"${utf8Text.decode(bytes.subarray(start, end))}"`));
      return next[names.findIndex((known) => Buffer.compare(known, name) === 0)];
    }
    const length = end - start;
    if (lengths[length & 255] === 0) return;
    for (let k = 0; k < names.length; k++) {
      const name = names[k];
      if (name.length !== length) continue;
      let i = 0;
      while (i < length && bytes[start + i] === name[i]) i++;
      if (i === length) return next[k];
    }
  }
}

/** The position after the number at `at`, or -1. */
function afterNumber(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  if (bytes[i] === MINUS) i++;
  const whole = i;
  i = afterDigits(bytes, i, end);
  if (i === whole || (bytes[whole] === ZERO && i > whole + 1)) return -1;
  if (i < end && bytes[i] === DOT) {
    const from = ++i;
    i = afterDigits(bytes, i, end);
    if (i === from) return -1;
  }
  if (i < end && (bytes[i] | 32) === SMALL_E) {
    i++;
    if (i < end && (bytes[i] === PLUS || bytes[i] === MINUS)) i++;
    const from = i;
    i = afterDigits(bytes, i, end);
    if (i === from) return -1;
  }
  return i;
}

function afterDigits(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i] >= ZERO && bytes[i] <= NINE) i++;
  return i;
}

function afterSpace(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (
    i < end &&
    bytes[i] <= SPACE &&
    (bytes[i] === SPACE || bytes[i] === TAB || bytes[i] === CR || bytes[i] === LF)
  )
    i++;
  return i;
}

function isHex(byte: number): boolean {
  const small = byte | 32;
  return (byte >= ZERO && byte <= NINE) || (small >= 97 && small <= 102);
}

const utf8 = new TextEncoder();
const utf8Text = new TextDecoder("utf-8", { ignoreBOM: true });
const [TRUE, FALSE, NULL] = ["true", "false", "null"].map((word) => utf8.encode(word));

/** 1 for the bytes in a string that need attention: quote, backslash, control characters and bytes beyond ASCII. */
const special = new Uint8Array(256);
special.fill(1, 0, SPACE);
special.fill(1, 0x80);
special[QUOTE] = special[BACKSLASH] = 1;

/** 1 for the characters that may follow a backslash, except u. */
const escapes = new Uint8Array(256);
for (const letter of '"\\/bfnrt') escapes[letter.charCodeAt(0)] = 1;
