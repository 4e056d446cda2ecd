import type { IncidentShape } from "./kind.js";
import { type IncidentKind, kinds } from "./kinds.js";

/** Something that goes wrong, laid over a log that would be the same without it. */
export interface Incident {
  /** Name in labels and the answer key: a lower-case letter, then up to 39 of a–z, 0–9, _ and -. */
  id: string;
  /** What goes wrong. */
  kind: IncidentKind;
  /** Routes that it touches, as the scenario writes them. Default: what suits the kind, mostly all. */
  endpoints?: string[] | undefined;
  /**
   * Share of the visitors that it touches, above 0, to 1; of a surge, as many of the additional ones. Default 1.
   * Scrapers and credential stuffing have clients of their own.
   */
  clients?: number | undefined;
  /** First moment, UTC, whole seconds; not before the log's own start. */
  start: string;
  /** Length, 1 to 31,622,400. */
  seconds: number;
  /**
   * `step`: full size at once; `ramp`: growing to it; `pulse`: growing to it and back. Default step, but for a slow
   * leak, which grows.
   */
  shape?: IncidentShape | undefined;
  /** How bad, in the unit of the kind. Default: the kind's. */
  size?: number | undefined;
}

/** The shape of an incident: its own, or the default of its kind. */
export function shapeOf({ kind, shape }: Incident): IncidentShape {
  return shape ?? kinds[kind].shape ?? "step";
}

/** The size of an incident: its own, or the default of its kind. */
export function sizeOf({ kind, size }: Incident): number {
  return size ?? kinds[kind].size.default;
}

/** Whether the requests of a kind come from clients of its own. */
export function hasOwnClients(kind: IncidentKind): boolean {
  return kinds[kind].adds?.clients !== undefined;
}
