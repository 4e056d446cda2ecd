import { mkdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FormatName } from "../../encode/formats.js";
import { writtenForm } from "../../encode/writtenForm.js";
import { InputError, InterruptedError, quoted, withoutSecrets } from "../../errors.js";
import { machineFault, reason } from "../../files/fault.js";
import { scratchFolder } from "../../files/scratch.js";
import { openDuckdbWarehouse } from "../../warehouse/duckdb/duckdbLoad.js";
import { isPostgres } from "../../warehouse/place.js";
import { openPostgresWarehouse } from "../../warehouse/postgres/postgresLoad.js";
import type { Work } from "../../work.js";
import { type GeneratedLog, generatePrepared } from "../../write/generate.js";
import type { Prepared } from "../../write/options.js";
import { momentName } from "./fileNames.js";
import type { CheckedJob } from "./parseSchedule.js";
import type { PlannedRun } from "./windows.js";

/** What a run made. */
export interface Made {
  readonly records: number;
  /** Where the part is, for people. */
  readonly where: string;
}

const HOUR = 3_600_000;

/**
 * Makes the part of the log that a run is for. A repeated run gives the same: a file has the same bytes, and a table
 * gets no part twice.
 * @throws InputError or Error in one sentence when it cannot be written
 * @throws InterruptedError when stopped; nothing is left half-written
 */
export async function make(job: CheckedJob, run: PlannedRun, work: Work): Promise<Made> {
  const { destination } = job;
  switch (destination.kind) {
    case "file": {
      const { names, options } = destination;
      const out = names.pathOf(run);
      await makeFolders(names.folder, [out]);
      const log = await generatePrepared(partOf(job, run, out, options), { key: options.key, ...work });
      return { records: log.records, where: `${out}, sha256 ${log.sha256}` };
    }
    case "lake":
      return intoLake(job, run, destination.folder, work);
    case "table":
      return intoTable(job, run, destination.database, work);
  }
}

/** Where the part of a run goes: a file, the folder of a lake or a database, without credentials. */
export function whereOf({ destination }: CheckedJob, run: PlannedRun): string {
  switch (destination.kind) {
    case "file":
      return destination.names.pathOf(run);
    case "lake":
      return destination.folder;
    case "table":
      return withoutSecrets(destination.database);
  }
}

const text = (moment: number) => new Date(moment).toISOString();

/** A part of the job's log as it is written to a file. */
function partOf(
  { log: { plan, slice } }: CheckedJob,
  { from, to }: Pick<PlannedRun, "from" | "to">,
  out: string,
  { format: name, labels = false }: { format?: FormatName | undefined; labels?: boolean | undefined },
): Prepared {
  const { format, compression } = writtenForm(name, out);
  return { plan, slice: { ...slice, from, to, format, labels, header: true }, out, compression };
}

/**
 * Creates the folders for files, below one that must exist: if a disk is not mounted, nothing must be written to its
 * mount point.
 */
async function makeFolders(base: string, files: readonly string[]): Promise<void> {
  const found = await stat(base).catch(() => undefined);
  if (!found?.isDirectory()) throw new InputError(`cannot write to ${quoted(base)}: there is no such folder`);
  for (const file of files) {
    await mkdir(dirname(file), { recursive: true }).catch((error) => {
      throw new InputError(`cannot make the folder ${quoted(dirname(file))}: ${reason(error)}`);
    });
  }
}

/** A Parquet file for each hour of UTC, with its answer key. */
async function intoLake(job: CheckedJob, run: PlannedRun, folder: string, work: Work): Promise<Made> {
  let records = 0;
  for (let from = run.from; from < run.to; ) {
    const to = Math.min(run.to, (Math.floor(from / HOUR) + 1) * HOUR);
    const [date, time] = text(from).split("T");
    const name = momentName(from);
    const out = join(folder, "requests", `date=${date}`, `hour=${time.slice(0, 2)}`, `${name}.parquet`);
    const key = join(folder, "keys", `${name}.json`);
    await makeFolders(folder, [out, key]);
    const part = partOf(job, { from, to }, out, { format: "parquet" });
    records += (await generatePrepared(part, { key, ...work })).records;
    from = to;
  }
  return { records, where: folder };
}

/** Adds the part's records to the table `requests`, once: the table `loads` records which parts of which log it has. */
async function intoTable(job: CheckedJob, run: PlannedRun, database: string, work: Work): Promise<Made> {
  const folder = await scratchFolder();
  try {
    const out = join(folder, "requests.csv");
    const log = await generatePrepared(partOf(job, run, out, { format: "csv" }), { key: false, ...work });
    const name = `log ${job.logId.slice(0, 16)} from ${log.from} to ${log.to}`;
    const isNew = log.records > 0 && (await loadOnce(database, name, log, work));
    return { records: log.records, where: `${whereOf(job, run)}${isNew ? "" : ", which has them already"}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns true if the records were new */
async function loadOnce(
  database: string,
  name: string,
  { path, sha256, bytes, records }: GeneratedLog,
  work: Work,
): Promise<boolean> {
  const warehouse = isPostgres(database)
    ? await openPostgresWarehouse(database, work)
    : await openDuckdbWarehouse(database);
  try {
    const loads = await warehouse.loads();
    const same = loads.find((load) => load.name === name);
    if (same !== undefined && same.contentSha256 !== sha256)
      throw new InputError(
        `the table of ${quoted(warehouse.name)} has other records of this part, by another version of the generator: take a new database`,
      );
    // The part may also have been loaded by hand, as a file.
    if (same !== undefined || loads.some((load) => load.contentSha256 === sha256)) {
      await warehouse.discard();
      return false;
    }
    const loaded = await warehouse.insertRead(path!, { signal: work.signal });
    if (loaded !== records)
      throw new Error(`${loaded} of ${records} records came into ${quoted(warehouse.name)}`);
    await warehouse.note({
      sha256,
      name,
      bytes,
      records,
      contentSha256: sha256,
      contentBytes: bytes,
      contentHead: "",
    });
    if (work.signal?.aborted) throw new InterruptedError();
    await warehouse.commit();
    return true;
  } catch (error) {
    await warehouse.discard();
    const fault = error instanceof InputError ? undefined : machineFault(error);
    throw fault === undefined ? error : new Error(`cannot load into ${quoted(warehouse.name)}: ${fault}`);
  }
}
