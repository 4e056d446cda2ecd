import type { Endpoint, Scenario } from "../scenario/types.js";

/** Largest number of records in a batch: few enough for a processor's cache, and enough for a megabyte of text. */
export const BATCH_SIZE = 16_384;

/**
 * Up to 16,384 records as columns, in order of time. Rows are plain numbers. The plan's tables hold the texts that they
 * stand for, so that encoders copy prepared text.
 */
export interface Batch {
  /** Number of rows that hold a record. */
  length: number;
  /** Second since 1970 in which the record falls. */
  readonly second: Float64Array;
  /** Millisecond inside the second, 0 to 999. */
  readonly millisecond: Uint16Array;
  /** The visitor's number, 32 bits; the address follows from it. */
  readonly visitor: Uint32Array;
  /** Index of the outcome (endpoint and status) in the plan's table. */
  readonly outcome: Uint16Array;
  /** Response time in hundredths of a millisecond. */
  readonly latency: Uint32Array;
  /** Identifier for the route's `{id}`; 0 where the route has none. */
  readonly identifier: Uint32Array;
  /** The part of the visit in which the request falls: 0 entry, 1 browse, 2 finish, or `BOT`. */
  readonly phase: Uint8Array;
  /** 32 random bits of the record, by which incidents and defects draw. Filled in only where one of them needs it. */
  readonly drawKey: Uint32Array;
  /** The incidents that touched the record: one bit for each, at the incident's index in the plan's list. */
  readonly incidents: Uint32Array;
  /** The record's defect: its index in `defectKinds` plus 1; 0 if it has none. */
  readonly defect: Uint8Array;
  /** The same defects, read eight records at a time: 0 where none of the eight has one. */
  readonly defects: Float64Array;
}

/** The phase of a request that is made by a program, not by a person. */
export const BOT = 3;

/** An empty batch. */
export function newBatch(): Batch {
  const defect = new Uint8Array(BATCH_SIZE);
  return {
    length: 0,
    second: new Float64Array(BATCH_SIZE),
    millisecond: new Uint16Array(BATCH_SIZE),
    visitor: new Uint32Array(BATCH_SIZE),
    outcome: new Uint16Array(BATCH_SIZE),
    latency: new Uint32Array(BATCH_SIZE),
    identifier: new Uint32Array(BATCH_SIZE),
    phase: new Uint8Array(BATCH_SIZE),
    drawKey: new Uint32Array(BATCH_SIZE),
    incidents: new Uint32Array(BATCH_SIZE),
    defect,
    defects: new Float64Array(defect.buffer),
  };
}

/** The first of the rows from `row` to `to` (excluded) whose record has a defect; `to` if no record has one. */
export function nextDefect({ defect, defects }: Batch, row: number, to: number): number {
  for (; row < to; row++) {
    if ((row & 7) === 0) while (row + 8 <= to && defects[row >> 3] === 0) row += 8;
    if (row < to && defect[row] !== 0) return row;
  }
  return to;
}

/** Removes the records before `from`, and those at or after `to`, both in milliseconds since 1970. */
export function trim(batch: Batch, from: number, to: number): void {
  const time = (row: number) => batch.second[row] * 1000 + batch.millisecond[row];
  let begin = 0;
  let end = batch.length;
  while (begin < end && time(begin) < from) begin++;
  while (end > begin && time(end - 1) >= to) end--;
  if (begin > 0) {
    for (const column of Object.values(batch)) {
      if (typeof column !== "number" && column !== batch.defects) column.copyWithin(0, begin, end);
    }
  }
  batch.length = end - begin;
}

/** Copies the rows from `from` to `to` (excluded) of one batch into another, beginning at its row `at`. */
export function copyRows(source: Batch, from: number, to: number, target: Batch, at: number): void {
  if (to - from < 40) {
    for (; from < to; from++, at++) copyRow(source, from, target, at);
    return;
  }
  target.second.set(source.second.subarray(from, to), at);
  target.millisecond.set(source.millisecond.subarray(from, to), at);
  target.visitor.set(source.visitor.subarray(from, to), at);
  target.outcome.set(source.outcome.subarray(from, to), at);
  target.latency.set(source.latency.subarray(from, to), at);
  target.identifier.set(source.identifier.subarray(from, to), at);
  target.phase.set(source.phase.subarray(from, to), at);
  target.drawKey.set(source.drawKey.subarray(from, to), at);
  target.incidents.set(source.incidents.subarray(from, to), at);
  target.defect.set(source.defect.subarray(from, to), at);
}

