import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { grouped } from "../digits.js";
import { InputError, InterruptedError, quoted } from "../errors.js";
import { contentOf } from "../formats/readLines.js";
import type { Columns, Source } from "../record.js";
import type { Progress, Work } from "../work.js";
import { logFiles } from "../write/logFiles.js";
import { type ReadLog, type ReadOptions, read } from "../write/readLog.js";
import { openDuckdbWarehouse } from "./duckdbLoad.js";
import { checkNoOtherAddress, isPostgres } from "./place.js";
import { openPostgresWarehouse } from "./postgresLoad.js";
import { sourceKind } from "./source.js";
import type { Load, Warehouse } from "./warehouse.js";

/** Where logs are loaded to; and how those are read that are no table of the five fields yet. */
export interface LoadOptions extends Omit<ReadOptions, "out"> {
  /** A DuckDB file, made where there is none, or `postgres://USER@HOST:PORT/DATABASE`. */
  to: string;
}

/** What was loaded. */
export interface LoadedLogs {
  /** The database, without credentials. */
  readonly to: string;
  /** Records loaded now. */
  readonly records: number;
  /** Records in the table `requests` now. */
  readonly total: number;
  /** One row a log: `log`, `records`, and `outcome`: "loaded" or "already there". */
  readonly logs: Columns;
  /** What became of the lines of the logs that had to be read first. */
  readonly read: readonly ReadLog[];
  /** All of this in a few lines of text. */
  readonly summary: string;
}

/**
 * Loads logs into the table `requests` of a database that lasts: five-field CSV and Parquet as they are, a
 * server's own log by way of `read`. All of them or none: it is one transaction. A file whose content was
 * loaded before, under whatever name, is recognised by its SHA-256 and left out.
 *
 * @param source - a log, or paths and patterns of logs
 * @throws InputError when an option is wrong, or a log or the database cannot be used; nothing is changed then.
 * @throws InterruptedError when stopped; nothing is changed then.
 *
 * @example await load("data/server_logs.csv", { to: "requests.duckdb" })
 */
export async function load(
  source: Source | readonly string[],
  options: LoadOptions,
  work: Work = {},
): Promise<LoadedLogs> {
  const { to, ...reading } = options ?? {};
  if (typeof to !== "string" || to === "") {
    throw new InputError(`to: ${quoted(to)} is neither a DuckDB file nor postgres://…`);
  }
  checkNoOtherAddress("to", to);
  const files = await filesOf(source);
  const warehouse = isPostgres(to) ? await openPostgresWarehouse(to, work) : await openDuckdbWarehouse(to);
  try {
    const done = new Outcome();
    const size = files.reduce((sum, file) => sum + file.size, 0);
    let before = 0;
    for (const file of files) {
      await loadOne(file, warehouse, reading, done, partOf(work, before, size));
      before += file.size;
    }
    const total = await warehouse.total();
    if (work.signal?.aborted) throw new InterruptedError();
    await warehouse.commit();
    return done.result(warehouse.name, total);
  } catch (error) {
    await warehouse.discard();
    throw error;
  }
}

interface NamedSource {
  readonly name: string;
  readonly source: Source;
  readonly size: number;
}

async function filesOf(source: Source | readonly string[]): Promise<NamedSource[]> {
  if (typeof source === "object" && "csv" in source && source.path === undefined) {
    const bytes = contentOf(source) as Uint8Array;
    return [{ name: "memory", source, size: bytes.length }];
  }
  const paths = typeof source === "object" && "path" in source ? contentOf(source) : (source as string);
  const files = await logFiles(paths as string | readonly string[]);
  return files.map(({ name, path, size }) => {
    if (size === undefined)
      throw new InputError(
        path === "-"
          ? "path: standard input cannot be loaded, as a repeated load could not be told; read it into a file first"
          : `path: cannot read ${quoted(path)}: there is no such file`,
      );
    return { name, source: path, size };
  });
}

async function loadOne(
  { name, source, size }: NamedSource,
  warehouse: Warehouse,
  reading: Omit<ReadOptions, "out">,
  done: Outcome,
  work: Work,
): Promise<void> {
  const sha256 = await fingerprint(source, work);
  const earlier = await warehouse.find(sha256);
  if (earlier) {
    done.add(name, earlier.records, false);
    return;
  }
  let records: number;
  if (reading.format === undefined && (await sourceKind(source)).kind !== "other") {
    records = await warehouse.insert(source, work);
  } else {
    const folder = await mkdtemp(join(tmpdir(), "server-logs-"));
    try {
      const log = await read(source as string, { ...reading, out: join(folder, "requests.csv") }, work);
      records = await warehouse.insert(log, { signal: work.signal });
      done.read.push(log);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const loaded: Load = { sha256, name, bytes: size, records };
  await warehouse.note(loaded);
  done.add(name, records, true);
}

/** SHA-256 of a log's bytes, as they are. */
async function fingerprint(source: Source, { signal }: Work): Promise<string> {
  const content = contentOf(source);
  const hash = createHash("sha256");
  if (typeof content !== "string") return hash.update(content).digest("hex");
  for await (const piece of createReadStream(content, { highWaterMark: 1 << 20 })) {
    if (signal?.aborted) throw new InterruptedError();
    hash.update(piece);
  }
  return hash.digest("hex");
}

/** Progress of one log as a part of all of them. */
function partOf({ signal, onProgress }: Work, before: number, total: number): Work {
  if (!onProgress) return { signal };
  return {
    signal,
    onProgress: ({ done }: Progress) => onProgress({ done: before + done, total, unit: "bytes" }),
  };
}

/** What became of each log, as it is told afterwards. */
class Outcome {
  readonly read: ReadLog[] = [];
  readonly #logs: { log: string; records: number; isNew: boolean }[] = [];

  add(log: string, records: number, isNew: boolean): void {
    this.#logs.push({ log, records, isNew });
  }

  result(to: string, total: number): LoadedLogs {
    const logs = this.#logs;
    const records = logs.reduce((sum, log) => sum + (log.isNew ? log.records : 0), 0);
    const outcome = (isNew: boolean) => (isNew ? "loaded" : "already there");
    const summary = [
      `${grouped(records)} records loaded into ${quoted(to)}, which holds ${grouped(total)} now`,
      ...logs.map(
        ({ log, records: own, isNew }) => `  ${quoted(log)}: ${grouped(own)} records, ${outcome(isNew)}`,
      ),
      ...this.read.flatMap((log) => log.summary.split("\n").slice(1)),
    ].join("\n");
    const loaded: LoadedLogs = {
      to,
      records,
      total,
      logs: {
        log: logs.map(({ log }) => log),
        records: logs.map((log) => log.records),
        outcome: logs.map(({ isNew }) => outcome(isNew)),
      },
      read: this.read,
      summary,
    };
    // A cell that ends in a load says what was loaded.
    Object.defineProperty(loaded, inspect.custom, { value: () => summary });
    return loaded;
  }
}
