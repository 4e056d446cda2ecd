import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LF } from "../../ascii.js";
import { InputError, InterruptedError, quoted } from "../../errors.js";
import { isSpreadJson } from "../../files/jsonElements.js";
import { standardInput } from "../../files/places.js";
import { firstLines } from "../../read/detect.js";
import { readingFor } from "../../read/readJob.js";
import { Pace, type Work } from "../../work.js";
import { type Alert, alertKey } from "../alert.js";
import type { LineCounter } from "../lineCounter.js";
import { countLogs, firstLine, prepareCounting, type ReadSeriesOptions } from "../readSeries.js";
import { checkedSlos, inWords, latencyObjectiveOf, type Slo } from "../slo.js";
import { type OpenStep, Steps } from "../steps.js";
import { AlertOutput } from "./alertOutput.js";
import { Objectives } from "./objectives.js";
import { StateFile } from "./stateFile.js";
import { Tail } from "./tail.js";

/** How to watch a log. */
export interface WatchOptions
  extends Omit<ReadSeriesOptions, "latencyObjective" | "endpoints" | "statuses" | "quantiles"> {
  /** The objectives. */
  slos: readonly Slo[];
  /** Whether to read the logs once, to their end, instead of following one that grows. */
  once?: boolean | undefined;
  /** File that keeps the state, so that a watcher that was killed continues where it was. */
  state?: string | undefined;
  /** Gets messages for people, one line at a time. */
  tell?: ((words: string) => void) | undefined;
}

/** The result of a watcher that has ended. */
export interface Watched {
  readonly records: number;
  readonly quarantined: number;
  /** Number of requests that came after their step was closed. The budget counts them, alerts do not. */
  readonly late: number;
  /** Number of alerts that began. */
  readonly alerts: number;
  readonly objectives: { readonly name: string; readonly budgetLeft: number; readonly words: string }[];
  /** Whether an objective is broken: its error budget is overspent. */
  readonly broken: boolean;
}

/** Milliseconds between two checks of a file that does not grow. */
const LOOK = 100;
/** Number of bytes of a log by which its format is detected. */
const HEAD = 1 << 14;
/**
 * Minimum interval between two saved states while nothing is found: in milliseconds, and as a multiple of the time that
 * saving takes.
 */
const SAVE = 1000;
const SAVE_TIMES = 20;

/**
 * Watches a log and writes each alert that begins or ends as a line of JSON to standard output, at once. A file is
 * followed through rotation until the signal comes; standard input, and with `once` whole logs, are read to their end.
 * A step is judged as soon as a line of a later one comes; without one, a second after its end by the clock, as long as
 * the log is of today.
 *
 * With `state`, a watcher that is killed neither loses nor doubles an alert: its state is saved before an alert is
 * written, and if the output is a file, it is searched for what was written.
 * @throws InputError when an option is wrong or a log cannot be read
 */
export async function watch(
  paths: readonly string[],
  options: WatchOptions,
  work: Work = {},
): Promise<Watched> {
  const follow = options.once !== true && !(paths.length === 1 && paths[0] === standardInput);
  if (paths.length === 0) throw new InputError("path: give a log to watch");
  if (follow && paths.length > 1)
    throw new InputError(
      "path: one log is followed at a time; give one, or read several to their end with once (--once)",
    );
  if (!follow && options.state !== undefined)
    throw new InputError("state: is for a log that is followed; with once, a log is read from its beginning");
  if (
    options.state !== undefined &&
    [options.state, `${options.state}.new`].some((path) => resolve(path) === resolve(paths[0]))
  )
    throw new InputError(`state: ${quoted(options.state)} would stand on the log itself`);
  const watcher = new Watcher(options);
  if (follow) await watcher.follow(resolve(paths[0]), work);
  else await watcher.readOnce(paths, work);
  return watcher.found();
}

class Watcher {
  readonly #options: WatchOptions;
  readonly #objectives: Objectives;
  readonly #steps: Steps;
  readonly #counter: LineCounter;
  readonly #prepared: ReturnType<typeof prepareCounting>;
  readonly #series: ReadSeriesOptions;
  readonly #output = new AlertOutput();
  #pending: string[] = [];
  #began = 0;
  #saved = 0;
  #saveTakes = 0;
  /** The lines by which the format was detected. After a rotation, the header of a CSV may be gone. */
  #head: Uint8Array | undefined;

  constructor(options: WatchOptions) {
    const { slos: given, once: _, state: __, tell: ___, step = 10, allowance = 0, ...reading } = options;
    const slos = checkedSlos(given);
    this.#options = options;
    const latencyObjective = latencyObjectiveOf(slos);
    const counted = { step, allowance, latencyObjective, endpoints: false, quantiles: false };
    this.#steps = new Steps(counted, { step: (time, open) => this.#judge(time, open) });
    this.#series = { ...reading, ...counted };
    this.#prepared = prepareCounting(this.#steps, this.#series);
    this.#counter = this.#prepared.counter;
    this.#objectives = new Objectives(slos, step * 1000);
  }

