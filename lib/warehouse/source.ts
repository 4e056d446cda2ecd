import { open, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, quoted } from "../errors.js";
import { type Compression, openBytes, openMemory, readSize } from "../files/bytes.js";
import { reason } from "../files/fault.js";
import { contentOf, Lines } from "../files/lines.js";
import { scratchFolder } from "../files/scratch.js";
import { csvHeader, type Source } from "../record.js";
import { Pace, partOf, type Work } from "../work.js";

/** A log with the five fields as columns, which a database can take as it is. */
export interface TableFile {
  readonly path: string;
  readonly kind: "csv" | "parquet";
  /** Bytes. */
  readonly size: number;
}

/** What a source is called in messages: its path, or that it is in memory. */
export function sourceName(source: Source): string {
  const content = contentOf(source);
  return typeof content === "string" ? content : "the log in memory";
}

/**
 * What tells a source from every other, and from itself after a change.
 * @throws InputError when the source is not a log or a file.
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

/** What a log is, by its first bytes: five-field CSV, Parquet, or something that must be read first. */
export type SourceKind =
  | { readonly kind: "csv" | "parquet"; readonly compression: Compression }
  | { readonly kind: "other"; readonly firstLine: string };

/** @throws InputError when the source cannot be read. */
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

const longestHead = 200; // bytes

/**
 * Calls `use` with the source as a file that DuckDB reads. A log in memory is written to a private file first. So is a
 * packed CSV, unpacked: DuckDB takes packed data that are cut short for whole ones, if they end between two lines.
 * A name that DuckDB would take for a pattern is hidden behind a link. All of these are gone afterwards.
 * @throws InputError when the file cannot be read, is packed and damaged, or is neither CSV with the header nor
 *   Parquet; InterruptedError when stopped
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

/** @throws InputError when the data are damaged; Error in one sentence when the disk is full */
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
