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
  /** Number of the path that ends here, or −1. */
  slot: number;
  /** Where elements of a list lead, by their number. */
  readonly elements: (Place | undefined)[];
}

const newPlace = (): Place => ({ names: [], next: [], slot: -1, elements: [] });

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
  #at = 0;
  #end = 0;
  #high = 0;
  #backslash = false;
  #unicode = false;

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
          source.names.push(utf8.encode(name));
          source.next.push(target);
        }
      }
    });
  }

  /** Reads the line bytes[start, end). @returns false if it is not exactly one JSON object in UTF-8 */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#high = 0;
    this.anyEscaped = false;
    this.anyBytes = false;
    this.#unicode = false;
    this.start.fill(-1);
    this.#space();
    if (this.#at >= end || bytes[this.#at] !== OPEN_BRACE || !this.#object(this.#root, 0)) return false;
    this.#space();
    if (this.anyBytes && this.#unicode) return false;
    return this.#at === end && (this.#high < 0x80 || isUtf8(bytes.subarray(start, end)));
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

  #space(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = this.#at;
    while (
      i < end &&
      bytes[i] <= SPACE &&
      (bytes[i] === SPACE || bytes[i] === TAB || bytes[i] === CR || bytes[i] === LF)
    )
      i++;
    this.#at = i;
  }

  /**
   * Reads an object after its brace. `place` is where its names are looked up, undefined if they are not looked for.
   */
  #object(place: Place | undefined, depth: number): boolean {
    if (depth > deepest) return false;
    const bytes = this.#bytes;
    const end = this.#end;
    this.#at++;
    this.#space();
    if (this.#at < end && bytes[this.#at] === CLOSE_BRACE) {
      this.#at++;
      return true;
    }
    for (;;) {
      if (this.#at >= end || bytes[this.#at] !== QUOTE) return false;
      const nameStart = this.#at + 1;
      if (!this.#string(false)) return false;
      const next = place === undefined ? undefined : this.#next(place, nameStart, this.#at - 1);
      this.#space();
      if (this.#at >= end || bytes[this.#at] !== COLON) return false;
      this.#at++;
      this.#space();
      if (!this.#value(next, depth)) return false;
      this.#space();
      if (this.#at >= end) return false;
      const byte = bytes[this.#at++];
      if (byte === CLOSE_BRACE) return true;
      if (byte !== COMMA) return false;
      this.#space();
    }
  }

  #value(place: Place | undefined, depth: number): boolean {
    const start = this.#at;
    if (start >= this.#end) return false;
    const byte = this.#bytes[start];
    const slot = place === undefined ? -1 : place.slot;
    if (slot >= 0) this.start[slot] = -1;
    if (byte === QUOTE) {
      if (!this.#string()) return false;
      if (slot >= 0) {
        this.start[slot] = start + 1;
        this.end[slot] = this.#at - 1;
        this.escaped[slot] = this.#backslash ? 1 : 0;
        if (this.#backslash) this.anyEscaped = true;
      }
      return true;
    }
    if (byte === OPEN_BRACE) return this.#object(place, depth + 1);
    if (byte === OPEN_BRACKET) return this.#list(place, depth + 1);
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) {
      if (!this.#number()) return false;
      if (slot >= 0) {
        this.start[slot] = start;
        this.end[slot] = this.#at;
        this.escaped[slot] = 0;
      }
      return true;
    }
    return this.#word(TRUE) || this.#word(FALSE) || this.#word(NULL);
  }

  /** A list from its bracket on; `place` is where its elements are looked for. */
  #list(place: Place | undefined, depth: number): boolean {
    if (depth > deepest) return false;
    const bytes = this.#bytes;
    this.#at++;
    this.#space();
    if (this.#at < this.#end && bytes[this.#at] === CLOSE_BRACKET) {
      this.#at++;
      return true;
    }
    for (let i = 0; ; i++) {
      if (!this.#value(place?.elements[i], depth)) return false;
      this.#space();
      if (this.#at >= this.#end) return false;
      const byte = bytes[this.#at++];
      if (byte === CLOSE_BRACKET) return true;
      if (byte !== COMMA) return false;
      this.#space();
    }
  }

  /** Reads a string, from its opening quote to the position after its closing quote. */
  #string(isValue = true): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = this.#at + 1;
    let high = 0;
    this.#backslash = false;
    for (;;) {
      while (i < end && special[bytes[i]] === 0) i++;
      if (i >= end) return false;
      const byte = bytes[i];
      if (byte === QUOTE) break;
      if (byte >= 0x80) {
        high = byte;
        i++;
        continue;
      }
      if (byte !== BACKSLASH) return false; // a control character
      this.#backslash = true;
      const letter = i + 1 < end ? bytes[i + 1] : 0;
      if (letter === SMALL_U) {
        if (i + 6 > end) return false;
        for (let k = i + 2; k < i + 6; k++) if (!isHex(bytes[k])) return false;
        this.#unicode = true;
        i += 6;
      } else if (letter === SMALL_X && isValue) {
        if (i + 4 > end || !isHex(bytes[i + 2]) || !isHex(bytes[i + 3])) return false;
        this.anyBytes = true;
        i += 4;
      } else if (escapes[letter] === 1) i += 2;
      else return false;
    }
    if (high !== 0) this.#high = high;
    this.#at = i + 1;
    return true;
  }

  #number(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = this.#at;
    const isDigit = () => i < end && bytes[i] >= ZERO && bytes[i] <= NINE;
    if (bytes[i] === MINUS) i++;
    if (!isDigit()) return false;
    if (bytes[i++] !== ZERO) while (isDigit()) i++;
    if (i < end && bytes[i] === DOT) {
      i++;
      if (!isDigit()) return false;
      while (isDigit()) i++;
    }
    if (i < end && (bytes[i] | 32) === SMALL_E) {
      i++;
      if (i < end && (bytes[i] === PLUS || bytes[i] === MINUS)) i++;
      if (!isDigit()) return false;
      while (isDigit()) i++;
    }
    this.#at = i;
    return true;
  }

  #word(word: Uint8Array): boolean {
    if (this.#at + word.length > this.#end) return false;
    for (let i = 0; i < word.length; i++) if (this.#bytes[this.#at + i] !== word[i]) return false;
    this.#at += word.length;
    return true;
  }

  /** The place to which the name bytes[start, end) leads. */
  #next({ names, next }: Place, start: number, end: number): Place | undefined {
    const bytes = this.#bytes;
    if (this.#backslash) {
      const name = utf8.encode(JSON.parse(`"${utf8Text.decode(bytes.subarray(start, end))}"`));
      return next[names.findIndex((known) => Buffer.compare(known, name) === 0)];
    }
    const length = end - start;
    for (let k = 0; k < names.length; k++) {
      const name = names[k];
      if (name.length !== length) continue;
      let i = 0;
      while (i < length && bytes[start + i] === name[i]) i++;
      if (i === length) return next[k];
    }
  }
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
