import { rm } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { counted, grouped } from "../digits.js";
import { checkOptions, InputError, InterruptedError, quoted } from "../errors.js";
import { Digest } from "../files/digest.js";
import { compressionOfName } from "../files/extensions.js";
import { machineFault } from "../files/fault.js";
import { contentOf } from "../files/lines.js";
import { logFiles } from "../files/logFiles.js";
import { Outputs, type Put } from "../files/outputs.js";
import { checkPlaces, type Place } from "../files/places.js";
import { scratchFolder } from "../files/scratch.js";
import { checkNotShorter, checkUnchanged, versionOf } from "../files/version.js";
import { type ReadLog, readInto } from "../read/read.js";
import { checkReadOptions, type ReadOptions } from "../read/readOptions.js";
import type { Columns, Source } from "../record.js";
import { checkWork, partOf, type Work } from "../work.js";
import { openDuckdbWarehouse } from "./duckdb/duckdbLoad.js";
import { type Content, Fingerprint, fingerprintOf, isBeginningOf } from "./fingerprint.js";
import { checkNoOtherAddress, isPostgres } from "./place.js";
import { openPostgresWarehouse } from "./postgres/postgresLoad.js";
import { isTable } from "./soundRows.js";
import type { Load, Warehouse } from "./warehouse.js";

/**
 * Where to load logs, and how to read them. With any of the options for reading, a five-field CSV or a Parquet file is
 * also read as a log, which takes longer than loading it as it is.
 */
export interface LoadOptions extends Omit<ReadOptions, "out" | "quarantine"> {
  /** A DuckDB file, which is created if it does not exist, or `postgres://USER@HOST:PORT/DATABASE`. */
  to: string;
  /** File for the lines of all logs that are not records, as NDJSON: log, line number, reason, length, text. */
  quarantine?: string | undefined;
}

/** The result of a load. */
export interface LoadedLogs {
  /** The database, without credentials. */
  readonly to: string;
  /** Number of records loaded now. */
  readonly records: number;
  /** Number of records in the table `requests` afterwards. */
  readonly total: number;
  /**
   * One row for each log: `log`, `records` (the number that this load added), and `outcome`: "loaded", "already there",
   * or "loaded from where it had grown".
   */
  readonly logs: Columns;
  /** What became of the lines of logs that had to be read first. */
  readonly read: readonly ReadLog[];
  /** The result in a few lines of text. */
  readonly summary: string;
}

