import { isUtf8 } from "node:buffer";
import { OPEN_BRACE, SPACE } from "../../ascii.js";
import { compiled, type WasmMemory } from "../../webAssembly.js";
import { unescaped } from "./escapes.js";
import { NameTree } from "./nameTree.js";

/** What `scan/jsonObject.ts` exports, and says what each is. */
interface Scan {
  readonly memory: WasmMemory;
  readonly free: { readonly value: number };
  read(root: number, slots: number, at: number, end: number): number;
}

/** What `read` returns, as bits; 0 for what is not one JSON object. */
const beyondAscii = 2;
const escapedValue = 4;
const escapedBytes = 8;
const unicode = 16;

/**
 * Finds values in JSON objects without making objects: it walks a line once, checks all of it by the grammar of JSON
 * (RFC 8259) as `JSON.parse` does, and notes where the values of some paths stand. A path goes down a level at each
 * dot, `request.remote_ip`; a name that itself holds the dots is found, too, and `list.0` is a list's first element. Of a name that stands twice the last
 * counts, as for `JSON.parse`. WebAssembly walks, three times as fast as JavaScript does.
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
  readonly #paths: readonly string[];
  /** Made for the first object: most formats are only tried on lines that are none. */
  #tree: NameTree | undefined;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(paths: readonly string[]) {
    this.start = new Int32Array(paths.length);
    this.end = new Int32Array(paths.length);
    this.escaped = new Uint8Array(paths.length);
    this.#paths = paths;
  }

  /** Reads the line bytes[start, end). @returns false if it is not exactly one JSON object in UTF-8 */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    if (bytes[start] !== OPEN_BRACE && bytes[start] > SPACE) return false; // plain text needs no walk
    this.#tree ??= new NameTree(this.#paths, scan.free.value);
    const tree = this.#tree;
    const count = this.start.length;
    const slots = tree.end;
    const line = slots + slotSize * count;
    const lineEnd = line + end - start;
    if (memory.length < lineEnd + guard) grow(lineEnd + guard);
    if (loaded !== tree) {
      memory.set(tree.bytes, scan.free.value);
      loaded = tree;
    }
    memory.set(bytes.subarray(start, end), line);
    numbers.fill(-1, slots >> 2, line >> 2);
    const has = scan.read(tree.root, slots, line, lineEnd);
    this.anyEscaped = (has & escapedValue) !== 0;
    const shift = start - line;
    for (let slot = 0, at = slots >> 2; slot < count; slot++, at += 3) {
      const found = numbers[at];
      this.start[slot] = found < 0 ? -1 : found + shift;
      this.end[slot] = numbers[at + 1] + shift;
      this.escaped[slot] = numbers[at + 2];
    }
    if (has === 0 || ((has & escapedBytes) !== 0 && (has & unicode) !== 0)) return false;
    return (has & beyondAscii) === 0 || isUtf8(bytes.subarray(start, end));
  }

  /**
   * The value of path `slot` in the last line, without its escapes; undefined if it has none. Half of a surrogate pair
   * is U+FFFD.
   */
  text(slot: number): string | undefined {
    const start = this.start[slot];
    if (start < 0) return;
    const bytes = this.#bytes.subarray(start, this.end[slot]);
    if (this.escaped[slot] === 0) return utf8Text.decode(bytes);
    const own = new Uint8Array(bytes.length);
    return utf8Text.decode(own.subarray(0, unescaped(bytes, 0, bytes.length, own, 0)));
  }
}

const utf8Text = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes of memory for each slot: start, end and whether it has escapes, 32 bits each. */
const slotSize = 12;
/** Bytes behind a line that are looked at or written. */
const guard = 32;

// One memory for all, since each reserves some gigabytes of addresses: the tree of names, the slots and the line.
const scan = compiled<Scan>(
  new URL("./jsonObject.wasm", import.meta.url),
  "jsonObject",
)({
  escapedName: (place: number, start: number, end: number) =>
    loaded?.next(place, JSON.parse(`"${utf8Text.decode(memory.subarray(start, end))}"`)) ?? 0,
});
let memory = new Uint8Array(scan.memory.buffer);
let numbers = new Int32Array(scan.memory.buffer);
/** The tree that stands in the memory. */
let loaded: NameTree | undefined;

function grow(length: number): void {
  scan.memory.grow(Math.ceil((2 * length - memory.length) / 2 ** 16));
  memory = new Uint8Array(scan.memory.buffer);
  numbers = new Int32Array(scan.memory.buffer);
}
