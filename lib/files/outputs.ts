import type { Compressor } from "./compress.js";
import type { Compression } from "./extensions.js";
import { DirectSink, FileSink, type Sink, standardOutput, toStandardOutput } from "./sink.js";
import { WholeFile } from "./wholeFile.js";

/** What takes bytes; they are not needed any more when it answers. */
export type Put = (bytes: Uint8Array) => Promise<void>;

/** The places that one piece of work writes to: its files appear together in the end, or not at all. */
export class Outputs {
  readonly #files: WholeFile[] = [];
  readonly #compressors: Compressor[] = [];

  /**
   * A sink for much data.
   * @throws InputError naming `argument` when the file cannot be written.
   */
  async sink(path: string, argument: string, compression: Compression | undefined): Promise<Sink> {
    if (path === standardOutput) return new DirectSink(toStandardOutput);
    const file = await this.#file(path, argument);
    return compression === undefined
      ? new FileSink(file)
      : new DirectSink(await this.#compressed(file, compression));
  }

  /**
   * What takes data in pieces that nobody changes afterwards.
   * @throws InputError naming `argument` when the file cannot be written.
   */
  async put(path: string, argument: string, compression: Compression | undefined): Promise<Put> {
    if (path === standardOutput) return toStandardOutput;
    const file = await this.#file(path, argument);
    return compression === undefined
      ? (bytes) => file.write(bytes)
      : await this.#compressed(file, compression);
  }

  /** Waits until all is written; nothing more may come. @throws Error in one sentence when the disk is full or fails */
  async end(): Promise<void> {
    for (const compressor of this.#compressors.splice(0)) await compressor.end();
    for (const file of this.#files) await file.write(new Uint8Array(0));
  }

  /** Gives all files their names, when all is written. */
  async commit(): Promise<void> {
    await this.end();
    await WholeFile.commitAll(this.#files);
  }

  /** Removes all that was written to files. */
  async discard(): Promise<void> {
    for (const file of this.#files) await file.discard();
  }

  async #file(path: string, argument: string): Promise<WholeFile> {
    const file = await WholeFile.create(path, argument);
    this.#files.push(file);
    return file;
  }

  async #compressed(file: WholeFile, compression: Compression): Promise<Put> {
    const { Compressor } = await import("./compress.js"); // zstd is slow to load
    const compressor = await Compressor.create(compression, (bytes) => file.write(bytes));
    this.#compressors.push(compressor);
    return (bytes) => compressor.write(bytes);
  }
}
