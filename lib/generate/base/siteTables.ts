import type { Batch } from "../batch.js";
import type { Plan, PlanTables } from "../plan.js";
import { Purpose, streamKey } from "../random/stream.js";
import { Drift } from "../site/latency.js";
import { Cascade } from "../site/traffic.js";

/** Writes rows after `batch.length`, up to `limit`. @returns true if it reached the limit with more rows to write */
export type Fill = (batch: Batch, limit: number) => boolean;

/** What both kinds of site draw from: the plan's tables, and what remembers where the stream is. */
export interface SiteTables extends PlanTables {
  readonly cascade: Cascade;
  readonly drift: Drift;
  readonly recordKey: number;
  readonly identifierKey: number;
}

/** The tables for a stream of a plan's records. */
export function siteTablesOf({ scenario, seed, start, end, rows, intensity, tables }: Plan): SiteTables {
  return {
    ...tables,
    cascade: new Cascade(intensity, { start, seconds: end - start, rows }, scenario.traffic, seed),
    drift: new Drift(seed, scenario.site.drift),
    recordKey: streamKey(seed, Purpose.records),
    identifierKey: streamKey(seed, Purpose.identifiers),
  };
}
