import type { IncidentShape } from "./kind.js";
import { type IncidentKind, kinds } from "./kinds.js";

/** Something that goes wrong. It is laid over a log that would otherwise be the same. */
export interface Incident {
  /** Name in labels and the answer key: a lower-case letter, then up to 39 of a–z, 0–9, _ and -. */
  id: string;
  /** What goes wrong. */
  kind: IncidentKind;
  /**
   * Routes that it affects, written as the scenario writes them. The default depends on the kind; for most kinds it is
   * all routes.
   */
  endpoints?: string[] | undefined;
  /**
   * Share of the visitors that it affects, above 0, up to 1. For a traffic surge, it scales the number of additional
   * visitors. Default 1. Scrapers and credential stuffing have their own clients.
   */
  clients?: number | undefined;
  /** First moment, UTC, whole seconds; not before the log's own start. */
  start: string;
  /** Length in seconds, 1 to 31,622,400. */
  seconds: number;
  /**
   * `step`: full size at once; `ramp`: grows to full size; `pulse`: grows to full size and shrinks again. Default
   * `step`, except for a slow leak, which is a `ramp`.
   */
  shape?: IncidentShape | undefined;
  /** How bad it is, in the unit of its kind. The default depends on the kind. */
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

/** Whether incidents of this kind send requests from clients of their own. */
export function hasOwnClients(kind: IncidentKind): boolean {
  return kinds[kind].adds?.clients !== undefined;
}
