import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { scratchName } from "../files/scratch.js";
import type { Columns } from "../record.js";
import { type ColumnForm, distinctNames, formOf, plainValues } from "./values.js";

/** Receives the answer to a question while the database produces it. */
export interface Answer {
  /** Called first, with the names of the columns in the question's answer. */
  begin(names: readonly string[]): void;
  /** The next rows, as one list for each column, of values as `plainValues` takes them. */
  add(columns: readonly (readonly unknown[])[]): void;
}

/** An answer in memory. */
export class WholeAnswer implements Answer {
  #names: string[] = [];
  #values: unknown[][] = [];

  begin(names: readonly string[]): void {
    this.#names = distinctNames(names);
    this.#values = names.map(() => []);
  }

  add(columns: readonly (readonly unknown[])[]): void {
    columns.forEach((values, i) => {
      const all = this.#values[i];
      for (const value of values) all.push(value);
    });
  }

  /** Number of rows so far. */
  get rows(): number {
    return this.#values[0]?.length ?? 0;
  }

  /** The answer as plain values, which belong to the caller. */
  columns(): Columns {
    return Object.fromEntries(this.#names.map((name, i) => [name, plainValues(this.#values[i])]));
  }
}

/** Number of bytes of an answer that are kept in memory before it goes to a file. */
const mostInMemory = 16 * 2 ** 20;

/**
 * An answer that may be larger than memory. How a column is written depends on all of its values (`ColumnForm`). So the
 * rows wait, in a file if they exceed 16 MiB, and are handed out when all of them are there. Nothing is printed of an
 * answer that fails.
 */
export class SpooledAnswer implements Answer {
  readonly #folder: string;
  #names: string[] = [];
  #forms: ColumnForm[] = [];
  #inMemory: Buffer[] = [];
  #size = 0;
  /** Length in bytes of each piece in the file. */
  readonly #inFile: number[] = [];
  #file: number | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<SpooledAnswer> {
    return new SpooledAnswer(await scratchName());
  }

  begin(names: readonly string[]): void {
    this.#names = distinctNames(names);
    this.#forms = names.map(() => formOf([]));
  }

  add(columns: readonly (readonly unknown[])[]): void {
    this.#forms = columns.map((values, i) => formOf(values, this.#forms[i]));
    const piece = serialize(columns);
    this.#inMemory.push(piece);
    this.#size += piece.length;
    if (this.#size > mostInMemory) this.#toFile();
  }

  #toFile(): void {
    if (this.#file === undefined) {
      mkdirSync(this.#folder, { mode: 0o700 });
      this.#file = openSync(join(this.#folder, "answer"), "wx+", 0o600);
    }
    for (const piece of this.#inMemory) {
      for (let at = 0; at < piece.length; ) at += writeSync(this.#file, piece, at);
      this.#inFile.push(piece.length);
    }
    this.#inMemory = [];
    this.#size = 0;
  }

  /**
   * The answer in order, as plain values. There is at least one piece, so that an answer without rows still has its
   * columns.
   */
  *pieces(): Generator<Columns> {
    let isFirst = true;
    for (const piece of this.#read()) {
      const columns = deserialize(piece) as unknown[][];
      yield this.#plain(columns);
      isFirst = false;
    }
    if (isFirst) yield this.#plain([]);
  }

  #plain(columns: unknown[][]): Columns {
    return Object.fromEntries(
      this.#names.map((name, i) => [name, plainValues(columns[i] ?? [], this.#forms[i])]),
    );
  }

  *#read(): Generator<Buffer> {
    let position = 0;
    for (const length of this.#inFile) {
      const piece = Buffer.allocUnsafe(length);
      for (let at = 0; at < length; ) {
        const read = readSync(this.#file!, piece, at, length - at, position + at);
        if (read === 0) throw new Error("the file of the answer was cut by another program");
        at += read;
      }
      position += length;
      yield piece;
    }
    yield* this.#inMemory;
  }

  /** Removes everything that is kept. */
  discard(): void {
    this.#inMemory = [];
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
