import { LogStream } from "../../generate/logStream.js";
import { type Plan, planOf } from "../../generate/plan.js";
import { LARGEST_SKEW, LATEST_DELIVERY, UNREADABLE } from "../../scenario/defects.js";
import type { Buckets } from "./buckets.js";
import type { CopyReader } from "./copy.js";
import type { CopyRecord } from "./copyRecord.js";
import { type Difference, shortened } from "./differences.js";
import type { Expectation } from "./expected.js";
import { BatchHash } from "./hash.js";
import { Ledger } from "./ledger.js";

/** Expected records that are compared one by one in one reading of the copy. */
const AT_A_TIME = 2 ** 20;
/** Most readings of the copy for that. */
const MOST_READINGS = 24;
/** Most differences of each kind that are kept. */
const MOST_KEPT = 2 ** 17;
/** Buckets in which copy and log differ, that are compared record by record in one reading. */
export interface Group {
  /** 1 for each bucket of the group. */
  readonly marks: Uint8Array;
  /** Expected records in them. */
  readonly records: number;
  /** Stretches of delivery in which these were written, milliseconds since 1970, the end excluded. */
  readonly stretches: readonly (readonly [number, number])[];
}

/** The differing buckets in groups, and what is too much to be compared. */
export function groupsOf(
  expected: Buckets,
  found: Buckets,
  { scenario: { defects }, from, to }: Expectation,
): { groups: Group[]; rest: { missing: number; unexpected: number } | undefined } {
  const { origin, width, count } = expected.plan;
  const before = defects.skewedClock > 0 ? LARGEST_SKEW : 0;
  const after = before + (defects.late + defects.outOfOrder > 0 ? LATEST_DELIVERY : 0);
  const groups: Group[] = [];
  let rest: { missing: number; unexpected: number } | undefined;
  let open: { marks: Uint8Array; records: number; stretches: [number, number][] } | undefined;
  // What is stamped outside of the log comes first: nothing is expected there.
  for (let i = -1; i < count; i++) {
    const bucket = i < 0 ? count : i;
    if (expected.agrees(found, bucket)) continue;
    const records = expected.records[bucket];
    if (open === undefined || (open.records > 0 && open.records + records > AT_A_TIME)) {
      if (groups.length === MOST_READINGS) {
        rest ??= { missing: 0, unexpected: 0 };
        const more = found.records[bucket] - records;
        if (more > 0) rest.unexpected += more;
        else rest.missing -= more;
        continue;
      }
      open = { marks: new Uint8Array(count + 1), records: 0, stretches: [] };
      groups.push(open);
    }
    open.marks[bucket] = 1;
    open.records += records;
    if (records === 0) continue;
    const begin = Math.max(from, origin + bucket * width - before);
    const end = Math.min(to, origin + (bucket + 1) * width + after);
    const last = open.stretches.at(-1);
    // Making a stretch begins by looking back; what lies close together is made in one go.
    if (last !== undefined && begin - last[1] <= 60_000 + after) last[1] = Math.max(last[1], end);
    else if (end > begin) open.stretches.push([begin, end]);
  }
  return { groups, rest };
}

/** Compares the records of one group after the other, and gathers the differences of all. */
export class RecordComparison implements CopyReader {
  readonly missing = new Gathered();
  readonly unexpected = new Gathered();
  readonly doubled = new Gathered();
  /** Which of the copy's files is being read. */
  file = "";
  readonly #plan: Plan;
  readonly #buckets: Buckets;
  #ledger = new Ledger(0);
  #group: Group | undefined;
  /** By number in the ledger: where the copy holds a record more often than it was written. */
  readonly #again = new Map<number, Difference["line"]>();

  constructor({ scenario, seed, without }: Expectation, buckets: Buckets) {
    this.#plan = planOf(scenario, seed, without);
    this.#buckets = buckets;
  }

  /** Makes the expected records of a group again; gives way after each batch, saying how many lines it had. */
  *expect(group: Group): Generator<number> {
    const plan = this.#plan;
    const ledger = new Ledger(group.records);
    const hashes = new BatchHash(plan);
    const { hash } = hashes;
    this.#ledger = ledger;
    this.#group = group;
    for (const [begin, end] of group.stretches) {
      for (const batch of new LogStream(plan).batches(begin, end)) {
        const { second, millisecond, defect, length } = batch;
        for (let row = 0; row < length; row++) {
          if (defect[row] !== 0 && defect[row] <= UNREADABLE) continue;
          if (group.marks[this.#buckets.at(second[row] * 1000 + millisecond[row])] === 0) continue;
          hashes.set(batch, row);
          ledger.expect(hash.a, hash.b, batch, row);
        }
        yield length;
      }
    }
  }

  record(record: CopyRecord, line: number): void {
    const { hash, time } = record;
    if (this.#group!.marks[this.#buckets.at(time)] === 0) return;
    const at = this.#ledger.find(hash.a, hash.b);
    if (at < 0) {
      this.unexpected.add(1, () => differenceOf(record, line, this.file));
    } else if (this.#ledger.seen(at) > this.#ledger.expected(at)) {
      if (this.#again.has(at) || this.#again.size < MOST_KEPT) this.#again.set(at, { line, file: this.file });
    }
  }

  unreadable(): void {} // counted in the first reading

  /** Ends a group, when all of the copy was read. */
  settle(): void {
    const ledger = this.#ledger;
    for (let at = 0; at < ledger.size; at++) {
      const more = ledger.seen(at) - ledger.expected(at);
      if (more === 0) continue;
      const record = () => ledger.record(at, this.#plan);
      if (more > 0) this.doubled.add(more, () => ({ ...record(), line: this.#again.get(at) ?? null }), 1);
      else this.missing.add(-more, () => ({ ...record(), line: null }));
    }
    this.#again.clear();
  }
}

/** Differences of one kind: the number of all, and the first of them. */
export class Gathered {
  count = 0;
  readonly kept: Difference[] = [];

  /** Whether all of them were kept. */
  get isWhole(): boolean {
    return this.count <= MOST_KEPT;
  }

  /** @param count how many @param record makes one @param keep how many to keep, if there is room */
  add(count: number, record: () => Difference, keep = count): void {
    this.count += count;
    for (let i = 0; i < keep && this.kept.length < MOST_KEPT; i++) this.kept.push(record());
  }
}

function differenceOf(record: CopyRecord, line: number, file: string): Difference {
  const { bytes, time, status, hundredths, addressStart, addressEnd, pathStart, pathEnd } = record;
  return {
    time,
    address: utf8.decode(bytes.subarray(addressStart, addressEnd)),
    endpoint: shortened(utf8.decode(bytes.subarray(pathStart, pathEnd))),
    status,
    hundredths,
    times: 0,
    found: 1,
    line: { line, file },
  };
}

const utf8 = new TextDecoder();