/**
 * Loads logs into the table `requests` of a database that lasts: five-field CSV and Parquet as they are, and refused
 * when a value breaks a rule of the record; a server's own log by way of `read`, and refused when it is damaged. All of
 * them or none: it is one transaction. A log whose content was loaded before, under whatever name and packed or not, is
 * recognised by its SHA-256 and left out; of a log that begins with one that was loaded before, as a log that has grown
 * does, only what follows is loaded.
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
  checkOptions(options, optionNames);
  checkWork(work);
  const { to, ...reading } = options;
  checkTarget(to);
  checkReadOptions(reading);
  const files = await filesOf(source);
  await checkTargets(reading.quarantine, to, files);
  const warehouse = isPostgres(to) ? await openPostgresWarehouse(to, work) : await openDuckdbWarehouse(to);
  const done = new LoadReport();
  const outputs = new Outputs(work);
  let total: number;
  try {
    const { quarantine: path } = reading;
    const quarantine =
      path === undefined
        ? undefined
        : (await outputs.open(path, "quarantine", { compression: compressionOfName(path) })).put;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    let before = 0;
    for (const file of files) {
      await loadOne(file, warehouse, reading, quarantine, done, partOf(work, before, file.size, size));
      before += file.size;
    }
    total = await warehouse.total();
    await outputs.end(); // if a write failed, this reports it before anything is kept
    if (work.signal?.aborted) throw new InterruptedError();
    // The quarantine is committed first. If the process is killed in between, a rerun loads the same logs and writes it
    // again. If no log was read this time, the quarantine of an earlier load stays.
    if (done.read.length > 0) await outputs.commit();
    await warehouse.commit();
  } catch (error) {
    await outputs.discard();
    await warehouse.discard();
    const fault = error instanceof InputError ? undefined : machineFault(error);
    throw fault === undefined ? error : new Error(`cannot load into ${quoted(warehouse.name)}: ${fault}`);
  }
  if (done.read.length === 0) await outputs.discard();
  return done.result(warehouse.name, total);
}

const optionNames = [
  "to",
  "format",
  "quarantine",
  "timeZone",
  "timeUnit",
  "timeField",
  "logFormat",
  "query",
  "identifiers",
  "clientNames",
  "client",
];

function checkTarget(to: unknown): void {
  if (typeof to !== "string" || to === "") {
    throw new InputError(`to: ${quoted(to)} is neither a DuckDB file nor postgres://…`);
  }
  if (to.startsWith(":memory:")) {
    throw new InputError(
      `to: ${quoted(to)} would be gone at once: give a DuckDB file; ask takes logs as they are`,
    );
  }
  checkNoOtherAddress("to", to);
}

/** Checks the files to write, before any of them is touched. */
async function checkTargets(file: unknown, to: string, files: readonly NamedSource[]): Promise<void> {
  if (file !== undefined && (typeof file !== "string" || file === "" || file === "-"))
    throw new InputError(`quarantine: ${quoted(file)} is not a file`);
  const logs = files.flatMap(({ source }): Place[] => {
    const content = contentOf(source);
    return typeof content === "string" ? [{ argument: "path", path: content, what: "the log itself" }] : [];
  });
  const database = isPostgres(to)
    ? []
    : [
        { argument: "to", path: to, what: "the database" },
        { argument: "to", path: `${to}.wal`, what: "the database's write-ahead log" },
      ];
  const quarantine =
    file === undefined ? [] : [{ argument: "quarantine", path: file, what: "the quarantine" }];
  await checkPlaces(logs, [...database, ...quarantine]);
}

interface NamedSource {
  readonly name: string;
  readonly source: Source;
  readonly size: number;
}

