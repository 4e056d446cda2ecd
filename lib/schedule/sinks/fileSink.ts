import { createReadStream } from "node:fs";
import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { LF } from "../../ascii.js";
import { InputError, quoted } from "../../errors.js";
import { Claim } from "../../files/claim.js";
import { Compressor } from "../../files/compress.js";
import { reason } from "../../files/fault.js";
import { checkWritable, targetOf } from "../../files/places.js";
import { WholeFile } from "../../files/wholeFile.js";
import type { Plan } from "../../generate/plan.js";
import type { LogSlice } from "../../write/sliceEncoder.js";
import { checkSameLog, identityOf, readProgress, type StreamProgress, writeProgress } from "../position.js";
import type { StreamSink } from "../sink.js";
import type { HandIncident } from "../streamIncidents.js";
import { type Extras, type Position, positionIn, type Stretch } from "../stretch.js";

/** When a file is rotated. */
export interface Rotation {
  /** Maximum number of bytes in a file. A longer line gets a file of its own. */
  readonly bytes?: number | undefined;
  /** Length of each file in milliseconds of the log's time, counted from 1970. */
  readonly every?: number | undefined;
  /** Whether closed files are compressed. */
  readonly gzip?: boolean | undefined;
  /** Number of closed files to keep; undefined: all. */
  readonly keep?: number | undefined;
}

/**
 * Streams to a file, with rotation. The files together are the log, and the log alone determines where one ends and the
 * next begins. A hidden file beside it, `.NAME.stream`, says where the current file begins. A run that was killed (kill
 * -9) leaves a prefix of the right content, so the next run makes the content again, compares it with the prefix, and
 * continues after it.
 */
export class StreamFileSink implements StreamSink {
  readonly wants: Extras;
  readonly #named: string;
  readonly #rotation: Rotation;
  #path = "";
  #claim: Claim | undefined;
  #handle: FileHandle | undefined;
  #progress: StreamProgress | undefined;
  /** Number of bytes in the file that were put by this run. */
  #written = 0;
  /** Number of bytes that an earlier run left in the file and that this run has not put again yet. */
  #left = 0;
  /** End of the file's period, in milliseconds since 1970. */
  #until = Number.POSITIVE_INFINITY;

  /** @param path of a regular file, or of one that does not exist @param ids where records carry their ids */
  constructor(path: string, rotation: Rotation = {}, ids?: Extras["ids"]) {
    this.wants = { ids };
    this.#named = path;
    this.#rotation = rotation;
  }

  /** The checkpoint file of a stream to a file. */
  static progressOf(path: string): string {
    return join(dirname(path), `.${basename(path)}.stream`);
  }

