import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError, quoted } from "../errors.js";
import type { Bytes } from "./digest.js";
import { reason } from "./fault.js";
import { standardInput } from "./places.js";
import { isFrame, isSkippable } from "./unzstd.js";
import { utf16, utf16Order } from "./utf16.js";

/** How the bytes of a log are packed or encoded. The first bytes tell, not the name of the file. */
export type ByteEncoding = "none" | "gzip" | "zstd" | "utf-16le" | "utf-16be";

/** The first bytes of packed files that cannot be read here, and the command that unpacks each kind. */
const otherPackers: readonly (readonly [name: string, head: readonly number[], unpack: string])[] = [
  ["xz", [0xfd, 0x37, 0x7a, 0x58], "xz -dc"],
  ["bzip2", [0x42, 0x5a, 0x68], "bzip2 -dc"],
  ["zip", [0x50, 0x4b, 0x03, 0x04], "unzip -p"],
  ["7-Zip", [0x37, 0x7a, 0xbc, 0xaf], "7z x -so"],
  ["lz4", [0x04, 0x22, 0x4d, 0x18], "lz4 -dc"],
  ["compress", [0x1f, 0x9d], "uncompress -c"],
];

/** Number of bytes read at a time, small enough to stay in the processor's cache. */
export const readSize = 1 << 18;

/** The bytes of a file or of standard input, unpacked. */
export interface ByteStream {
  readonly compression: ByteEncoding;
  /** Copies the next bytes to `into`, at most `length` of them. @returns how many; 0 at the end */
  fill(into: Uint8Array, offset: number, length: number): Promise<number>;
  /** Number of bytes of the file read so far, as they are stored (packed). */
  position(): number;
  /** Size of the file in bytes; undefined if it is not known. */
  readonly size: number | undefined;
  /** Why the bytes ended too early: the packed data are cut short or damaged. */
  damage(): string | undefined;
  close(): Promise<void>;
}

/**
 * Opens a file, or standard input for "-". A file is read up to its length at the time of opening. What is written to
 * it afterwards is not read.
 * @param argument - what errors call the path
 * @param digest - takes the bytes as they are read, still packed
 * @throws InputError if there is no such file, or it is a folder, another special file or not readable
 */
export async function openBytes(path: string, argument: string, digest?: Bytes): Promise<ByteStream> {
  if (path === standardInput) return openStandardInput();
  const { handle, size } = await openFile(path, argument);
  const head = await readHead(handle, size);
  try {
    refusePacked(head, argument, path);
  } catch (error) {
    await handle.close();
    throw error;
  }
  const compression = compressionOf(head);
  let position = 0;
  let damage: string | undefined;
  const take = (bytes: Uint8Array) => {
    position += bytes.length;
    digest?.add(bytes);
  };
  /** At the end of the bytes: checks that the file ended there when it was opened. */
  const checkEnd = async () => {
    const now = await handle.stat();
    if (position < size || now.size < size || !isSame(head, await readHead(handle, size)))
      damage = `the file was emptied or overwritten while it was read, at byte ${position} of ${size}`;
  };
  if (compression !== "none") {
    const packed = createReadStream("", {
      fd: handle,
      autoClose: false,
      start: 0,
      end: size - 1,
      highWaterMark: readSize,
    });
    async function* all(): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of packed as AsyncIterable<Uint8Array>) {
        take(chunk);
        yield chunk;
      }
      await checkEnd();
    }
    const close = async () => {
      packed.destroy();
      await handle.close();
    };
    const stream = unpacked(all(), compression, () => position, size, close);
    return { ...stream, damage: () => damage ?? stream.damage() };
  }
  return {
    compression,
    async fill(into, offset, length) {
      const got = (await handle.read(into, offset, Math.min(length, size - position), position)).bytesRead;
      take(into.subarray(offset, offset + got));
      if (got === 0) await checkEnd();
      return got;
    },
    position: () => position,
    size,
    damage: () => damage,
    close: () => handle.close(),
  };
}

/** Number of bytes at the beginning of a file by which it is recognised. */
const HEAD = 4096;

