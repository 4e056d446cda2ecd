import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Compression } from "./extensions.js";
import { loadZstd } from "./zstd.js";

/** Bytes of text in one gzip member or zstd frame. */
const BLOCK = 1 << 20;
/** This level is three times as fast as zlib's default, for files 6 % larger. */
const GZIP_LEVEL = 4;

/**
 * Compresses a stream of bytes in blocks of a megabyte. Each block is a gzip member or a zstd frame of its own, and
 * every reader joins them again. With blocks, the result does not depend on how the bytes arrive, memory is bounded,
 * and all cores can compress gzip.
 */
export class Compressor {
  readonly #compress: (block: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  readonly #put: (bytes: Uint8Array) => Promise<void>;
  readonly #pending: Promise<Uint8Array>[] = [];
  #block = new Uint8Array(BLOCK);
  #length = 0;
  #blocks = 0;

  /** @param put takes the compressed bytes, in order */
  static async create(kind: Compression, put: (bytes: Uint8Array) => Promise<void>): Promise<Compressor> {
    return new Compressor(kind === "gzip" ? gzipMember : await loadZstd(), put);
  }

  private constructor(
    compress: (block: Uint8Array) => Uint8Array | Promise<Uint8Array>,
    put: (bytes: Uint8Array) => Promise<void>,
  ) {
    this.#compress = compress;
    this.#put = put;
  }

  /** Takes bytes. The caller may change them afterwards. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const until = Math.min(bytes.length, at + BLOCK - this.#length);
      this.#block.set(bytes.subarray(at, until), this.#length);
      this.#length += until - at;
      at = until;
      if (this.#length === BLOCK) await this.#close();
    }
  }

  /** Compresses the rest. If there were no bytes at all, it writes an empty member or frame. */
  async end(): Promise<void> {
    if (this.#length > 0 || this.#blocks === 0) await this.#close();
    while (this.#pending.length > 0) await this.#put(await this.#pending.shift()!);
  }

  async #close(): Promise<void> {
    const compressed = Promise.resolve(this.#compress(this.#block.subarray(0, this.#length)));
    compressed.catch(() => {}); // the await below reports an error; if the log is abandoned, nobody needs to
    this.#pending.push(compressed);
    this.#block = new Uint8Array(BLOCK);
    this.#length = 0;
    this.#blocks++;
    if (this.#pending.length > availableParallelism()) await this.#put(await this.#pending.shift()!);
  }
}

const gzipAsync = promisify<Uint8Array, { level: number }, Buffer>(gzip);

async function gzipMember(block: Uint8Array): Promise<Uint8Array> {
  const member = await gzipAsync(block, { level: GZIP_LEVEL });
  member[9] = 255; // operating system "unknown", so that every system writes the same bytes
  return member;
}
