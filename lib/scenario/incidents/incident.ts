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
  /** Length in seconds, 1 to 31,622,400 (a year); 1800 is half an hour. What lies beyond the log's end is not made. */
  seconds: number;
  /**
   * `step`: full size at once; `ramp`: grows to full size; `pulse`: grows to full size and shrinks again. Default
   * `step`, except for a slow leak, which is a `ramp`.
   */
  shape?: IncidentShape | undefined;
  /**
   * How bad it is. What the number means, and its default, depend on the kind:
   *
   * - outage: share of the requests that fail (default 1)
   * - error_burst: share of the requests that fail (default 0.3)
   * - latency_spike: factor of response times (default 5)
   * - slow_leak: factor of response times just before the restart (default 6)
   * - traffic_surge: extra requests as a multiple of the usual (default 2)
   * - traffic_drop: share of the visitors who stay away (default 0.7)
   * - bad_deploy: factor of response times from then on (default 1.6)
   * - scraper: its requests as a multiple of the site's mean rate (default 0.5)
   * - credential_stuffing: its requests as a multiple of the site's mean rate (default 0.3)
   * - dependency_failure: share of the requests that fail where it has arrived (default 0.6)
   *
   * A factor of 2 doubles a response time; a surge of 2 makes three times as many requests.
   */
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
