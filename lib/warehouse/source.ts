import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, quoted } from "../errors.js";
import type { Compression } from "../files/bytes.js";
import { contentOf, Lines } from "../files/lines.js";
import { csvHeader, type Source } from "../record.js";

/** A log with the five fields as columns, which a database can take as it is. */
export interface TableFile {
  readonly path: string;
  readonly kind: "csv" | "parquet";
  /** How the file is packed; Parquet packs its own columns. */
  readonly compression: Compression;
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
 * Calls `use` with the source as a file. A log in memory is written to a private file first, and a name
 * that DuckDB would take as a pattern is hidden behind a link; both are gone afterwards.
 * @throws InputError when the file cannot be read, or is neither CSV with the header nor Parquet.
 */
export async function withTableFile<T>(source: Source, use: (file: TableFile) => Promise<T>): Promise<T> {
  const found = await sourceKind(source);
  const content = contentOf(source);
  if (found.kind === "other") {
    const name = typeof content === "string" ? quoted(content) : "the log in memory";
    throw new InputError(
      `source: ${name} does not start with the header ${csvHeader} but with ${quoted(found.firstLine)}; validate lists what is wrong, read turns a server's own log into such a file`,
    );
  }
  const size = typeof content === "string" ? (await stat(content)).size : content.length;
  const file = { ...found, size };
  if (typeof content === "string" && !/[*?[\]{}\\]/.test(content)) return use({ ...file, path: content });
  const folder = await mkdtemp(join(tmpdir(), "server-logs-"));
  const plain = join(folder, `requests.${found.kind}`);
  try {
    if (typeof content === "string") await symlink(content, plain);
    else await writeFile(plain, content, { mode: 0o600 });
    return await use({ ...file, path: plain });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
