import { isUtf8 } from "node:buffer";
import { QUOTE } from "../../ascii.js";
import { isAddress } from "../../read/fields/address.js";
import { minuteOf } from "../../read/plainLine.js";
import { compiled, type WasmMemory } from "../../webAssembly.js";

/** What `scan/scanLines.ts` exports, and says what each is. */
interface Scan extends Record<Places | Counts, { readonly value: number }> {
  readonly memory: WasmMemory;
  readonly first: { readonly value: bigint };
  readonly last: { readonly value: bigint };
  clear(): void;
  scan(at: number, limit: number, end: number, cr: boolean): number;
}
type Places =
  | "times"
  | "addresses"
  | "addressNumbers"
  | "pathNumbers"
  | "statuses"
  | "durations"
  | "isTimed"
  | "piece";
type Counts = "records" | "addressCount" | "addressBytes" | "timed";

const instance = compiled<Scan>(new URL("./scanLines.wasm", import.meta.url), "scanLines");

/** Different values of a column in the PLAIN encoding. */
export interface Values {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** Bytes that may be looked at behind the last line. */
const overshoot = 128;

/**
 * Lines of five-field CSV as the columns of a Parquet file: values in its PLAIN encoding, and for addresses and
 * paths, their numbers in dictionaries. WebAssembly fills them, three times as fast as JavaScript does.
 */
export class RecordColumns {
  /** Where the lines are put. */
  readonly bytes: Uint8Array;
  readonly #memory: ArrayBuffer;
  readonly #scan: Scan;
  /** The different paths as values of the PLAIN encoding: length in 32 bits, and the text. */
  #paths: Uint8Array[] = [];

  /** @param room - for lines, in bytes */
  constructor(room: number) {
    this.#scan = instance({
      minuteAt: (at: number) => minuteOf(this.bytes, at - this.bytes.byteOffset),
      isAddress: (start: number, end: number) => isAddress(this.#view(start, end - start), 0, end - start),
      addPath: (start: number, end: number) => this.#addPath(this.#view(start, end - start)),
    });
    const { memory, piece } = this.#scan;
    memory.grow(Math.ceil((piece.value + room + overshoot) / 2 ** 16));
    this.#memory = memory.buffer;
    this.bytes = this.#view(piece.value, room);
  }

  /** Takes lines from bytes[from] on that begin before `limit`. @returns where the next one begins; -1 if one is not plain */
  add(from: number, limit: number, end: number, hasCr: boolean): number {
    const base = this.bytes.byteOffset;
    const next = this.#scan.scan(base + from, base + limit, base + end, hasCr);
    return next === 0 ? -1 : next - base;
  }

  clear(): void {
    this.#scan.clear();
    this.#paths = [];
  }

  get records(): number {
    return this.#scan.records.value;
  }

  /** Microseconds since 1970, 64 bits each. */
  get times(): Uint8Array {
    return this.#view(this.#scan.times.value, 8 * this.records);
  }

  /** The bounds of the times. */
  get bounds(): { readonly min_value: bigint; readonly max_value: bigint } {
    return { min_value: this.#scan.first.value, max_value: this.#scan.last.value };
  }

  /** The different addresses, each with its length in 32 bits. */
  get addresses(): Values {
    const { addresses, addressBytes, addressCount } = this.#scan;
    return { bytes: this.#view(addresses.value, addressBytes.value), count: addressCount.value };
  }

  /** The place of each record's address among them. */
  get addressNumbers(): Uint32Array {
    return this.#numbers(this.#scan.addressNumbers.value);
  }

  /** The different paths, each with its length in 32 bits. */
  get paths(): Values {
    return { bytes: Buffer.concat(this.#paths), count: this.#paths.length };
  }

  /** The place of each record's path among them. */
  get pathNumbers(): Uint32Array {
    return this.#numbers(this.#scan.pathNumbers.value);
  }

  /** 32 bits each. */
  get statuses(): Uint8Array {
    return this.#view(this.#scan.statuses.value, 4 * this.records);
  }

  /** Response times in milliseconds, 64 bits each, of the records that have one. */
  get durations(): Uint8Array {
    return this.#view(this.#scan.durations.value, 8 * this.#scan.timed.value);
  }

  /** A bit for each record: 1 if it has a response time. undefined if all have. */
  get isTimed(): Uint8Array | undefined {
    const { isTimed, timed } = this.#scan;
    return timed.value === this.records ? undefined : this.#view(isTimed.value, Math.ceil(this.records / 8));
  }

  #view(start: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory, start, length);
  }

  #numbers(start: number): Uint32Array {
    return new Uint32Array(this.#memory, start, this.records);
  }

  /** @returns whether it is UTF-8 without control characters; those of ASCII are not in it */
  #addPath(written: Uint8Array): boolean {
    const path = unquoted(written);
    if (!isUtf8(path) || /[\x80-\x9f]/.test(Buffer.from(path).toString("utf8"))) return false;
    const value = Buffer.allocUnsafe(4 + path.length);
    value.writeUInt32LE(path.length);
    value.set(path, 4);
    this.#paths.push(value);
    return true;
  }
}

function unquoted(path: Uint8Array): Uint8Array {
  if (path[0] !== QUOTE) return path;
  return Buffer.from(Buffer.from(path.subarray(1, -1)).toString("latin1").replaceAll('""', '"'), "latin1");
}
