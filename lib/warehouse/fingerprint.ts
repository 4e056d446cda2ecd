import { createHash } from "node:crypto";
import { InputError, InterruptedError, quoted } from "../errors.js";
import { type Compression, openBytes, openMemory, readSize } from "../files/bytes.js";
import { Digest } from "../files/digest.js";
import { contentOf } from "../files/lines.js";
import type { Source } from "../record.js";
import type { Work } from "../work.js";
import type { Load } from "./warehouse.js";

/** What a log's content is known by, unpacked, and which loaded log it begins with. */
export interface Content {
  /** SHA-256, hexadecimal. */
  readonly contentSha256: string;
  readonly contentBytes: number;
  /** The first bytes, at most 4,096, in base64. */
  readonly contentHead: string;
  /** The longest of the loaded logs with which it begins, and goes on after it. */
  readonly beginning: Load | undefined;
}

/** Takes a log's bytes, unpacked, and holds their beginning to all loaded logs: a log grows at its end only. */
export class Fingerprint {
  readonly #hash = createHash("sha256");
  #bytes = 0;
  readonly #head = Buffer.alloc(headBytes);
  /** Loaded logs that may be its beginning, the shortest first. */
  readonly #shorter: readonly Load[];
  #next = 0;
  #last = 0;
  #found: Load | undefined;
  /** Whether the found log ended within a line, and the bytes that follow it. */
  #isCut = false;
  #after: number[] = [];

  /** @param loads - all that were loaded */
  constructor(loads: readonly Load[]) {
    this.#shorter = loads
      .filter(({ records }) => records > 0)
      .sort((a, b) => a.contentBytes - b.contentBytes);
  }

  /** Takes the next bytes. */
  add(bytes: Uint8Array): void {
    if (this.#bytes < headBytes) this.#head.set(bytes.subarray(0, headBytes - this.#bytes), this.#bytes);
    let at = 0;
    while (at < bytes.length) {
      const stop = this.#shorter[this.#next]?.contentBytes ?? Number.POSITIVE_INFINITY;
      const end = Math.min(bytes.length, at + stop - this.#bytes);
      if (this.#found && this.#after.length < 2)
        this.#after.push(...bytes.subarray(at, Math.min(end, at + 2 - this.#after.length)));
      this.#hash.update(bytes.subarray(at, end));
      this.#bytes += end - at;
      if (end > at) this.#last = bytes[end - 1];
      at = end;
      if (this.#bytes === stop) this.#compare();
    }
  }

  /** Holds the bytes so far to the loaded logs that are as long. */
  #compare(): void {
    const sha256 = this.#hash.copy().digest("hex");
    for (; this.#shorter[this.#next]?.contentBytes === this.#bytes; this.#next++) {
      const load = this.#shorter[this.#next];
      if (load.contentSha256 !== sha256) continue;
      this.#found = load;
      this.#isCut = this.#last !== LF;
      this.#after = [];
    }
  }

  /**
   * To be asked for once, in the end.
   * @param name - what errors call the log
   * @throws InputError when the loaded log with which it begins ended within a line
   */
  result(name: string): Content {
    const [first, second] = this.#after;
    const isWhole = !this.#isCut || first === LF || (first === CR && second === LF);
    if (first !== undefined && !isWhole) {
      throw new InputError(
        `source: ${quoted(name)} begins with ${quoted(this.#found!.name)}, which was loaded before while its last line was still being written: what of that line is in the database cannot be told; load the log into a new database`,
      );
    }
    return {
      contentSha256: this.#hash.digest("hex"),
      contentBytes: this.#bytes,
      contentHead: this.#head.subarray(0, this.#bytes).toString("base64"),
      beginning: first === undefined ? undefined : this.#found,
    };
  }
}

/** Bytes of a log's beginning that are noted. */
const headBytes = 4096;

/**
 * Whether a log is the beginning of a longer one that was loaded, as a copy is that was made earlier.
 * @param name - what errors call the log
 * @throws InputError when it may be: no more than their first 4,096 bytes can be compared, or it ends within a line
 */
export function isBeginningOf(
  { contentBytes, contentHead }: Content,
  loads: readonly Load[],
  name: string,
): Load | undefined {
  const head = Buffer.from(contentHead, "base64");
  const longer = loads.find(({ contentBytes: length, contentHead: other }) => {
    const known = Buffer.from(other, "base64");
    return length > contentBytes && head.length > 0 && known.subarray(0, head.length).equals(head);
  });
  if (longer === undefined) return;
  const after = Buffer.from(longer.contentHead, "base64")[contentBytes];
  const isWhole = head.at(-1) === LF || after === LF || after === CR;
  if (contentBytes < headBytes && isWhole) return longer;
  throw new InputError(
    `source: ${quoted(name)} begins as ${quoted(longer.name)} does, which was loaded before and is longer: it may be an earlier copy of it, whose lines would be loaded twice; load it into a new database`,
  );
}

/** A log's bytes and its content, as they were when all of it was read for this. */
export interface Known extends Content {
  /** Of the bytes as they are, packed or not. */
  readonly sha256: string;
  readonly bytes: number;
  readonly compression: Compression;
  /** Whether all of it could be read. */
  readonly isWhole: boolean;
}

/**
 * Reads a log once, to know whether it was loaded before.
 * @param loads - all that were loaded
 * @throws InputError when it cannot be read, or begins with a loaded log that ended within a line
 */
export async function fingerprintOf(
  source: Source,
  name: string,
  loads: readonly Load[],
  { signal }: Work,
): Promise<Known> {
  const content = contentOf(source);
  const fingerprint = new Fingerprint(loads);
  const packed = new Digest();
  const digest = {
    add: (bytes: Uint8Array) => {
      if (stream?.compression !== "none") packed.add(bytes);
    },
  };
  const stream = typeof content === "string" ? await openBytes(content, "path", digest) : openMemory(content);
  if (stream === undefined) fingerprint.add(content as Uint8Array);
  else {
    const buffer = new Uint8Array(readSize);
    try {
      for (;;) {
        if (signal?.aborted) throw new InterruptedError();
        const length = await stream.fill(buffer, 0, readSize);
        if (length === 0) break;
        fingerprint.add(buffer.subarray(0, length));
      }
    } finally {
      await stream.close();
    }
  }
  const compression = stream?.compression ?? "none";
  const found = fingerprint.result(name);
  if (typeof content !== "string" && compression !== "none") packed.add(content);
  const asIs =
    compression === "none" ? { sha256: found.contentSha256, bytes: found.contentBytes } : packed.result();
  return { ...found, ...asIs, compression, isWhole: stream?.damage() === undefined };
}

const LF = 10;
const CR = 13;
