import { open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError, quoted } from "../../errors.js";
import { Claim, syncFolder } from "../../files/claim.js";
import { reason } from "../../files/fault.js";
import { checkWritable, targetOf } from "../../files/places.js";
import { GENERATOR_VERSION } from "../../generate/plan.js";
import { millisecondsOf } from "../../scenario/moment.js";
import type { CheckedJob } from "./parseSchedule.js";
import type { PlannedRun } from "./windows.js";

/** The progress of a job: the last run up to which all its runs are made. */
interface Entry {
  /** Identifies what the job makes: SHA-256, hexadecimal. */
  readonly job: string;
  /** The last run that was made: its planned moment and its part of the log, ISO 8601. */
  readonly planned: string;
  readonly from: string;
  readonly to: string;
}

/** The file as it is written. */
interface StateFile {
  readonly version: 1;
  readonly generator_version: number;
  readonly jobs: Record<string, Entry>;
}

/**
 * Milliseconds between two writes while runs follow each other. After a crash, runs may be repeated, which gives the
 * same.
 */
const WRITE_EVERY = 1000;
/** Milliseconds after which the lock is renewed, to show that its owner lives. */
const RENEW_EVERY = 3_600_000;

/**
 * The progress of a schedule, in a small file that is replaced as a whole. While one runner has it open, no other may
 * open it; the lock of a runner that was killed does not count.
 */
export class ScheduleState {
  readonly #claim: Claim;
  readonly #jobs: Map<string, Entry>;
  #isWritten = true;
  #written = performance.now();
  #renewed = performance.now();

  private constructor(claim: Claim, jobs: Map<string, Entry>) {
    this.#claim = claim;
    this.#jobs = jobs;
  }

  /**
   * @throws InputError when another runner has it open, or the file is damaged, belongs to another schedule or cannot
   *   be written
   */
  static async open(path: string, jobs: readonly CheckedJob[]): Promise<ScheduleState> {
    await checkWritable(path, "state");
    const target = await targetOf(path);
    await readEntries(target, jobs); // before anything is locked
    const claim = await Claim.of(target, "state");
    try {
      return new ScheduleState(claim, await readEntries(target, jobs));
    } catch (error) {
      await claim.release();
      throw error;
    }
  }

  /** The last run of a job that was made. */
  doneOf({ name }: CheckedJob): PlannedRun | undefined {
    return runOf(this.#jobs.get(name));
  }

  /** Records that a run of a job, and all runs before it, were made. */
  async done({ name, id }: CheckedJob, run: PlannedRun): Promise<void> {
    const text = (moment: number) => new Date(moment).toISOString();
    const { planned, from, to } = run;
    this.#jobs.set(name, { job: id, planned: text(planned), from: text(from), to: text(to) });
    this.#isWritten = false;
    if (performance.now() - this.#written >= WRITE_EVERY) await this.write();
  }

  /** Writes the recorded progress. @throws Error in one sentence when the disk is full or fails */
  async write(): Promise<void> {
    if (this.#isWritten) return;
    const { target, partial } = this.#claim;
    await this.#claim.check();
    const file: StateFile = {
      version: 1,
      generator_version: GENERATOR_VERSION,
      jobs: Object.fromEntries(this.#jobs),
    };
    try {
      const handle = await open(partial, "w");
      try {
        await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw new Error(`cannot write ${quoted(target)}: ${reason(error)}`);
    }
    await this.#claim.rename();
    await syncFolder(dirname(target));
    this.#isWritten = true;
    this.#written = performance.now();
  }

  /** Renews the lock. To be called regularly while there is nothing to make. */
  async idle(): Promise<void> {
    await this.write();
    if (performance.now() - this.#renewed < RENEW_EVERY) return;
    this.#renewed = performance.now();
    await this.#claim.renew();
  }

  /** Releases the lock, so that other runners can continue. */
  async close(): Promise<void> {
    await this.#claim.discard();
  }
}

/**
 * Reads the current progress of a schedule.
 * @returns the last run of a job that was made
 * @throws InputError when the file is damaged, or belongs to another schedule
 */
export async function readState(
  path: string,
  jobs: readonly CheckedJob[],
): Promise<(job: CheckedJob) => PlannedRun | undefined> {
  const entries = await readEntries(path, jobs);
  return ({ name }) => runOf(entries.get(name));
}

async function readEntries(path: string, jobs: readonly CheckedJob[]): Promise<Map<string, Entry>> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw new InputError(`state: cannot read ${quoted(path)}: ${reason(error, "read")}`);
  }
  const file = parsed(content);
  const anew = "remove it, and everything is made again";
  if (file === undefined)
    throw new InputError(`state: ${quoted(path)} is not the state of a schedule: ${anew}`);
  if (file.generator_version !== GENERATOR_VERSION)
    throw new InputError(
      `state: ${quoted(path)} is of generator version ${file.generator_version}, but this is ${GENERATOR_VERSION}, which makes other bytes: run it with the version of server-logs that began it; or ${anew}`,
    );
  const entries = Object.entries(file.jobs);
  const known = entries.filter(([name]) => jobs.some((job) => job.name === name));
  if (entries.length > 0 && known.length === 0)
    throw new InputError(
      `state: ${quoted(path)} belongs to another schedule, with the jobs ${entries.map(([name]) => name).join(", ")}: give each schedule its own; or ${anew}`,
    );
  for (const [name, { job: id }] of known) {
    if (jobs.some((job) => job.name === name && job.id === id)) continue;
    throw new InputError(
      `state: ${quoted(path)} is of another job ${quoted(name)}: its log, its times or its place were different when it last ran; give the job another name to begin it anew`,
    );
  }
  return new Map(entries);
}

/** The content of a state file; undefined if it is not a state file. */
function parsed(content: string): StateFile | undefined {
  let file: Partial<StateFile> | undefined;
  try {
    file = JSON.parse(content);
  } catch {
    return undefined;
  }
  const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isSound =
    isObject(file) &&
    file?.version === 1 &&
    Number.isSafeInteger(file.generator_version) &&
    isObject(file.jobs) &&
    Object.values(file.jobs!).every(
      (entry) => isObject(entry) && typeof entry.job === "string" && runOf(entry) !== undefined,
    );
  return isSound ? (file as StateFile) : undefined;
}

function runOf(entry: Entry | undefined): PlannedRun | undefined {
  if (entry === undefined) return undefined;
  const [planned, from, to] = [entry.planned, entry.from, entry.to].map((text) =>
    typeof text === "string" ? millisecondsOf(text) : undefined,
  );
  if (planned === undefined || from === undefined || to === undefined || from >= to) return undefined;
  return { planned, from, to };
}
