import type { Point, Series } from "./series.js";

/**
 * Something that was noticed, from one moment to another. Each moment is the first at which a watcher could know: the
 * end of the step that showed it, when Prometheus would evaluate it.
 */
export interface Alert {
  /** Which rule, objective or detector noticed it. */
  readonly name: string;
  /** Milliseconds since 1970, included: the end of the first step that showed it. */
  readonly start: number;
  /**
   * Milliseconds since 1970, excluded: the end of the first step that no longer showed it; absent while the alert
   * lasts.
   */
  readonly end?: number;
  /** How urgent it is: usually "page" or "ticket", but a rule may say something else. */
  readonly severity?: string;
  /** The endpoint that it is about; absent when it is about all of them. */
  readonly endpoint?: string;
  /** The size of what was noticed, in the unit that `why` names. */
  readonly value?: number;
  /** What was noticed and why, in words. */
  readonly why?: string;
}

/**
 * Makes alerts from a series, point by point, in one pass. It is causal, because it never sees a later point.
 * Detectors, the burn-rate rules of an objective and a user's own function have this form.
 */
export interface Detector {
  /**
   * Takes the next step of the series; a gap is a point without requests. Returns the alerts that began with it
   * (without an end) and those that ended with it (with the same name, severity, endpoint and start, and an end).
   */
  next(point: Point): readonly Alert[];
}

/** A key that is unique among the alerts of a run. */
export function alertKey({ name, severity, endpoint, start }: Alert): string {
  return JSON.stringify([name, severity ?? null, endpoint ?? null, start]);
}

/** All alerts that a detector raises on a series, in the order in which they began. The last may have no end. */
export function alertsOf(detector: Detector, series: Series): Alert[] {
  const alerts = new Map<string, Alert>();
  for (let i = 0; i < series.length; i++) {
    for (const alert of detector.next(series.point(i))) alerts.set(alertKey(alert), alert);
  }
  return [...alerts.values()];
}
