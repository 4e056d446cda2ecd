import { InputError } from "../errors.js";
import type { Alert, Detector } from "./alert.js";
import type { Point } from "./series.js";
import { type BurnRow, burnRows, type CheckedSlo, checkedSlo, inWords, rowsOf, type Slo } from "./slo.js";
import { SloCounts } from "./sloCounts.js";

/**
 * The burn-rate alerts of an objective: one "page" and one "ticket", each fires as long as one of its rows does.
 * Causal.
 */
export class BurnRate implements Detector {
  readonly slo: CheckedSlo;
  readonly #rows: readonly BurnRow[];
  readonly #counts: SloCounts;
  readonly #open = new Map<BurnRow["severity"], Alert>();

  /**
   * @param step length of the series' steps in milliseconds
   * @param counts counts that are shared with another objective; the caller then calls `judge` for each step
   * @throws InputError when the objective is wrong, or a step is longer than the shortest window
   */
  constructor(slo: Slo, step: number, counts?: SloCounts) {
    this.slo = checkedSlo(slo);
    this.#rows = rowsOf(this.slo, step / 1000);
    const shortest = Math.min(...burnRows.map(({ short }) => short)) * (this.slo.days / 30) * 1000;
    if (step > shortest)
      throw new InputError(
        `step: must be at most ${shortest / 1000} s, the shortest window of ${this.slo.name}, not ${step / 1000} s`,
      );
    this.#counts = counts ?? new SloCounts(this.slo, step);
  }

  /** Takes the next step. */
  next(point: Point): readonly Alert[] {
    this.#counts.take(point);
    return this.judge(point);
  }

  /** Judges the step that was counted last. */
  judge(point: Pick<Point, "time" | "step">): readonly Alert[] {
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

  #exceeded({ long, short, factor }: BurnRow): boolean {
    const most = factor * (1 - this.slo.objective);
    const longWindow = this.#counts.window(long);
    if (longWindow.bad < this.slo.minimumBad || !(longWindow.bad / longWindow.all > most)) return false;
    const { bad, all } = this.#counts.window(short);
    return bad / all > most;
  }

  #alert(row: BurnRow, start: number): Alert {
    const { bad, all } = this.#counts.window(row.long);
    const value = Math.round((bad / all / (1 - this.slo.objective)) * 100) / 100;
    const hours = (seconds: number) => (seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`);
    const { seconds } = this.#counts;
    // A window that is not full yet counts what there is: a bad minute is then all of its hour.
    const seen =
      seconds >= row.long
        ? ""
        : `, of which ${seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`} have been seen,`;
    return {
      name: this.slo.name,
      start,
      severity: row.severity,
      value,
      why: `${bad} of ${all} requests in the last ${hours(row.long)}${seen} were bad: burn rate ${value}, over ${row.factor} in ${hours(row.long)} and in ${hours(row.short)} (${inWords(this.slo)})`,
    };
  }

  /**
   * The burn rate over the last `seconds`, in whole steps up to the longest window: 1 spends the budget exactly; NaN
   * without requests.
   */
  burnRate(seconds: number): number {
    const { bad, all } = this.#counts.window(seconds);
    return bad / all / (1 - this.slo.objective);
  }

  /**
   * Share of the error budget that is left over the objective's days, or since the series began: 1 is untouched, 0 is
   * spent. Below 0 it is overspent and the objective is broken.
   */
  get budgetLeft(): number {
    const { bad, all } = this.#counts.inDays;
    return all === 0 ? 1 : 1 - bad / (all * (1 - this.slo.objective));
  }

  /** The firing alerts, by severity. */
  get open(): readonly (readonly [BurnRow["severity"], Alert])[] {
    return [...this.#open];
  }

  set open(alerts: readonly (readonly [BurnRow["severity"], Alert])[]) {
    this.#open.clear();
    for (const [severity, alert] of alerts) this.#open.set(severity, alert);
  }
}
