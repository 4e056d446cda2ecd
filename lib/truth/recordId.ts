import { createHash } from "node:crypto";
import { GENERATOR_VERSION } from "../generate/plan.js";
import type { Scenario } from "../scenario/types.js";

/**
 * What the ids of a log's records begin with: eight hexadecimal digits that stand for the scenario and the seed. Incidents
 * do not count, since they may begin by hand while a log is streamed.
 */
export function recordIdPrefix({ incidents, randomIncidents, ...scenario }: Scenario, seed: number): string {
  const text = JSON.stringify([GENERATOR_VERSION, scenario, seed]);
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/**
 * The id of a record: `3f2a91c0-1767571200123-00002` is the third that was delivered in its millisecond. It is the same
 * however often the record is sent, and no other line has it, be it one that a defect doubled.
 * @param at when it was delivered, milliseconds since 1970
 * @param skip how many records of that millisecond were delivered before it
 */
export function recordId(prefix: string, at: number, skip: number): string {
  return `${prefix}-${String(at).padStart(13, "0")}-${String(skip).padStart(5, "0")}`;
}
