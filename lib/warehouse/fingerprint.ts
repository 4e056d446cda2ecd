import { createHash } from "node:crypto";
import { CR, LF } from "../ascii.js";
import { InputError, InterruptedError, quoted } from "../errors.js";
import { type ByteEncoding, openBytes, openMemory, readSize } from "../files/bytes.js";
import { Digest } from "../files/digest.js";
import { contentOf } from "../files/lines.js";
import type { Source } from "../record.js";
import type { Work } from "../work.js";
import type { Load } from "./warehouse.js";

/** Identifies the content of a log (unpacked), and the loaded log with which it begins. */
export interface Content {
  /** SHA-256, hexadecimal. */
  readonly contentSha256: string;
  readonly contentBytes: number;
  /** The first bytes, at most 4,096, in base64. */
  readonly contentHead: string;
  /** The longest loaded log with which this one begins, if this one continues after it. */
  readonly beginning: Load | undefined;
}

/**
 * Takes the bytes of a log, unpacked, and compares their beginning with all loaded logs. A log grows only at its end.
 */
export class Fingerprint {
  readonly #hash = createHash("sha256");
  #bytes = 0;
  readonly #head = Buffer.alloc(headBytes);
  /** Loaded logs that may be its beginning, the shortest first. */
  readonly #shorter: readonly Load[];
  #next = 0;
  #last = 0;
  #found: Load | undefined;
  /** Whether the log that was found ended in the middle of a line. */
  #isCut = false;
  #after: number[] = [];

  /** @param loads - all loaded logs */
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

  /** Compares the bytes so far with the loaded logs of the same length. */
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
   * Call it once, at the end.
   * @param name - what errors call the log
   * @throws InputError if the loaded log with which it begins ended in the middle of a line
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

/** Number of bytes at a log's beginning that are noted. */
const headBytes = 4096;

/**
 * The longer loaded log that begins with this one, if there is one: this one may be an earlier copy of it.
 * @param name - what errors call the log
 * @throws InputError if this is possible but not certain: only the first 4,096 bytes can be compared, or the log ends
 * in the middle of a line
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

/** A log's bytes and its content, from one reading of all of it. */
export interface LogFingerprint extends Content {
  /** SHA-256 of the stored bytes, packed or not. */
  readonly sha256: string;
  readonly bytes: number;
  readonly compression: ByteEncoding;
  /** Whether all of it could be read. */
  readonly isWhole: boolean;
}

/**
 * Reads a log once, to find out whether it was loaded before.
 * @param loads - all loaded logs
 * @throws InputError if it cannot be read, or begins with a loaded log that ended in the middle of a line
 */
export async function fingerprintOf(
  source: Source,
  name: string,
  loads: readonly Load[],
  { signal }: Work,
): Promise<LogFingerprint> {
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
