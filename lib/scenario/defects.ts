/**
 * Faults of the log itself. Each number is the share of the lines that have the fault, 0 to 0.5; together they are at
 * most 0.9.
 */
export interface Defects {
  /** Cut off in the middle. */
  malformed: number;
  /** A field is empty. */
  missing: number;
  /** A number is a word. */
  wrongType: number;
  /** The path is not UTF-8. */
  badEncoding: number;
  /** Written twice. */
  duplicated: number;
  /** Delivered 5 to 300 seconds late. */
  late: number;
  /** Delivered up to 5 seconds late, behind its neighbours. */
  outOfOrder: number;
  /** Stamped by a clock that is up to two minutes wrong. */
  skewedClock: number;
}

/** All kinds of defects. A record stores its defect as the index in this list plus 1; 0 means no defect. */
export const defectKinds = [
  "malformed",
  "missing",
  "wrongType",
  "badEncoding",
  "duplicated",
  "late",
  "outOfOrder",
  "skewedClock",
] as const satisfies readonly (keyof Defects)[];

/** A kind of defect. */
export type DefectKind = (typeof defectKinds)[number];

/**
 * No reader, in any format, can take a line with one of the first four defects for a record. A damaged path is among
 * them because a record with it would count a path that nobody asked for.
 */
export const UNREADABLE = 4;

/** No line is delivered later than this, in milliseconds. */
export const LATEST_DELIVERY = 300_000;

/** No clock is more wrong than this, in milliseconds. */
export const LARGEST_SKEW = 120_000;

/** Share of the lines that have a defect, 0 to 1. */
export function defectShare(defects: Defects): number {
  return Math.min(
    1,
    defectKinds.reduce((sum, kind) => sum + defects[kind], 0),
  );
}
