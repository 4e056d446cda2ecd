import { createHash } from "node:crypto";
import { resolve } from "node:path";
import * as v from "valibot";
import { writtenForm } from "../../encode/writtenForm.js";
import { InputError, quoted, withoutSecrets } from "../../errors.js";
import { jsonFile } from "../../files/jsonFile.js";
import { brokenRule } from "../../scenario/brokenRule.js";
import { defectKinds, UNREADABLE } from "../../scenario/defects.js";
import { copied } from "../../scenario/merge.js";
import type { Defects } from "../../scenario/types.js";
import { checkNoOtherAddress, isPostgres } from "../../warehouse/place.js";
import { type GenerateOptions, type Prepared, prepare } from "../../write/options.js";
import { CronTimes } from "./cron.js";
import { FileNames } from "./fileNames.js";
import type { Job, Schedule, ScheduledLog } from "./schedule.js";
import { scheduleSchema } from "./scheduleSchema.js";
import type { RunRule } from "./windows.js";
import { Zone } from "./zone.js";

/** Where a job's parts go. */
export type Destination =
  | {
      readonly kind: "file";
      readonly names: FileNames;
      readonly options: Pick<GenerateOptions, "format" | "labels" | "key">;
    }
  | { readonly kind: "lake"; readonly folder: string }
  | { readonly kind: "table"; readonly database: string };

/** A checked job: its runs, what they make, and where they write it. */
export interface CheckedJob extends RunRule {
  readonly name: string;
  /** The whole log, of which each run makes a part. */
  readonly log: Pick<Prepared, "plan" | "slice">;
  /** Identifies the log, whichever job makes it: SHA-256, hexadecimal. */
  readonly logId: string;
  /** Identifies everything that determines what the job's runs make and where they write it. */
  readonly id: string;
  readonly destination: Destination;
}

/**
 * Checks a whole schedule.
 * @param base folder to which its paths are relative
 * @throws InputError naming the path in the object (`jobs[0].cron`), the value and the rule
 */
export function parseSchedule(input: unknown, base: string): CheckedJob[] {
  const result = v.safeParse(scheduleSchema, copied(input));
  if (!result.success) throw new InputError(brokenRule(result.issues, scheduleSchema));
  const schedule = result.output;
  const jobs = schedule.jobs.map((job, i) => checkedJob(job, schedule, base, `jobs[${i}]`));
  for (const [i, job] of jobs.entries()) {
    for (const other of jobs.slice(0, i)) checkApart(job, other, `jobs[${i}]`);
  }
  return jobs;
}

function checkedJob(job: Job, schedule: Schedule, base: string, at: string): CheckedJob {
  const { name, cron: expression, makes } = job;
  const given = job.log ?? schedule.log;
  const logAt = job.log === undefined ? "log" : `${at}.log`;
  if (given === undefined)
    throw new InputError(`${at}.log: is missing: give the job a log, or the schedule one for all its jobs`);
  const timeZone = job.timeZone ?? schedule.timeZone ?? "UTC";
  const zone = under(job.timeZone === undefined ? "" : `${at}.`, () => new Zone(timeZone));
  const cron = new CronTimes(expression, zone, `${at}.cron`);
  const log = { ...given, scenario: scenarioOf(given, base, `${logAt}.scenario`) };
  const { plan, slice } = under(`${logAt}.`, () => prepare({ ...log, out: "-" }));
  const rule = { cron, zone, makes, start: plan.start * 1000, end: plan.end * 1000 };
  const destination = destinationOf(job, rule, base, at);
  if (destination.kind !== "file" || destination.options.format === "parquet")
    refuseSpoilt(slice.scenario.defects, logAt, destination.kind);
  const { scenario, seed, without } = slice;
  const logId = idOf([scenario, seed, without]);
  const { file, lake, table, format, labels, key } = job;
  const database = table === undefined ? undefined : withoutSecrets(table);
  const id = idOf([logId, expression, timeZone, makes, { file, lake, database, format, labels, key }]);
  return { name, ...rule, log: { plan, slice }, logId, id, destination };
}

const idOf = (what: unknown) => createHash("sha256").update(JSON.stringify(what)).digest("hex");

/** Reads a scenario from its file. The name of a preset, or a scenario as data, is returned unchanged. */
function scenarioOf({ scenario }: ScheduledLog, base: string, argument: string): ScheduledLog["scenario"] {
  if (typeof scenario !== "string" || !/[./\\]/.test(scenario)) return scenario;
  return jsonFile(resolve(base, scenario), argument) as ScheduledLog["scenario"];
}

function destinationOf(job: Job, rule: RunRule, base: string, at: string): Destination {
  const { file, lake, table, format, labels, key } = job;
  const given = Object.entries({ file, lake, table }).filter(([, where]) => where !== undefined);
  if (given.length !== 1)
    throw new InputError(
      `${at}: must have one of file, lake and table, not ${given.length === 0 ? "none" : given.map(([kind]) => kind).join(" and ")}`,
    );
  if (file === undefined) {
    for (const [option, value] of Object.entries({ format, labels, key }))
      if (value !== undefined) throw new InputError(`${at}.${option}: is for a job that writes a file`);
  }
  if (file !== undefined) {
    const names = new FileNames(file, base, rule, `${at}.file`);
    const form = under(`${at}.`, () => writtenForm(format, file), ["out", "file"]);
    return { kind: "file", names, options: { format: form.format, labels, key } };
  }
  if (lake !== undefined) return { kind: "lake", folder: resolve(base, lake) };
  checkNoOtherAddress(`${at}.table`, table);
  if (table!.startsWith(":memory:"))
    throw new InputError(`${at}.table: ${quoted(table)} would be gone at once: give a DuckDB file`);
  return { kind: "table", database: isPostgres(table) ? table : resolve(base, table!) };
}

/** Tables and columnar files have no lines that a defect could cut or corrupt. */
function refuseSpoilt(defects: Defects, logAt: string, kind: Destination["kind"]): void {
  const what = kind === "table" ? "a table" : "Parquet";
  for (const defect of defectKinds.slice(0, UNREADABLE)) {
    if (defects[defect] > 0)
      throw new InputError(
        `${logAt}.defects.${defect}: must be 0 for ${what}, which has typed columns and no lines to spoil`,
      );
  }
}

/** @throws InputError when two jobs would share a state, overwrite each other's files, or write records twice */
function checkApart(job: CheckedJob, other: CheckedJob, at: string): void {
  if (job.name === other.name) throw new InputError(`${at}.name: ${quoted(job.name)} is there twice`);
  const [one, two] = [job.destination, other.destination];
  const also = `is also where the job ${quoted(other.name)} writes`;
  if (one.kind === "file" && two.kind === "file" && String(one.names) === String(two.names))
    throw new InputError(`${at}.file: ${quoted(String(one.names))} ${also}`);
  if (one.kind === "lake" && two.kind === "lake" && one.folder === two.folder)
    throw new InputError(`${at}.lake: ${quoted(one.folder)} ${also}`);
  if (
    one.kind === "table" &&
    two.kind === "table" &&
    one.database === two.database &&
    job.logId === other.logId
  )
    throw new InputError(
      `${at}.table: ${quoted(one.database)} ${also} the same log: its records would be there twice`,
    );
}

/**
 * Runs a check whose errors begin with the name of an option, and puts the path before that name.
 * @param renamed an option that has a different name here
 */
function under<T>(path: string, check: () => T, [name, own]: readonly string[] = ["", ""]): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { message } = error;
    throw new InputError(
      `${path}${message.startsWith(`${name}:`) ? own + message.slice(name.length) : message}`,
    );
  }
}
