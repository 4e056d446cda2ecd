import { InputError } from "../../errors.js";
import type { Alert } from "../alert.js";
import { BurnRate } from "../burnRate.js";
import type { Point, Totals } from "../series.js";
import type { CheckedSlo } from "../slo.js";
import { SloCounts, type SloCountsState } from "../sloCounts.js";

/**
 * The burn-rate alerts of several objectives over one series. The counts of an objective depend only on its kind and
 * its days, because a series has one limit for slow requests. So objectives with the same kind and days share their
 * counts, and a watcher of forty objectives has hardly more state to keep and to save than a watcher of two.
 */
export class Objectives {
  readonly all: readonly BurnRate[];
  readonly #counts = new Map<string, SloCounts>();
  readonly #step: number;

  /** @param step length of the series' steps in milliseconds @throws InputError when a step is longer than a window */
  constructor(slos: readonly CheckedSlo[], step: number) {
    this.#step = step;
    this.all = slos.map((slo) => {
      const key = `${slo.kind} ${slo.days}`;
      const counts = this.#counts.get(key) ?? new SloCounts(slo, step);
      this.#counts.set(key, counts);
      return new BurnRate(slo, step, counts);
    });
  }

  /**
   * Takes the next step, and calls with each alert that begins or ends with it. @param late - the total of requests
   * that came too late
   */
  next(point: Point, late: Totals, changed: (alert: Alert, objective: BurnRate) => void): void {
    this.late(late);
    for (const counts of this.#counts.values()) counts.take(point);
    for (const objective of this.all) for (const alert of objective.judge(point)) changed(alert, objective);
  }

  /** Sets the total of requests that came too late for their steps. */
  late(totals: Totals): void {
    for (const counts of this.#counts.values()) counts.late(totals);
  }

  /** Its state, from which it can continue later; plain data for JSON. */
  state(): ObjectivesState {
    return {
      step: this.#step,
      slos: this.all.map(({ slo }) => slo),
      open: this.all.map(({ open }) => open),
      counts: [...this.#counts].map(([key, counts]) => [key, counts.state()]),
    };
  }

  /** Continues from a state. @throws InputError when the state is of other objectives or another step */
  restore({ step, slos, open, counts }: ObjectivesState): void {
    if (slos.length !== this.all.length)
      throw new InputError("state: was kept for other objectives; give the same, or another file");
    this.all.forEach((objective, i) => {
      if (JSON.stringify(slos[i]) !== JSON.stringify(objective.slo) || step !== this.#step)
        throw new InputError(
          `state: was kept for another objective or step: ${JSON.stringify(slos[i]?.name)}; give the same, or another file`,
        );
      objective.open = open[i];
    });
    for (const [key, state] of counts) this.#counts.get(key)?.restore(state);
  }
}

/** The state of `Objectives`. */
export interface ObjectivesState {
  readonly step: number;
  readonly slos: readonly CheckedSlo[];
  readonly open: readonly BurnRate["open"][];
  readonly counts: readonly (readonly [string, SloCountsState])[];
}
