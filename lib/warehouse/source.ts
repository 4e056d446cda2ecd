import { open, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, quoted } from "../errors.js";
import { type ByteEncoding, openBytes, openMemory, readSize } from "../files/bytes.js";
import { reason } from "../files/fault.js";
import { contentOf, Lines } from "../files/lines.js";
import { scratchFolder } from "../files/scratch.js";
import { csvHeader, type Source } from "../record.js";
import { Pace, partOf, type Work } from "../work.js";

/** A log with the five fields as columns, which a database can load directly. */
export interface TableFile {
  readonly path: string;
  readonly kind: "csv" | "parquet";
  /** In bytes. */
  readonly size: number;
}

/** The name of a source in messages: its path, or words that say that it is in memory. */
export function sourceName(source: Source): string {
  const content = contentOf(source);
  return typeof content === "string" ? content : "the log in memory";
}

/**
 * Identifies a source and its present content.
 * @throws InputError if the source is neither a log nor a file
 */
export async function identity(source: Source): Promise<string> {
  const content = contentOf(source);
  if (typeof content === "string") {
    const found = await stat(content, { bigint: true }).catch(() => undefined);
    return JSON.stringify([content, found && [found.ino, found.size, found.mtimeNs].map(String)]);
  }
  let id = inMemory.get(content);
  if (id === undefined) {
    id = `memory ${++counted}`;
    inMemory.set(content, id);
  }
  return id;
}

const inMemory = new WeakMap<Uint8Array, string>();
let counted = 0;

/** The kind of a log, by its first bytes: five-field CSV, Parquet, or a log that must be read first. */
export type SourceKind =
  | { readonly kind: "csv" | "parquet"; readonly compression: ByteEncoding }
  | { readonly kind: "other"; readonly firstLine: string };

/** @throws InputError if the source cannot be read */
export async function sourceKind(source: Source): Promise<SourceKind> {
  const lines = new Lines(contentOf(source), "source");
  const head = await lines.sample(longestHead);
  const { compression } = lines;
  if (compression === "none" && Buffer.from(head.subarray(0, 4)).toString("latin1") === "PAR1")
    return { kind: "parquet", compression };
  const newline = head.indexOf(10);
  const firstLine = new TextDecoder()
    .decode(head.subarray(0, newline < 0 ? head.length : newline))
    .replace(/\r$/, "");
  return firstLine === csvHeader ? { kind: "csv", compression } : { kind: "other", firstLine };
}

const longestHead = 200; // in bytes

/**
 * Calls `use` with the source as a file for DuckDB. A log in memory is written to a private file first. A packed CSV is
 * unpacked first, because DuckDB accepts packed data that are cut short if they end between two lines. A name that
 * DuckDB would take for a pattern is replaced by a link. All of these are removed afterwards.
 * @throws InputError if the file cannot be read, is packed and damaged, or is neither CSV with the header nor Parquet
 * @throws InterruptedError if it is stopped
 */
export async function withTableFile<T>(
  source: Source,
  work: Work,
  use: (file: TableFile, work: Work) => Promise<T>,
): Promise<T> {
  const found = await sourceKind(source);
  const content = contentOf(source);
  if (found.kind === "other") {
    const name = typeof content === "string" ? quoted(content) : "the log in memory";
    throw new InputError(
      `source: ${name} does not start with the header ${csvHeader} but with ${quoted(found.firstLine)}; validate lists what is wrong, read turns a server's own log into such a file`,
    );
  }
  const size = typeof content === "string" ? (await stat(content)).size : content.length;
  const { kind, compression } = found;
  const isPacked = compression !== "none";
  if (typeof content === "string" && !isPacked && !/[*?[\]{}\\]/.test(content))
    return use({ path: content, kind, size }, work);
  const folder = await scratchFolder();
  const path = join(folder, `requests.${kind}`);
  try {
    if (isPacked) {
      await unpack(source, path, partOf(work, 0, size / 2, size));
      return await use({ path, kind, size }, partOf(work, size / 2, size / 2, size));
    }
    if (typeof content === "string") await symlink(content, path);
    else await writeFile(path, content, { mode: 0o600 });
    return await use({ path, kind, size }, work);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @throws InputError if the data are damaged
 * @throws Error, in one sentence, if the disk is full or fails
 */
async function unpack(source: Source, to: string, work: Work): Promise<void> {
  const content = contentOf(source);
  const packed = typeof content === "string" ? await openBytes(content, "source") : openMemory(content)!;
  try {
    const file = await open(to, "wx", 0o600);
    try {
      const pace = new Pace(work);
      const buffer = new Uint8Array(readSize);
      for (;;) {
        const length = await packed.fill(buffer, 0, readSize);
        if (length === 0) break;
        await file.writeFile(buffer.subarray(0, length));
        await pace.step(packed.position(), packed.size, "bytes");
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      throw new Error(`cannot unpack ${quoted(sourceName(source))} into ${quoted(to)}: ${reason(error)}`);
    } finally {
      await file.close();
    }
  } finally {
    await packed.close();
  }
  const damage = packed.damage();
  if (damage === undefined) return;
  throw new InputError(
    `source: ${quoted(sourceName(source))} is not a sound CSV; validate lists what is wrong: ${damage}`,
  );
}
