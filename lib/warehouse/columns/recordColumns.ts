import { isUtf8 } from "node:buffer";
import { QUOTE } from "../../ascii.js";
import type { PlainLine } from "../../read/plainLine.js";

/** Most records that are held. */
export const mostRecords = 1 << 18;
/** Most different paths that are held; beyond that, a dictionary would not be worth its while. */
const mostPaths = 1 << 15;
const longestAddress = 45; // of IPv6

/**
 * Records as the columns of a Parquet file: values in its PLAIN encoding, and for paths, their numbers in a dictionary.
 */
export class RecordColumns {
  records = 0;
  /** Milliseconds since 1970, 64 bits each. */
  readonly times = new DataView(new ArrayBuffer(8 * mostRecords));
  /** Length in 32 bits, and the text. */
  readonly addresses = new DataView(new ArrayBuffer((4 + longestAddress) * mostRecords));
  addressBytes = 0;
  readonly paths = new PathDictionary();
  /** Number of each record's path. */
  readonly pathNumbers = new Uint32Array(mostRecords);
  /** 32 bits each. */
  readonly statuses = new DataView(new ArrayBuffer(4 * mostRecords));
  /** Response times in milliseconds, of the records that have one. */
  readonly durations = new DataView(new ArrayBuffer(8 * mostRecords));
  timed = 0;
  /** 1 for each record with a response time. */
  readonly isTimed = new Uint32Array(mostRecords);
  readonly #addressBytes = new Uint8Array(this.addresses.buffer);

  get isFull(): boolean {
    return this.records === mostRecords || this.paths.isFull;
  }

  /** @returns false if the path is no UTF-8 or has control characters */
  add(bytes: Uint8Array, line: PlainLine): boolean {
    const i = this.records;
    const path = this.paths.numberOf(bytes, line.pathStart, line.pathEnd, line.hash);
    if (path < 0) return false;
    this.pathNumbers[i] = path;
    const high = Math.floor(line.time / 2 ** 32);
    this.times.setUint32(8 * i, line.time - high * 2 ** 32, true);
    this.times.setUint32(8 * i + 4, high, true);
    const { addressStart } = line;
    const length = line.pathStart - 1 - addressStart;
    const at = this.addressBytes;
    this.addresses.setUint32(at, length, true);
    const to = this.#addressBytes;
    for (let k = 0; k < length; k++) to[at + 4 + k] = bytes[addressStart + k];
    this.addressBytes = at + 4 + length;
    this.statuses.setInt32(4 * i, line.status, true);
    const { hundredths } = line;
    this.isTimed[i] = hundredths < 0 ? 0 : 1;
    if (hundredths >= 0) this.durations.setFloat64(8 * this.timed++, hundredths / 100, true);
    this.records = i + 1;
    return true;
  }

  clear(): void {
    this.records = 0;
    this.addressBytes = 0;
    this.timed = 0;
    this.paths.clear();
  }
}

/** Numbers different paths from 0, in the order of their appearance. */
class PathDictionary {
  size = 0;
  /** Open addressing. A slot holds a path's number plus 1, or 0. */
  readonly #slots = new Int32Array(2 * mostPaths);
  /** The paths as they stand in lines. */
  readonly #written: Uint8Array[] = [];
  /** The paths as values of the PLAIN encoding: length in 32 bits, and the text. */
  readonly #values: Uint8Array[] = [];

  get isFull(): boolean {
    return this.size === mostPaths;
  }

  /** The number of the path bytes[start, end), with its quotes if it has any; -1 if it is no path. */
  numberOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] > 0; slot = (slot + 1) & mask) {
      const known = this.#written[this.#slots[slot] - 1];
      if (known.length !== end - start) continue;
      let i = 0;
      while (i < known.length && known[i] === bytes[start + i]) i++;
      if (i === known.length) return this.#slots[slot] - 1;
    }
    const written = bytes.slice(start, end);
    const path = unquoted(written);
    if (!isPath(path)) return -1;
    const value = Buffer.allocUnsafe(4 + path.length);
    value.writeUInt32LE(path.length);
    value.set(path, 4);
    this.#written[this.size] = written;
    this.#values[this.size] = value;
    this.#slots[slot] = ++this.size;
    return this.size - 1;
  }

  values(): Uint8Array {
    return Buffer.concat(this.#values.slice(0, this.size));
  }

  clear(): void {
    this.size = 0;
    this.#slots.fill(0);
  }
}

function unquoted(path: Uint8Array): Uint8Array {
  if (path[0] !== QUOTE) return path;
  return Buffer.from(Buffer.from(path.subarray(1, -1)).toString("latin1").replaceAll('""', '"'), "latin1");
}

/** Whether the text beyond ASCII in a path is sound. */
function isPath(path: Uint8Array): boolean {
  return isUtf8(path) && !/[\x80-\x9f]/.test(Buffer.from(path).toString("utf8"));
}