async function readHead(handle: FileHandle, size: number): Promise<Uint8Array> {
  const head = new Uint8Array(Math.min(HEAD, size));
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

async function openFile(path: string, argument: string): Promise<{ handle: FileHandle; size: number }> {
  const target = resolve(path);
  const fail = (why: string) => new InputError(`${argument}: cannot read ${quoted(target)}: ${why}`);
  try {
    // Opening a pipe that nobody writes to would wait for ever, so we look at the kind of file first.
    const kind = await stat(target);
    if (kind.isDirectory()) throw fail("it is a folder, give a file");
    if (!kind.isFile()) throw fail("it is not a regular file; pipe it to standard input and give -");
    return { handle: await open(target, "r"), size: kind.size };
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw fail("there is no such file");
    throw fail(reason(error, "read"));
  }
}

async function openStandardInput(): Promise<ByteStream> {
  const { stdin } = process;
  const chunks = stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  // Four bytes show how the data are packed. A pipe may deliver them one by one.
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 4) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  let position = head.length;
  async function* all(): AsyncGenerator<Uint8Array, void, undefined> {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      position += next.value.length;
      yield next.value;
    }
  }
  const close = async () => {
    stdin.destroy();
  };
  refusePacked(head, "path", "standard input");
  return unpacked(all(), compressionOf(head), () => position, undefined, close);
}

/**
 * The bytes of a log in memory, unpacked.
 * @returns undefined if they are not packed
 */
export function openMemory(bytes: Uint8Array): ByteStream | undefined {
  refusePacked(bytes, "path", "memory");
  const compression = compressionOf(bytes);
  if (compression === "none") return;
  let position = 0;
  async function* all(): AsyncGenerator<Uint8Array, void, undefined> {
    while (position < bytes.length) {
      const chunk = bytes.subarray(position, position + readSize);
      position += chunk.length;
      yield chunk;
    }
  }
  return unpacked(
    all(),
    compression,
    () => position,
    bytes.length,
    async () => {},
  );
}

function compressionOf(head: Uint8Array): ByteEncoding {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (isFrame(head) || isSkippable(head)) return "zstd";
  return utf16Order(head) ?? "none";
}

/** @throws InputError if the bytes begin as those of a packer that is not supported */
function refusePacked(head: Uint8Array, argument: string, name: string): void {
  const found = otherPackers.find(([, magic]) => magic.every((byte, i) => head[i] === byte));
  if (found === undefined) return;
  const [packer, , unpack] = found;
  throw new InputError(
    `${argument}: ${quoted(name)} is packed by ${packer}, which is not read (gzip and zstd are): unpack it first, such as ${unpack} FILE | server-logs read -`,
  );
}

function unpacked(
  packed: AsyncIterable<Uint8Array>,
  compression: ByteEncoding,
  position: () => number,
  size: number | undefined,
  close: () => Promise<void>,
): ByteStream {
  let damage: string | undefined;
  let chunk: Uint8Array = new Uint8Array(0);
  const chunks = unpack(packed, compression)[Symbol.asyncIterator]();
  return {
    compression,
    async fill(into, offset, length) {
      while (chunk.length === 0) {
        try {
          const next = await chunks.next();
          if (next.done) return 0;
          chunk = next.value;
        } catch (error) {
          if (compression === "none") throw error;
          damage = `the ${compression} data are cut short or damaged (${(error as Error).message})`;
          return 0;
        }
      }
      const part = chunk.subarray(0, length);
      into.set(part, offset);
      chunk = chunk.subarray(part.length);
      return part.length;
    },
    position,
    size,
    damage: () => damage,
    async close() {
      await chunks.return?.();
      await close();
    },
  };
}

/** The decoder is loaded only when it is needed. */
async function* unpack(
  packed: AsyncIterable<Uint8Array>,
  compression: ByteEncoding,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (compression === "gzip") yield* (await import("./gunzip.js")).gunzip(packed);
  else if (compression === "zstd") yield* (await import("./unzstd.js")).unzstd(packed);
  else if (compression !== "none") yield* utf16(packed, compression);
  else yield* packed;
}
