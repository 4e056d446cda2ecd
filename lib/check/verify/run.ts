import type { Precision } from "../../encode/formats.js";
import type { Plan } from "../../generate/plan.js";
import { Pace, type Work } from "../../work.js";
import { chunksOf } from "../../write/chunks.js";
import { Buckets } from "./buckets.js";
import type { Copy, CopyReader } from "./copy.js";
import type { CopyRecord } from "./copyRecord.js";
import { type Expectation, type Expected, remake, remakeOnThreads } from "./expected.js";
import type { Group, RecordComparison } from "./recordComparison.js";

/** Lines of a copy that are not records. */
export interface Unreadable {
  count: number;
  /** Number of lines for each reason. */
  readonly reasons: Map<string, number>;
  /** The first of these lines. */
  readonly first: { readonly file: string; readonly line: number; readonly reason: string }[];
}

const mostUnreadableShown = 20;
const mostReasons = 100;

/** One verification: it makes the log again, reads the copy as often as needed, and reports progress. */
export class VerifyRun implements CopyReader {
  readonly precision: Precision;
  /** Sums of the copy's records. */
  readonly found: Buckets;
  records = 0;
  readonly unreadableLines: Unreadable = { count: 0, reasons: new Map(), first: [] };
  /** Why the data of a file ended too early, by the name of the file. */
  readonly damage = new Map<string, string>();
  readonly #copies: readonly Copy[];
  readonly #expectation: Expectation;
  readonly #plan: Plan;
  readonly #lines: number;
  readonly #work: Work;
  #file = "";
  /** Number of lines made and read so far, and of those still to come. */
  #done = 0;
  #total: number;
  #pace: Pace | undefined;

  constructor(copies: readonly Copy[], expectation: Expectation, plan: Plan, lines: number, work: Work) {
    this.#copies = copies;
    this.#expectation = expectation;
    this.#plan = plan;
    this.precision = expectation.precision;
    this.#lines = lines;
    this.#work = work;
    this.#total = 2 * lines;
    this.found = new Buckets(expectation.buckets);
  }

  /** First part: sums up the copy's records and, in several threads at the same time, the expected records. */
  async sumUp(workers: number): Promise<Expected> {
    if (workers === 1) {
      const pace = new Pace(this.#work);
      const making = remake(this.#expectation, this.#plan, chunksOf(this.#expectation, this.#plan));
      let step = making.next();
      for (; !step.done; step = making.next()) await this.#advance(pace, step.value);
      await this.#read(this);
      this.#report();
      return { buckets: step.value.buckets, tallies: [step.value.tally] };
    }
    const stop = new AbortController();
    const signal = this.#work.signal ? AbortSignal.any([this.#work.signal, stop.signal]) : stop.signal;
    const done = (lines: number) => {
      this.#done += lines;
      this.#report();
    };
    const making = remakeOnThreads(this.#expectation, this.#plan, workers, done, signal);
    const reading = this.#read(this, signal);
    try {
      const [expected] = await Promise.all([making, reading]);
      this.#report();
      return expected;
    } catch (error) {
      stop.abort();
      await Promise.allSettled([making, reading]);
      throw error;
    }
  }

  /** Second part: compares the records of a group one by one. */
  async compare(comparison: RecordComparison, group: Group): Promise<void> {
    this.#total = this.#done + this.#lines + group.records;
    const pace = new Pace(this.#work);
    for (const lines of comparison.expect(group)) await this.#advance(pace, lines);
    await this.#read(comparison);
    comparison.settle();
  }

  record({ time, hash }: CopyRecord): void {
    this.records++;
    this.#done++;
    this.found.add(time, hash.a, hash.b);
  }

  unreadable(line: number, reason: string): void {
    const { reasons, first } = this.unreadableLines;
    this.unreadableLines.count++;
    if (reasons.has(reason) || reasons.size < mostReasons)
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (first.length < mostUnreadableShown) first.push({ file: this.#file, line, reason });
  }

  /** Yields to the event loop for a moment, so that an interrupt is noticed. */
  async yieldNow(): Promise<void> {
    this.#pace ??= new Pace(this.#work);
    await this.#pace.step(this.#total, this.#total, "records");
  }

  async #read(reader: CopyReader & { file?: string }, signal = this.#work.signal): Promise<void> {
    const work: Work = { signal, onProgress: () => this.#report() };
    for (const copy of this.#copies) {
      this.#file = copy.name;
      if ("file" in reader) reader.file = copy.name;
      const damage = await copy.read(reader, work);
      if (damage !== undefined) this.damage.set(copy.name, damage);
    }
  }

  async #advance(pace: Pace, lines: number): Promise<void> {
    this.#done += lines;
    await pace.step(Math.min(this.#done, this.#total), this.#total, "records");
  }

  #report(): void {
    this.#work.onProgress?.({ done: Math.min(this.#done, this.#total), total: this.#total, unit: "records" });
  }
}
