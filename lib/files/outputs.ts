import type { Work } from "../work.js";
import type { Compressor } from "./compress.js";
import type { Digest } from "./digest.js";
import type { Compression } from "./extensions.js";
import { standardOutput } from "./places.js";
import { DirectSink, FileSink, type Sink, toStandardOutput } from "./sink.js";
import { WholeFile } from "./wholeFile.js";

/** Takes bytes. When it resolves, the caller may reuse them. */
export type Put = (bytes: Uint8Array) => Promise<void>;

/** How an output is written. */
export interface OutputForm {
  readonly compression?: Compression | undefined;
  /** Takes the bytes as they are written. */
  readonly digest?: Digest;
}

/** A place that is written to. */
export interface Output {
  /** Absolute path of the file; undefined for standard output. */
  readonly path: string | undefined;
  readonly put: Put;
}

/** The places that one piece of work writes to. Its files appear together at the end, or not at all. */
export class Outputs {
  readonly #files: WholeFile[] = [];
  readonly #compressors: Compressor[] = [];
  readonly #work: Work;

  /** @param work its signal ends the wait for a reader of standard output or of a pipe */
  constructor(work: Work = {}) {
    this.#work = work;
  }

  /**
   * Opens a sink for large amounts of data.
   * @throws InputError that names `argument` if the file cannot be written
   */
  async sink(path: string, argument: string, compression?: Compression | undefined): Promise<Sink> {
    if (path === standardOutput) return new DirectSink(this.#toStandardOutput);
    const file = await this.#file(path, argument);
    return compression === undefined
      ? new FileSink(file)
      : new DirectSink(await this.#compressed((bytes) => file.write(bytes), compression));
  }

  /**
   * Opens an output that takes data in pieces. A piece must not change until the next one has been taken.
   * @throws InputError that names `argument` if the file cannot be written
   */
  async open(path: string, argument: string, { compression, digest }: OutputForm = {}): Promise<Output> {
    const file = path === standardOutput ? undefined : await this.#file(path, argument);
    const write: Put = file ? (bytes) => file.write(bytes) : this.#toStandardOutput;
    const digested: Put = digest
      ? (bytes) => {
          digest.add(bytes);
          return write(bytes);
        }
      : write;
    const put = compression === undefined ? digested : await this.#compressed(digested, compression);
    return { path: file?.path, put };
  }

  /**
   * Waits until everything is written, and completes compressed files.
   * @throws Error, in one sentence, if the disk is full or fails
   */
  async end(): Promise<void> {
    for (const compressor of this.#compressors.splice(0)) await compressor.end();
    for (const file of this.#files) await file.write(new Uint8Array(0));
  }

  /** Gives all files their final names, once everything is written. */
  async commit(): Promise<void> {
    await this.end();
    await WholeFile.commitAll(this.#files);
  }

  /** Removes everything that was written to files. */
  async discard(): Promise<void> {
    for (const file of this.#files) await file.discard();
  }

  readonly #toStandardOutput: Put = (bytes) => toStandardOutput(bytes, this.#work.signal);

  async #file(path: string, argument: string): Promise<WholeFile> {
    const file = await WholeFile.create(path, argument, this.#work);
    this.#files.push(file);
    return file;
  }

  async #compressed(write: Put, compression: Compression): Promise<Put> {
    const { Compressor } = await import("./compress.js"); // zstd takes long to load
    const compressor = await Compressor.create(compression, write);
    this.#compressors.push(compressor);
    return (bytes) => compressor.write(bytes);
  }
}