  /** A step has closed. The alerts that it changes are written after the line that closed it is counted. */
  #judge(time: number, open: OpenStep | undefined): void {
    const point = this.#steps.point(time, open);
    const late = this.#steps.totals(this.#steps.late);
    this.#objectives.next(point, late, (alert, { budgetLeft }) => {
      if (alert.end === undefined) this.#began++;
      this.#pending.push(lineOf(alert, budgetLeft));
    });
    this.#counting.paused = true;
  }

  /** The current counter of lines. */
  #counting: { paused: boolean } = { paused: false };

  async readOnce(paths: readonly string[], work: Work): Promise<void> {
    const hook: { counter?: LineCounter; resume: () => Promise<void> } = {
      resume: async () => this.#put(),
    };
    const watcher = this;
    Object.defineProperty(hook, "counter", {
      set(counter: LineCounter) {
        watcher.#counting = counter;
      },
    });
    const counted = await countLogs([...paths], this.#steps, this.#series, work, hook);
    this.#steps.end();
    this.#put();
    Object.assign(this.#counter, { records: counted.records, quarantined: counted.quarantined });
    if (counted.damage !== undefined) this.#options.tell?.(`the log is damaged: ${counted.damage}`);
  }

  #put(): void {
    this.#output.write(this.#pending);
    this.#pending = [];
  }

  async follow(path: string, work: Work): Promise<void> {
    this.#counting = this.#counter;
    const tail = new Tail(path);
    const file = this.#options.state === undefined ? undefined : new StateFile(this.#options.state);
    const kept = file?.load();
    if (kept !== undefined) {
      this.#restore(kept.state);
      if (kept.state.head !== undefined) this.#recognise(path, Buffer.from(kept.state.head, "base64"));
      if (!kept.isWritten) {
        this.#output.writeMissing(kept.state.pending);
        file!.written();
      }
    }
    try {
      if (!(await tail.begin(kept?.state.place)))
        this.#options.tell?.(
          `${quoted(path)} was rotated or truncated since the state was kept: lines between may be missing`,
        );
      const pace = new Pace(work);
      let { changes } = tail;
      for (;;) {
        const looked = Date.now();
        const lines = await tail.next();
        if (lines === undefined) {
          // everything that was written before this check has been read, but lines of a new file may be older
          if (!tail.isRotated) this.#byClock(looked);
          this.#keep(tail, file);
          await sleep(LOOK, undefined, { signal: work.signal }).catch(() => pace.check());
          continue;
        }
        if (tail.changes !== changes) this.#saved = 0; // a position in a deleted file soon becomes useless
        changes = tail.changes;
        this.#keep(tail, file);
        if (this.#head === undefined) this.#recognise(path, await tail.head(HEAD));
        for (let at = lines.start; at < lines.end; ) {
          const to = this.#counter.count(lines.bytes, at, lines.end);
          tail.take(to - at);
          at = to;
          this.#keep(tail, file);
          this.#counter.paused = false;
        }
        await pace.step(this.#counter.records, undefined, "records");
      }
    } catch (error) {
      if (!(error instanceof InterruptedError)) throw error;
      this.#saved = 0;
      this.#keep(tail, file);
    } finally {
      await tail.close();
    }
  }

  /** Detects the log's format by its first lines. */
  #recognise(path: string, bytes: Uint8Array): void {
    const { asked, formatOptions } = this.#prepared;
    const head = bytes.subarray(0, bytes.lastIndexOf(LF) + 1 || bytes.length);
    if (isSpreadJson(head))
      throw new InputError(
        `path: ${quoted(path)} holds JSON objects that do not stand one on each line: a log that is followed grows by lines`,
      );
    const { reading } = readingFor(asked, formatOptions, firstLines(head), path);
    this.#counter.begin(reading.read, firstLine(head));
    this.#head = head;
  }

  /** Judges the steps that had ended at a moment by the clock, so that a log that stops is noticed. */
  #byClock(now: number): void {
    const { newest, step } = this.#steps;
    if (!(now - newest < 86_400_000)) return;
    const allowance = (this.#options.allowance ?? 0) * 1000;
    this.#steps.closeBefore(Math.floor((now - allowance - 1000) / step));
    this.#counter.paused = false;
  }

  /** Writes the alerts and saves the state: always before an alert is written, otherwise from time to time. */
  #keep(tail: Tail, file: StateFile | undefined): void {
    const { place } = tail;
    const now = performance.now();
    if (
      file !== undefined &&
      place !== undefined &&
      (this.#pending.length > 0 ||
        this.#saved === 0 ||
        now - this.#saved > Math.max(SAVE, SAVE_TIMES * this.#saveTakes))
    ) {
      const objectives = this.#objectives.state();
      const head = this.#head && Buffer.from(this.#head).toString("base64");
      const steps = this.#steps.state();
      file.save({ version: 2, place, ...(head && { head }), steps, objectives, pending: this.#pending });
      this.#saved = performance.now();
      this.#saveTakes = this.#saved - now;
    }
    if (this.#pending.length === 0) return;
    this.#put();
    file?.written();
  }

  #restore({ steps, objectives }: NonNullable<ReturnType<StateFile["load"]>>["state"]): void {
    this.#steps.restore(steps);
    this.#objectives.restore(objectives);
  }

  /** The result so far. */
  found(): Watched {
    const late = this.#steps.totals(this.#steps.late);
    this.#objectives.late(late);
    const objectives = this.#objectives.all.map(({ slo, budgetLeft }) => ({
      name: slo.name,
      budgetLeft,
      words: inWords(slo),
    }));
    const { records, quarantined } = this.#counter;
    const broken = objectives.some(({ budgetLeft }) => budgetLeft < 0);
    return { records, quarantined, late: late.requests, alerts: this.#began, objectives, broken };
  }
}

/** An alert's beginning or end as a line of JSON. The id is the same for both, and for every run over the same log. */
function lineOf(alert: Alert, budgetLeft: number): string {
  const { name, severity, start, end, value, why } = alert;
  const moment = (milliseconds: number) => new Date(milliseconds).toISOString();
  return JSON.stringify({
    event: end === undefined ? "began" : "ended",
    alert: name,
    severity,
    start: moment(start),
    ...(end !== undefined && { end: moment(end) }),
    burn_rate: value,
    budget_left: Math.round(budgetLeft * 10_000) / 10_000,
    why,
    id: Buffer.from(alertKey(alert)).toString("base64url"),
  });
}
