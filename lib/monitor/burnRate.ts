import { InputError } from "../errors.js";
import type { Alert, Detector } from "./alert.js";
import type { Point, Totals } from "./series.js";
import {
  allOf,
  type BurnRow,
  badOf,
  burnRows,
  type CheckedSlo,
  checkedSlo,
  inWords,
  rowsOf,
  type Slo,
} from "./slo.js";

/** Cells of the window over which the budget is reckoned: it is exact to 1/4320 of the window, 10 minutes of 30 days. */
const BUDGET_CELLS = 4320;

/**
 * The burn-rate alerts of an objective: one "page" and one "ticket", each on as long as one of its rows is. Causal, in
 * constant time a step: the sums of a window are the difference of two running totals. Before a window is full it
 * counts what there is, as Prometheus does.
 */
export class BurnRate implements Detector {
  readonly slo: CheckedSlo;
  readonly #rows: readonly BurnRow[];
  readonly #step: number;
  /** Running totals after each of the last steps, around a ring. */
  readonly #bad: Float64Array;
  readonly #all: Float64Array;
  readonly #badCells = new Float64Array(BUDGET_CELLS);
  readonly #allCells = new Float64Array(BUDGET_CELLS);
  readonly #stepsPerCell: number;
  #steps = 0;
  readonly #sums = { bad: 0, all: 0, budgetBad: 0, budgetAll: 0, lateBad: 0, lateAll: 0 };
  readonly #open = new Map<BurnRow["severity"], Alert>();

  /**
   * @param step length of the series' steps in milliseconds
   * @throws InputError when the objective is wrong, or a step is longer than the shortest window
   */
  constructor(slo: Slo, step: number) {
    this.slo = checkedSlo(slo);
    this.#step = step;
    this.#rows = rowsOf(this.slo, step / 1000);
    const shortest = Math.min(...burnRows.map(({ short }) => short)) * (this.slo.days / 30) * 1000;
    if (step > shortest)
      throw new InputError(
        `step: must be at most ${shortest / 1000} s, the shortest window of ${this.slo.name}, not ${step / 1000} s`,
      );
    const longest = Math.max(...this.#rows.map(({ long }) => long));
    const size = this.#inSteps(longest) + 1;
    this.#bad = new Float64Array(size);
    this.#all = new Float64Array(size);
    this.#stepsPerCell = Math.max(1, Math.round((this.slo.days * 86_400_000) / step / BUDGET_CELLS));
  }

  #inSteps(seconds: number): number {
    return (seconds * 1000) / this.#step;
  }

  /** Takes the next step. */
  next(point: Point): readonly Alert[] {
    this.#count(badOf(this.slo, point), allOf(this.slo, point));
    const changes: Alert[] = [];
    const now = point.time + point.step;
    for (const severity of ["page", "ticket"] as const) {
      const row = this.#rows.find((each) => each.severity === severity && this.#exceeded(each));
      const open = this.#open.get(severity);
      if (row !== undefined && open === undefined) {
        const alert = this.#alert(row, now);
        this.#open.set(severity, alert);
        changes.push(alert);
      } else if (row === undefined && open !== undefined) {
        this.#open.delete(severity);
        changes.push({ ...open, end: now });
      }
    }
    return changes;
  }

  #count(bad: number, all: number): void {
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
   * Says what came too late for its step, in all so far: the budget counts it with the last step. The alerts' windows do
   * not, as their moments are over.
   */
  late(totals: Totals): void {
    const sums = this.#sums;
    if (this.#steps === 0) return;
    const cell = Math.floor((this.#steps - 1) / this.#stepsPerCell) % BUDGET_CELLS;
    const [bad, all] = [badOf(this.slo, totals), allOf(this.slo, totals)];
    this.#spend(cell, bad - sums.lateBad, all - sums.lateAll);
    sums.lateBad = bad;
    sums.lateAll = all;
  }

  /** Bad requests and all of the last so many steps. */
  #window(seconds: number): { bad: number; all: number } {
    const length = Math.min(this.#inSteps(seconds), this.#steps);
    const from = (this.#steps - length) % this.#bad.length;
    return { bad: this.#sums.bad - this.#bad[from], all: this.#sums.all - this.#all[from] };
  }

  #exceeded({ long, short, factor }: BurnRow): boolean {
    const most = factor * (1 - this.slo.objective);
    const longWindow = this.#window(long);
    if (longWindow.bad < this.slo.minimumBad || !(longWindow.bad / longWindow.all > most)) return false;
    const { bad, all } = this.#window(short);
    return bad / all > most;
  }

  #alert(row: BurnRow, start: number): Alert {
    const { bad, all } = this.#window(row.long);
    const value = Math.round((bad / all / (1 - this.slo.objective)) * 100) / 100;
    const hours = (seconds: number) => (seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`);
    return {
      name: this.slo.name,
      start,
      severity: row.severity,
      value,
      why: `${bad} of ${all} requests in the last ${hours(row.long)} were bad: burn rate ${value}, over ${row.factor} in ${hours(row.long)} and in ${hours(row.short)} (${inWords(this.slo)})`,
    };
  }

  /** How fast the budget burns over the last so many seconds, whole steps up to the longest window: 1 spends it exactly; NaN without requests. */
  burnRate(seconds: number): number {
    const { bad, all } = this.#window(seconds);
    return bad / all / (1 - this.slo.objective);
  }

  /**
   * Share of the error budget that is left over the objective's days, or since the series began: 1 is untouched, 0
   * spent, below 0 overspent. The objective is broken below 0.
   */
  get budgetLeft(): number {
    const { budgetBad, budgetAll } = this.#sums;
    return budgetAll === 0 ? 1 : 1 - budgetBad / (budgetAll * (1 - this.slo.objective));
  }

  /** What it knows, to go on from later; plain data for JSON. */
  state(): BurnRateState {
    const text = (column: Float64Array) => Buffer.from(column.buffer).toString("base64");
    return {
      slo: this.slo,
      step: this.#step,
      steps: this.#steps,
      sums: { ...this.#sums },
      columns: [this.#bad, this.#all, this.#badCells, this.#allCells].map(text),
      open: [...this.#open],
    };
  }

  /** Goes on from a state. @throws InputError when it is of another objective or step */
  restore(state: BurnRateState): void {
    if (JSON.stringify(state.slo) !== JSON.stringify(this.slo) || state.step !== this.#step)
      throw new InputError(
        `state: was kept for another objective or step: ${JSON.stringify(state.slo?.name)}`,
      );
    this.#steps = state.steps;
    Object.assign(this.#sums, state.sums);
    [this.#bad, this.#all, this.#badCells, this.#allCells].forEach((column, i) => {
      const bytes = Buffer.from(state.columns[i], "base64");
      new Uint8Array(column.buffer).set(bytes.subarray(0, column.byteLength));
    });
    this.#open.clear();
    for (const [severity, alert] of state.open) this.#open.set(severity, alert);
  }
}

/** What a `BurnRate` knows. */
export interface BurnRateState {
  readonly slo: CheckedSlo;
  readonly step: number;
  readonly steps: number;
  readonly sums: Record<"bad" | "all" | "budgetBad" | "budgetAll" | "lateBad" | "lateAll", number>;
  readonly columns: readonly string[];
  readonly open: readonly [BurnRow["severity"], Alert][];
}
