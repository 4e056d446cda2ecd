import type { Totals } from "./series.js";
import { allOf, badOf, type CheckedSlo, rowsOf } from "./slo.js";

/** Number of cells in the window of the budget, which is exact to 1/4320 of the window: 10 minutes of 30 days. */
const BUDGET_CELLS = 4320;

/**
 * The bad requests of an objective and all requests to which it applies, over its windows and over its days, in
 * constant time for each step: the sums of a window are the difference of two running totals. A window that is not full
 * yet counts what there is, as in Prometheus.
 */
export class SloCounts {
  readonly #slo: CheckedSlo;
  /** Length of a step in milliseconds. */
  readonly #step: number;
  /** Running totals after each of the last steps, in a ring buffer. */
  readonly #bad: Float64Array;
  readonly #all: Float64Array;
  readonly #badCells = new Float64Array(BUDGET_CELLS);
  readonly #allCells = new Float64Array(BUDGET_CELLS);
  readonly #stepsPerCell: number;
  #steps = 0;
  readonly #sums = { bad: 0, all: 0, budgetBad: 0, budgetAll: 0, lateBad: 0, lateAll: 0 };

  /** @param step length of the series' steps in milliseconds */
  constructor(slo: CheckedSlo, step: number) {
    this.#slo = slo;
    this.#step = step;
    const longest = Math.max(...rowsOf(slo, step / 1000).map(({ long }) => long));
    const size = this.#inSteps(longest) + 1;
    this.#bad = new Float64Array(size);
    this.#all = new Float64Array(size);
    this.#stepsPerCell = Math.max(1, Math.round((slo.days * 86_400_000) / step / BUDGET_CELLS));
  }

  #inSteps(seconds: number): number {
    return (seconds * 1000) / this.#step;
  }

  /** Takes the next step. */
  take(totals: Totals): void {
    const [bad, all] = [badOf(this.#slo, totals), allOf(this.#slo, totals)];
    const sums = this.#sums;
    sums.bad += bad;
    sums.all += all;
    this.#steps++;
    const slot = this.#steps % this.#bad.length;
    this.#bad[slot] = sums.bad;
    this.#all[slot] = sums.all;
    const turn = (this.#steps - 1) / this.#stepsPerCell;
    const cell = Math.floor(turn) % BUDGET_CELLS;
    if (Number.isInteger(turn)) {
      sums.budgetBad -= this.#badCells[cell];
      sums.budgetAll -= this.#allCells[cell];
      this.#badCells[cell] = 0;
      this.#allCells[cell] = 0;
    }
    this.#spend(cell, bad, all);
  }

  #spend(cell: number, bad: number, all: number): void {
    this.#badCells[cell] += bad;
    this.#allCells[cell] += all;
    this.#sums.budgetBad += bad;
    this.#sums.budgetAll += all;
  }

  /**
   * Sets the total of requests that came too late for their steps. The budget counts them with the last step; the
   * windows do not, because their time is over.
   */
  late(totals: Totals): void {
    const sums = this.#sums;
    if (this.#steps === 0) return;
    const cell = Math.floor((this.#steps - 1) / this.#stepsPerCell) % BUDGET_CELLS;
    const [bad, all] = [badOf(this.#slo, totals), allOf(this.#slo, totals)];
    this.#spend(cell, bad - sums.lateBad, all - sums.lateAll);
    sums.lateBad = bad;
    sums.lateAll = all;
  }

  /** Bad requests and all requests of the last `seconds`, in whole steps up to the longest window. */
  window(seconds: number): { bad: number; all: number } {
    const length = Math.min(this.#inSteps(seconds), this.#steps);
    const from = (this.#steps - length) % this.#bad.length;
    return { bad: this.#sums.bad - this.#bad[from], all: this.#sums.all - this.#all[from] };
  }

  /** Seconds from the first step to the end of the last. */
  get seconds(): number {
    return (this.#steps * this.#step) / 1000;
  }

  /** Bad requests and all requests of the objective's days, or since the series began. */
  get inDays(): { bad: number; all: number } {
    return { bad: this.#sums.budgetBad, all: this.#sums.budgetAll };
  }

  /** Its state, from which it can continue later; plain data for JSON. */
  state(): SloCountsState {
    const text = (column: Float64Array) => Buffer.from(column.buffer).toString("base64");
    const columns = [this.#bad, this.#all, this.#badCells, this.#allCells].map(text);
    return { steps: this.#steps, sums: { ...this.#sums }, columns };
  }

  /** Continues from a state of the same objective and step. */
  restore(state: SloCountsState): void {
    this.#steps = state.steps;
    Object.assign(this.#sums, state.sums);
    [this.#bad, this.#all, this.#badCells, this.#allCells].forEach((column, i) => {
      const bytes = Buffer.from(state.columns[i], "base64");
      new Uint8Array(column.buffer).set(bytes.subarray(0, column.byteLength));
    });
  }
}

/** The state of `SloCounts`. */
export interface SloCountsState {
  readonly steps: number;
  readonly sums: Record<"bad" | "all" | "budgetBad" | "budgetAll" | "lateBad" | "lateAll", number>;
  readonly columns: readonly string[];
}
