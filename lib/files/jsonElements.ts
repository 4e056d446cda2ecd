import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  CR,
  LF,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
  TAB,
} from "../ascii.js";
import { type ByteStream, readSize } from "./bytes.js";

/**
 * Whether a log begins with JSON objects that are not one per line: they extend over many lines, or several are on one
 * line, in a list or without one (`jq`, `gcloud logging read --format=json`, Amazon Data Firehose).
 */
export function isSpreadJson(head: Uint8Array): boolean {
  let at = afterSpace(head, head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0);
  if (head[at] === OPEN_BRACKET) at = afterSpace(head, at + 1);
  if (head[at] !== OPEN_BRACE) return false;
  let depth = 0;
  let isBroken = false; // over several lines
  const start = at;
  for (let inString = false; at < head.length; at++) {
    const byte = head[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
      else if (byte === LF) return false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === LF) isBroken = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) break;
  }
  if (at >= head.length || !isJson(head.subarray(start, ++at))) return false;
  if (isBroken) return true;
  while (head[at] === SPACE || head[at] === TAB || head[at] === COMMA) at++;
  return head[at] === OPEN_BRACE;
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

function afterSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at])) at++;
  return at;
}

/** Whether a byte is one of a byte-order mark's. */
const isMark = (byte: number) => byte === 0xef || byte === 0xbb || byte === 0xbf;

const isSpace = (byte: number) => byte === SPACE || byte === LF || byte === CR || byte === TAB;

/**
 * Puts each object of a JSON text on its own line, without the white space and the list around it. Any other text
 * between the objects becomes a line, too. A missing quote or brace corrupts only its own object: a line feed ends a
 * string, and a brace alone on a line, indented like those of the objects, begins the next object.
 */
export class JsonElements {
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Whether the current line has text that is not an object. */
  #stray = false;
  /** Width of the white space with which the current line began; -1 after anything else. */
  #indent = 0;
  /** Width of the white space before the objects; -1 while it is unknown. */
  #ownIndent = -1;
  /** The previous byte that is not white space. */
  #before = 0;

  /**
   * Writes the lines of the next `length` bytes to `out`, which has room for twice as many bytes. Returns the number of
   * bytes written.
   */
  take(bytes: Uint8Array, length: number, out: Uint8Array): number {
    let p = 0;
    for (let i = 0; i < length; i++) {
      const byte = bytes[i];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE || byte === LF) this.#inString = false;
        out[p++] = byte === LF ? TAB : byte; // a string cannot contain a tab: an error stays an error
        this.#before = byte;
        if (byte === LF) this.#indent = 0;
        continue;
      }
      const indent = this.#indent;
      if (byte === LF) this.#indent = 0;
      else if (indent >= 0) this.#indent = isSpace(byte) ? indent + 1 : -1;
      if (this.#stray) {
        if (byte === LF || byte === COMMA || byte === CLOSE_BRACKET) {
          out[p++] = LF;
          this.#stray = false;
        } else if (byte !== CR) out[p++] = byte;
      } else if (isSpace(byte) || (this.#before === 0 && isMark(byte))) continue;
      else if (this.#depth === 0) {
        if (byte === OPEN_BRACE) {
          this.#depth = 1;
          out[p++] = byte;
          if (indent >= 0) this.#ownIndent = indent;
        } else if (byte !== COMMA && byte !== OPEN_BRACKET && byte !== CLOSE_BRACKET) {
          this.#stray = true;
          out[p++] = byte;
        }
      } else if (byte === OPEN_BRACE && indent >= 0 && indent === this.#ownIndent && !this.#mayHoldObject()) {
        out[p++] = LF;
        out[p++] = byte;
        this.#depth = 1;
      } else {
        out[p++] = byte;
        if (byte === QUOTE) this.#inString = true;
        else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
        else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --this.#depth === 0) out[p++] = LF;
      }
      this.#before = byte;
    }
    return p;
  }

  /** Whether an object may begin after the previous byte: as a value, or as an element of a list within an object. */
  #mayHoldObject(): boolean {
    const before = this.#before;
    return before === COLON || before === OPEN_BRACKET || (before === COMMA && this.#depth > 1);
  }
}

/** The objects of a complete or truncated JSON text, each on a line. */
export function elementLines(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(2 * bytes.length);
  return out.subarray(0, new JsonElements().take(bytes, bytes.length, out));
}

/** Fills buffers with the lines of the objects in a stream of JSON text, in memory that does not grow with it. */
export function elementFill(fill: ByteStream["fill"]): ByteStream["fill"] {
  const elements = new JsonElements();
  const raw = new Uint8Array(readSize);
  const lines = new Uint8Array(2 * readSize);
  let left = lines.subarray(0, 0);
  return async (into, offset, length) => {
    while (left.length === 0) {
      const got = await fill(raw, 0, raw.length);
      if (got === 0) return 0;
      left = lines.subarray(0, elements.take(raw, got, lines));
    }
    const part = left.subarray(0, length);
    into.set(part, offset);
    left = left.subarray(part.length);
    return part.length;
  };
}
