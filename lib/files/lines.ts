import { resolve } from "node:path";
import { CR, LF } from "../ascii.js";
import { InputError, quoted } from "../errors.js";
import { csvHeader, type Log, type Source } from "../record.js";
import { Pace, type Work } from "../work.js";
import { type ByteEncoding, type ByteStream, openBytes, openMemory, readSize } from "./bytes.js";
import type { Bytes } from "./digest.js";
import { farByte } from "./nextByte.js";
import { standardInput } from "./places.js";

/** Longest line that is read, in bytes. For a longer line, only its beginning and its length are kept. */
export const longestLine = 1 << 20;

/** A piece of the bytes that holds whole lines. It is valid until the next one is requested. */
export interface Block {
  /** Each line in bytes[start, end) ends with LF, except the last line of a file that does not end with one. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Set when the block is the beginning of a line longer than `longestLine`: the length of that line in bytes. */
  readonly overlong?: number;
}

/**
 * The position of one line in a block, and how it ends. The same object is used for all lines, so that no memory is
 * allocated for each.
 */
export class Line {
  /** The text is bytes[start, end), without its line end (LF or CR LF) and without a byte-order mark before it. */
  start = 0;
  end = 0;
  /** Where the next line begins. */
  next = 0;
  /** Whether a line feed ends it. The last line of a log may have none, and an overlong line is cut before it. */
  isTerminated = false;
  /** Whether a byte-order mark comes before it. */
  hasMark = false;

  /**
   * Finds the line that begins at `at`.
   * @param isFirst whether it is the first of the log; only that one may have a mark
   */
  cut(
    { bytes, end, overlong }: Pick<Block, "bytes" | "end" | "overlong">,
    at: number,
    isFirst: boolean,
  ): void {
    const last = overlong === undefined ? farByte(bytes, LF, at, end) : end;
    const isTerminated = last < end;
    const start = isFirst ? afterMark(bytes, at, last) : at;
    this.isTerminated = isTerminated;
    this.next = isTerminated ? last + 1 : end;
    this.start = start;
    this.hasMark = start > at;
    this.end = last > start && bytes[last - 1] === CR ? last - 1 : last;
  }
}

/** The position after a byte-order mark, if there is one at `start`. */
export function afterMark(bytes: Uint8Array, start: number, end: number): number {
  const marked =
    end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
  return marked ? start + 3 : start;
}

/**
 * The content of a log: the absolute path of its CSV file, or its bytes.
 * @throws InputError if it is neither a log nor a path
 */
export function contentOf(source: Source): string | Uint8Array {
  if (typeof source === "string" && source !== "") return resolve(source);
  if (typeof source === "object" && typeof source?.path === "string") return resolve(source.path);
  if (typeof source === "object" && source?.csv instanceof Uint8Array) return standsAlone(source, source.csv);
  throw new InputError(`source: ${quoted(source)} is neither a log nor the path of a CSV file`);
}

/** The bytes of a log in memory; a generated part of a log begins without the header that a table of its own needs. */
function standsAlone(log: Log, csv: Uint8Array): Uint8Array {
  const header = Buffer.from(`${csvHeader}\n`);
  if (!("generatorVersion" in log) || header.equals(csv.subarray(0, header.length))) return csv;
  const known = headed.get(csv);
  if (known !== undefined) return known;
  const whole = Buffer.concat([header, csv]);
  headed.set(csv, whole);
  return whole;
}

/** One array for each, by which a database knows that it has loaded it. */
const headed = new WeakMap<Uint8Array, Uint8Array>();

/**
 * The lines of a file, of standard input ("-") or of bytes in memory, in constant memory. Each source may be plain,
 * gzip or zstd; its first bytes tell which.
 */
export class Lines {
  /** Why the data ended too early (the packed data are cut short or damaged); undefined if they did not. */
  damage: string | undefined;
  /** How the data are packed. Known from the first block on. */
  compression: ByteEncoding = "none";
  /** If set, makes lines of data that are laid out in another way, such as the objects of a JSON text. */
  relaid: ((fill: ByteStream["fill"]) => ByteStream["fill"]) | undefined;
  readonly #source: string | Uint8Array;
  readonly #argument: string;
  readonly #digest: Bytes | undefined;
  /** Standard input cannot be opened twice, so the bytes of a sample are kept here. */
  #open: ByteStream | undefined;
  #head: Uint8Array = new Uint8Array(0);

  /**
   * @param argument - what errors call the source
   * @param digest - takes the bytes that `blocks` reads from a file, still packed
   */
  constructor(source: string | Uint8Array, argument: string, digest?: Bytes) {
    this.#digest = digest;
    this.#source = typeof source === "string" && source !== standardInput ? resolve(source) : source;
    this.#argument = argument;
  }

  /** Whether the data are gzip. Known from the first block on. */
  get gzip(): boolean {
    return this.compression === "gzip";
  }

