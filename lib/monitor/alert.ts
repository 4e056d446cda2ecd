import type { Point, Series } from "./series.js";

/**
 * Something that was noticed, from one moment to another. The moments are those at which a watcher could know: the
 * end of the step that showed it, as Prometheus' evaluation at that moment would.
 */
export interface Alert {
  /** Which rule, objective or detector noticed it. */
  readonly name: string;
  /** Milliseconds since 1970, included: the end of the first step that showed it. */
  readonly start: number;
  /** Milliseconds since 1970, excluded: the end of the first step that no longer showed it; absent while it lasts. */
  readonly end?: number;
  /** How urgent it is, as a rule says: mostly "page" or "ticket". */
  readonly severity?: string;
  /** The endpoint that it is about; absent when it is about all of them. */
  readonly endpoint?: string;
  /** How large what was noticed is, in the unit that `why` names. */
  readonly value?: number;
  /** What was noticed and why, in words. */
  readonly why?: string;
}

/**
 * Makes alerts from a series, point by point: causal, since it never sees a later point, and in one pass. A detector,
 * an objective's burn-rate rules and a program of the user's own all have this form.
 */
export interface Detector {
  /**
   * Takes the next step of the series; gaps come as points without requests. Gives the alerts that began with it
   * (without an end) and those that ended with it (the same name, severity, endpoint and start, now with an end).
   */
  next(point: Point): readonly Alert[];
}

/** What tells an alert from all others of the same run. */
export function alertKey({ name, severity, endpoint, start }: Alert): string {
  return JSON.stringify([name, severity ?? null, endpoint ?? null, start]);
}

/** All alerts that a detector makes of a series, in the order in which they began; the last may have no end. */
export function alertsOf(detector: Detector, series: Series): Alert[] {
  const alerts = new Map<string, Alert>();
  for (let i = 0; i < series.length; i++) {
    for (const alert of detector.next(series.point(i))) alerts.set(alertKey(alert), alert);
  }
  return [...alerts.values()];
}