  async open(plan: Plan, slice: LogSlice): Promise<Position> {
    await checkWritable(this.#named, "out");
    this.#path = await targetOf(this.#named);
    this.#claim = await Claim.of(this.#path, "out");
    const kept = StreamFileSink.progressOf(this.#path);
    const known = await readProgress(kept, "out");
    const identity = identityOf(plan, slice);
    const size = (await stat(this.#path).catch(() => undefined))?.size;
    if (known === undefined) {
      if (size)
        // an empty file counts as missing
        throw new InputError(
          `out: ${quoted(this.#path)} exists and is not the beginning of a stream: remove it, or give another name`,
        );
    } else checkSameLog(known, identity.log, kept, "out");
    this.#progress = known ?? { ...identity, at: slice.from, skip: 0 };
    await this.#keep(); // this also removes a temporary file of a run that was killed while it wrote
    if (known?.rotating !== undefined) await this.#finishRotation(known.rotating);
    await this.#openFile();
    return { at: this.#progress.at, skip: this.#progress.skip };
  }

  async put(stretch: Stretch): Promise<void> {
    const { bytes, due } = stretch;
    const { bytes: most, every } = this.#rotation;
    let row = 0;
    let begin = 0;
    while (begin < bytes.length) {
      // The rows in this file's period, and of those the lines for which the file has room.
      let last = due.length;
      if (every !== undefined && due.length > 0) {
        last = row;
        while (last < due.length && due[last] < this.#until) last++;
      }
      let end = last === due.length ? bytes.length : endOfLines(bytes, begin, last - row);
      if (most !== undefined && this.#written + end - begin > most) {
        const room = bytes.lastIndexOf(LF, begin + most - this.#written - 1) + 1;
        end = this.#written < most && room > begin ? room : begin;
        if (end === begin && this.#written === 0) end = bytes.indexOf(LF, begin) + 1;
        last = row + linesIn(bytes, begin, end);
      }
      await this.#write(bytes.subarray(begin, end));
      begin = end;
      row = last;
      if (begin < bytes.length) await this.#rotate(positionIn(stretch, row));
    }
  }

  async idle(): Promise<void> {}

  async note(incidents: readonly HandIncident[]): Promise<void> {
    this.#progress = { ...this.#progress!, incidents };
    await this.#keep();
  }

  async end(): Promise<void> {
    if (this.#left > 0) throw this.#otherContent();
    await this.#sync();
    await this.#close();
  }

  async abandon(): Promise<void> {
    await this.#close().catch(() => {});
  }

  async #openFile(): Promise<void> {
    try {
      this.#handle = await open(this.#path, "a+");
      this.#left = (await this.#handle.stat()).size;
    } catch (error) {
      throw this.#fault(error);
    }
    this.#written = 0;
    const { every } = this.#rotation;
    if (every !== undefined) this.#until = (Math.floor(this.#progress!.at / every) + 1) * every;
  }

  /** Appends bytes. Those that an earlier run wrote already are compared instead. */
  async #write(bytes: Buffer): Promise<void> {
    try {
      const again = Math.min(this.#left, bytes.length);
      if (again > 0) {
        const found = Buffer.alloc(again);
        await this.#handle!.read(found, 0, again, this.#written);
        if (!found.equals(bytes.subarray(0, again))) throw this.#otherContent();
        this.#left -= again;
      }
      for (let at = again; at < bytes.length; )
        at += (await this.#handle!.write(bytes, at, bytes.length - at)).bytesWritten;
      this.#written += bytes.length;
    } catch (error) {
      throw this.#fault(error);
    }
  }

  /** Closes the file at a position, renames it, and opens the next one. */
  async #rotate(next: Position): Promise<void> {
    if (this.#left > 0) throw this.#otherContent();
    if (this.#written === 0) {
      // Nothing was delivered in the file's period: the file continues with the next period.
      this.#progress = { ...this.#progress!, ...next };
      await this.#keep();
    } else {
      const rotating = this.#nameOf(this.#progress!);
      await this.#sync();
      await this.#handle!.close();
      this.#handle = undefined;
      this.#progress = { ...this.#progress!, ...next, rotating };
      await this.#keep();
      await this.#finishRotation(rotating);
      await this.#openFile();
      return;
    }
    const { every } = this.#rotation;
    if (every !== undefined) this.#until = (Math.floor(next.at / every) + 1) * every;
  }

  /**
   * Renames the closed file, compresses it, and removes the oldest files beyond `keep`. A run that was killed may have
   * done a part of this.
   */
  async #finishRotation(name: string): Promise<void> {
    const target = join(dirname(this.#path), name);
    const isThere = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;
    try {
      if (!(await isThere(target)) && !(await isThere(`${target}.gz`))) await rename(this.#path, target);
      if (this.#rotation.gzip && (await isThere(target))) {
        await compress(target);
        await rm(target, { force: true });
      }
      await this.#removeOld();
    } catch (error) {
      throw this.#fault(error);
    }
    this.#progress = { ...this.#progress!, rotating: undefined };
    await this.#keep();
  }

  async #removeOld(): Promise<void> {
    const { keep } = this.#rotation;
    if (keep === undefined) return;
    const { stem, extension } = this.#parts();
    const closed = (await readdir(dirname(this.#path)))
      .filter((name) => name.startsWith(`${stem}-`) && CLOSED.test(name.slice(stem.length)))
      .filter((name) => name.endsWith(extension) || name.endsWith(`${extension}.gz`))
      .sort();
    for (const name of closed.slice(0, Math.max(0, closed.length - keep)))
      await rm(join(dirname(this.#path), name), { force: true });
  }

  /**
   * `access-20260105T100000.000Z.log`: the beginning of the file's period. With rotation by size, the moment of its
   * first record and the number of earlier records of that moment.
   */
  #nameOf({ at, skip }: Position): string {
    const { stem, extension } = this.#parts();
    const { bytes, every } = this.#rotation;
    const begin = every !== undefined && bytes === undefined ? Math.floor(at / every) * every : at;
    const moment = new Date(begin).toISOString().replace(/[-:]/g, "");
    return `${stem}-${moment}${skip > 0 ? `+${String(skip).padStart(6, "0")}` : ""}${extension}`;
  }

  #parts(): { stem: string; extension: string } {
    const extension = extname(this.#path);
    return { stem: basename(this.#path, extension), extension };
  }

  async #keep(): Promise<void> {
    await writeProgress(StreamFileSink.progressOf(this.#path), this.#progress!, "out");
  }

  async #sync(): Promise<void> {
    await this.#handle!.sync().catch((error) => {
      throw this.#fault(error);
    });
  }

  async #close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    await this.#claim?.release();
  }

  #otherContent(): Error {
    return new InputError(
      `out: ${quoted(this.#path)} does not hold what the stream wrote: it was changed since; remove it and ${quoted(StreamFileSink.progressOf(this.#path))} to begin anew`,
    );
  }

  #fault(error: unknown): Error {
    if (!(error instanceof Error) || !("code" in error)) return error as Error;
    return new Error(`cannot write ${quoted(this.#path)}: ${reason(error)}`);
  }
}

/** The part of a closed file's name between the stem and the extension. */
const CLOSED = /^-\d{8}T\d{6}\.\d{3}Z(\+\d{6,})?\.?/;

/** The end, in bytes, of a number of lines that begin at a byte. */
function endOfLines(bytes: Buffer, begin: number, lines: number): number {
  for (; lines > 0; lines--) begin = bytes.indexOf(LF, begin) + 1;
  return begin;
}

function linesIn(bytes: Buffer, begin: number, end: number): number {
  let lines = 0;
  for (let at = begin; at < end; lines++) at = bytes.indexOf(LF, at) + 1;
  return lines;
}

/** Compresses a file to one beside it, which appears only when it is complete. */
async function compress(path: string): Promise<void> {
  const file = await WholeFile.create(`${path}.gz`);
  try {
    const compressor = await Compressor.create("gzip", (bytes) => file.write(bytes));
    for await (const piece of createReadStream(path)) await compressor.write(piece);
    await compressor.end();
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}