  /**
   * Checks that the source can be read.
   * @throws InputError if there is no such file, or it is a folder or not readable
   */
  async check(): Promise<void> {
    if (typeof this.#source !== "string" || this.#source === standardInput) return;
    await (await openBytes(this.#source, this.#argument)).close();
  }

  /**
   * The first bytes, unpacked, at most `length`. `blocks` yields them again.
   * @throws InputError if the source cannot be opened
   * @throws InterruptedError if it is stopped
   */
  async sample(length: number, work: Work = {}): Promise<Uint8Array> {
    const stream = await this.#bytes();
    if (stream === undefined) return (this.#source as Uint8Array).subarray(0, length);
    this.compression = stream.compression;
    const head = new Uint8Array(length);
    let filled = 0;
    try {
      const pace = new Pace(work);
      while (filled < length) {
        const got = await stream.fill(head, filled, Math.min(readSize, length - filled));
        if (got === 0) break;
        filled += got;
        pace.check();
      }
    } catch (error) {
      await stream.close();
      throw error;
    }
    const sample = head.subarray(0, filled);
    if (this.#source === standardInput) {
      this.#open = stream;
      this.#head = sample;
    } else {
      await stream.close();
    }
    return sample;
  }

  /**
   * Yields the lines, block by block. Progress is counted in bytes of the source.
   * @throws InputError if the source cannot be opened
   * @throws InterruptedError if it is stopped
   */
  async *blocks(work: Work = {}): AsyncGenerator<Block, void, undefined> {
    const pace = new Pace(work);
    const stream = this.#open ?? (await this.#bytes(this.#digest));
    if (stream === undefined) {
      yield* this.#ofMemory(this.#source as Uint8Array, pace);
      return;
    }
    this.compression = stream.compression;
    let head = this.#head;
    this.#open = undefined;
    this.#head = new Uint8Array(0);
    const fill: Fill = async (into, offset, length) => {
      if (head.length > 0) {
        const part = head.subarray(0, length);
        into.set(part, offset);
        head = head.subarray(part.length);
        return part.length;
      }
      const got = await stream.fill(into, offset, length);
      if (got === 0) this.damage = stream.damage();
      return got;
    };
    // Standard input may stay silent for ever, so an interrupt closes it.
    const { signal } = work;
    const stop = () => void stream.close().catch(() => {});
    if (this.#source === standardInput) signal?.addEventListener("abort", stop, { once: true });
    try {
      const lines = this.relaid ? this.relaid(fill) : fill;
      yield* blocksOf(lines, () => pace.step(stream.position(), stream.size, "bytes"));
      pace.check();
    } catch (error) {
      pace.check(); // after an interrupt, reading on would fail with another message
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      await stream.close();
    }
  }

  #ofMemory(bytes: Uint8Array, pace: Pace): AsyncGenerator<Block, void, undefined> {
    if (!this.relaid) return blocksOfMemory(bytes, pace);
    let at = 0;
    const fill: Fill = async (into, offset, length) => {
      const part = bytes.subarray(at, at + length);
      into.set(part, offset);
      at += part.length;
      return part.length;
    };
    return blocksOf(this.relaid(fill), () => pace.step(at, bytes.length, "bytes"));
  }

  /** Opens the source; undefined for unpacked bytes in memory, which need not be copied. */
  async #bytes(digest?: Bytes): Promise<ByteStream | undefined> {
    if (typeof this.#source !== "string") return openMemory(this.#source);
    return openBytes(this.#source, this.#argument, digest);
  }
}

/** Reads the next bytes. @returns how many; 0 at the end */
type Fill = ByteStream["fill"];

async function* blocksOfMemory(bytes: Uint8Array, pace: Pace): AsyncGenerator<Block, void, undefined> {
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(LF, Math.min(start + readSize, bytes.length));
    const end = newline < 0 ? bytes.length : newline + 1;
    yield { bytes, start, end };
    start = end;
    await pace.step(start, bytes.length, "bytes");
  }
}

async function* blocksOf(fill: Fill, step: () => Promise<void>): AsyncGenerator<Block, void, undefined> {
  const buffer = new Uint8Array(longestLine + readSize);
  let held = 0; // bytes at the front of the buffer, of a line whose end has not been read yet
  for (;;) {
    const got = await fill(buffer, held, Math.min(readSize, buffer.length - held));
    if (got === 0) break;
    const filled = held + got;
    const newline = buffer.subarray(held, filled).lastIndexOf(LF);
    if (newline >= 0) {
      const end = held + newline + 1;
      yield { bytes: buffer, start: 0, end };
      buffer.copyWithin(0, end, filled);
      held = filled - end;
    } else if (filled < buffer.length) {
      held = filled;
    } else {
      held = yield* overlongLine(buffer, fill, step);
    }
    await step();
  }
  if (held > 0) yield { bytes: buffer, start: 0, end: held };
}

/** Reads to the end of the line that fills the buffer. @returns the number of bytes held after it */
async function* overlongLine(buffer: Uint8Array, fill: Fill, step: () => Promise<void>) {
  const head = buffer.slice(0, longestLine);
  let length = buffer.length;
  for (;;) {
    const got = await fill(buffer, 0, readSize);
    const newline = buffer.subarray(0, got).indexOf(LF);
    length += newline < 0 ? got : newline;
    if (got > 0 && newline < 0) {
      await step();
      continue;
    }
    yield { bytes: head, start: 0, end: head.length, overlong: length };
    if (got === 0) return 0;
    // Several lines may follow. The last of them may continue in the next bytes.
    const rest = buffer.subarray(newline + 1, got).lastIndexOf(LF);
    const end = rest < 0 ? newline + 1 : newline + 1 + rest + 1;
    if (rest >= 0) yield { bytes: buffer, start: newline + 1, end };
    buffer.copyWithin(0, end, got);
    return got - end;
  }
}