async function filesOf(source: unknown): Promise<NamedSource[]> {
  const isLog = typeof source === "object" && source !== null && ("path" in source || "csv" in source);
  if (typeof source !== "string" && !Array.isArray(source) && !isLog) {
    const given = source instanceof Uint8Array ? "bytes" : quoted(source);
    throw new InputError(`source: ${given}: give a log, as generate and read make it, or paths of logs`);
  }
  const content = isLog ? contentOf(source as Source) : (source as string | readonly string[]);
  if (content instanceof Uint8Array)
    return [{ name: "memory", source: source as Source, size: content.length }];
  const files = await logFiles(content);
  return files.map(({ name, path, size, isFile }) => {
    if (isFile === false)
      throw new InputError(
        `path: cannot read ${quoted(path)}: it is not a regular file; read it into one first`,
      );
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
  { name, source }: NamedSource,
  warehouse: Warehouse,
  reading: Omit<ReadOptions, "out">,
  quarantine: Put | undefined,
  done: LoadReport,
  work: Work,
): Promise<void> {
  const content = contentOf(source);
  const path = typeof content === "string" ? content : undefined;
  const version = path === undefined ? undefined : await versionOf(path);
  const loads = await warehouse.loads();
  // The hash that is noted must be that of the very bytes that became records: the bytes that `read` reads, or those of
  // a file that nobody changed until the database had read it.
  const known = await fingerprintOf(source, name, loads, work);
  if (path !== undefined) await checkNotShorter(path, version);
  const isThere = ({ sha256, contentSha256 }: Content & { sha256: string }) => {
    const earlier = loads.find(
      (each) => each.sha256 === sha256 || (known.isWhole && each.contentSha256 === contentSha256),
    );
    if (earlier) done.add(name, earlier.records, "already there");
    return earlier !== undefined;
  };
  if (isThere(known)) return;
  const longer = known.isWhole ? isBeginningOf(known, loads, name) : undefined;
  if (longer !== undefined) {
    done.add(name, 0, "already there");
    return;
  }
  const { beginning } = known;
  let load: Omit<Load, "records"> = noted(name, known);
  let records: number;
  const isOwn = Object.values(reading).some((option) => option !== undefined) || !(await isTable(source));
  if (!isOwn && beginning === undefined) {
    records = await warehouse.insert(source, work).catch(async (error) => {
      if (path !== undefined && !(error instanceof InterruptedError)) await checkUnchanged(path, version);
      throw error; // it is the log's own
    });
    if (path !== undefined) await checkUnchanged(path, version);
  } else {
    const folder = await scratchFolder();
    try {
      const options = { ...reading, quarantine: undefined, out: join(folder, "requests.csv") };
      const isPlain = path !== undefined && known.compression === "none";
      const digest = isPlain ? new Fingerprint(loads) : new Digest();
      const log = await readInto(
        quarantine,
        path === undefined ? content : name,
        options,
        work,
        digest,
        beginning?.contentBytes,
      );
      if (path !== undefined) await checkNotShorter(path, version);
      const [{ damage, format }] = log.sources;
      // If a part of the log were loaded, that part would be doubled once all of it is loaded.
      if (damage !== undefined) throw new InputError(`source: ${quoted(name)} is damaged: ${damage}`);
      if (!isOwn && log.quarantined > 0) {
        throw new InputError(
          `source: ${quoted(name)} is not a sound CSV; validate lists what is wrong: ${log.examples[0].reason}`,
        );
      }
      if (format === "parquet" || !(digest instanceof Fingerprint)) {
        if (path !== undefined) await checkUnchanged(path, version);
      } else {
        // The log may have grown in the meantime. The note is about what was read.
        const now = digest.result(name);
        if (now.beginning?.sha256 !== beginning?.sha256) await checkUnchanged(path!, version);
        load = noted(name, { ...now, sha256: now.contentSha256, bytes: now.contentBytes });
        if (isThere({ ...now, sha256: load.sha256 })) return;
      }
      records = await warehouse.insertRead(options.out, { signal: work.signal });
      done.read.push(log);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  await warehouse.note({ ...load, records });
  done.add(name, records, beginning === undefined ? "loaded" : "loaded from where it had grown", beginning);
}

const noted = (
  name: string,
  { sha256, bytes, contentSha256, contentBytes, contentHead }: Omit<Load, "records" | "name">,
): Omit<Load, "records"> => ({
  sha256,
  name,
  bytes,
  contentSha256,
  contentBytes,
  contentHead,
});

type Outcome = "loaded" | "loaded from where it had grown" | "already there";

/** What became of each log, for the summary. */
class LoadReport {
  readonly read: ReadLog[] = [];
  readonly #logs: {
    log: string;
    records: number;
    outcome: Outcome;
    beginning: Load | undefined;
  }[] = [];

  add(log: string, records: number, outcome: Outcome, beginning?: Load): void {
    this.#logs.push({ log, records, outcome, beginning });
  }

  result(to: string, total: number): LoadedLogs {
    const logs = this.#logs;
    const records = logs.reduce(
      (sum, { outcome, records }) => sum + (outcome === "already there" ? 0 : records),
      0,
    );
    const after = (beginning: Load | undefined) =>
      beginning === undefined
        ? ""
        : `: its first ${grouped(beginning.contentBytes)} bytes are ${quoted(beginning.name)}, loaded before`;
    const summary = [
      `${counted(records, "record")} loaded into ${quoted(to)}, which holds ${grouped(total)} now`,
      ...logs.map(
        ({ log, records: own, outcome, beginning }) =>
          `  ${quoted(log)}: ${counted(own, "record")}, ${outcome}${after(beginning)}`,
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
        outcome: logs.map(({ outcome }) => outcome),
      },
      read: this.read,
      summary,
    };
    // A cell that ends in a load shows its summary.
    Object.defineProperty(loaded, inspect.custom, { value: () => summary });
    return loaded;
  }
}