/** A record by itself, outside a batch. */
export interface DetachedRecord {
  /** Milliseconds since 1970. */
  time: number;
  visitor: number;
  outcome: number;
  latency: number;
  identifier: number;
  phase: number;
  drawKey: number;
  incidents: number;
  defect: number;
}

/** Copies a record out of a batch. */
export function takeRow(batch: Batch, row: number): DetachedRecord {
  return {
    time: batch.second[row] * 1000 + batch.millisecond[row],
    visitor: batch.visitor[row],
    outcome: batch.outcome[row],
    latency: batch.latency[row],
    identifier: batch.identifier[row],
    phase: batch.phase[row],
    drawKey: batch.drawKey[row],
    incidents: batch.incidents[row],
    defect: batch.defect[row],
  };
}

/** Copies a record into a row of a batch. */
export function putRow(record: DetachedRecord, batch: Batch, row: number): void {
  const second = Math.floor(record.time / 1000);
  batch.second[row] = second;
  batch.millisecond[row] = record.time - second * 1000;
  batch.visitor[row] = record.visitor;
  batch.outcome[row] = record.outcome;
  batch.latency[row] = record.latency;
  batch.identifier[row] = record.identifier;
  batch.phase[row] = record.phase;
  batch.drawKey[row] = record.drawKey;
  batch.incidents[row] = record.incidents;
  batch.defect[row] = record.defect;
}

/** Copies a row of one batch to the row `to` of another. */
export function copyRow(source: Batch, row: number, target: Batch, to: number): void {
  target.second[to] = source.second[row];
  target.millisecond[to] = source.millisecond[row];
  target.visitor[to] = source.visitor[row];
  target.outcome[to] = source.outcome[row];
  target.latency[to] = source.latency[row];
  target.identifier[to] = source.identifier[row];
  target.phase[to] = source.phase[row];
  target.drawKey[to] = source.drawKey[row];
  target.incidents[to] = source.incidents[row];
  target.defect[to] = source.defect[row];
}

/** The result of a request: an endpoint and the status with which it answers. */
export interface Outcome {
  readonly endpoint: Endpoint;
  /** Index of the endpoint in the scenario. */
  readonly endpointIndex: number;
  readonly status: number;
  /** Share of all requests, 0 to 1. */
  readonly share: number;
}

/** Every outcome that a scenario can have, endpoint by endpoint, with the statuses in rising order. */
export function outcomesOf({ site }: Scenario): Outcome[] {
  const total = site.endpoints.reduce((sum, endpoint) => sum + endpoint.popularity, 0);
  return site.endpoints.flatMap((endpoint, endpointIndex) => {
    const mix = Object.entries(endpoint.status).sort(([a], [b]) => Number(a) - Number(b));
    const sum = mix.reduce((all, [, share]) => all + share, 0);
    return mix
      .filter(([, share]) => share > 0)
      .map(([status, share]) => ({
        endpoint,
        endpointIndex,
        status: Number(status),
        share: (endpoint.popularity / total) * (share / sum),
      }));
  });
}

const PUBLIC = Uint8Array.from({ length: 223 }, (_, i) => i + 1).filter(
  // A network /8 that contains a private, shared, loopback, link-local or documentation range is left out as a whole.
  (octet) => ![10, 100, 127, 169, 172, 192, 198, 203].includes(octet),
);

/** First octets of public addresses: a table of 256 entries, indexed by the top byte of a visitor's number. */
const PUBLIC_FIRST = Uint8Array.from({ length: 256 }, (_, i) => PUBLIC[(i * PUBLIC.length) >> 8]);

/**
 * The four octets of a visitor's address as one number. Addresses are public by default. With `documentation` they stay
 * inside 198.18.0.0/15 (RFC 2544), the only range reserved for tests that has room for 131,072 visitors.
 */
export function addressOf(visitor: number, addresses: "public" | "documentation"): number {
  const last = 1 + (((visitor & 0xff) * 254) >> 8); // clients rarely have an address that ends in .0 or .255
  if (addresses === "documentation") {
    return ((198 << 24) | ((18 + ((visitor >>> 16) & 1)) << 16) | (visitor & 0xff00) | last) >>> 0;
  }
  return ((PUBLIC_FIRST[visitor >>> 24] << 24) | (visitor & 0xffff00) | last) >>> 0;
}
