import type { Precision } from "../../encode/formats.js";
import { LogStream } from "../../generate/logStream.js";
import type { Plan } from "../../generate/plan.js";
import { LARGEST_SKEW, LATEST_DELIVERY, UNREADABLE } from "../../scenario/defects.js";
import type { Buckets } from "./buckets.js";
import type { CopyReader } from "./copy.js";
import type { CopyRecord } from "./copyRecord.js";
import { type Difference, shortened } from "./differences.js";
import type { Expectation } from "./expected.js";
import { BatchHash } from "./hash.js";
import { Ledger } from "./ledger.js";

/** Number of expected records that are compared one by one in one reading of the copy. */
const AT_A_TIME = 2 ** 20;
/** Largest number of readings of the copy for this. */
const MOST_READINGS = 24;
/** Largest number of differences of each kind that are kept. */
const MOST_KEPT = 2 ** 17;
/** Buckets in which the copy and the log differ, and which are compared record by record in one reading. */
export interface Group {
  /** 1 for each bucket of the group. */
  readonly marks: Uint8Array;
  /** Number of expected records in them. */
  readonly records: number;
  /**
   * Stretches of the time of delivery in which these records were written, milliseconds since 1970, with excluded ends.
   */
  readonly stretches: readonly (readonly [number, number])[];
}

/** Puts the differing buckets into groups, and sums up those that are too many to compare. */
export function groupsOf(
  expected: Buckets,
  found: Buckets,
  { scenario: { defects }, from, to }: Expectation,
): { groups: Group[]; uncompared: { missing: number; unexpected: number } | undefined } {
  const { origin, width, count } = expected.plan;
  const before = defects.skewedClock > 0 ? LARGEST_SKEW : 0;
  const after = before + (defects.late + defects.outOfOrder > 0 ? LATEST_DELIVERY : 0);
  const groups: Group[] = [];
  let uncompared: { missing: number; unexpected: number } | undefined;
  let open: { marks: Uint8Array; records: number; stretches: [number, number][] } | undefined;
  // Records stamped outside the log come first, as none is expected there.
  for (let i = -1; i < count; i++) {
    const bucket = i < 0 ? count : i;
    if (expected.agrees(found, bucket)) continue;
    const records = expected.records[bucket];
    if (open === undefined || (open.records > 0 && open.records + records > AT_A_TIME)) {
      if (groups.length === MOST_READINGS) {
        uncompared ??= { missing: 0, unexpected: 0 };
        const more = found.records[bucket] - records;
        if (more > 0) uncompared.unexpected += more;
        else uncompared.missing -= more;
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
    // To make a stretch, the generator must look back. Stretches close together are therefore made in one go.
    if (last !== undefined && begin - last[1] <= 60_000 + after) last[1] = Math.max(last[1], end);
    else if (end > begin) open.stretches.push([begin, end]);
  }
  return { groups, uncompared };
}

/** Compares the records of one group after the other, and collects the differences of all. */
export class RecordComparison implements CopyReader {
  readonly missing = new DifferenceList();
  readonly unexpected = new DifferenceList();
  readonly doubled = new DifferenceList();
  /** The file of the copy that is being read. */
  file = "";
  readonly precision: Precision;
  readonly #plan: Plan;
  readonly #buckets: Buckets;
  #ledger: Ledger;
  #group: Group | undefined;
  /** By number in the ledger: where the copy holds a record more often than it was written. */
  readonly #again = new Map<number, Difference["line"]>();

  constructor({ precision }: Expectation, plan: Plan, buckets: Buckets) {
    this.precision = precision;
    this.#ledger = new Ledger(0, precision);
    this.#plan = plan;
    this.#buckets = buckets;
  }

  /** Makes the expected records of a group again. It yields the number of lines after each batch. */
  *expect(group: Group): Generator<number> {
    const plan = this.#plan;
    const ledger = new Ledger(group.records, this.precision);
    const hashes = new BatchHash(plan, this.precision);
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

  unreadable(): void {} // the first reading has counted them

  /** Ends a group, after all of the copy has been read. */
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

/** Differences of one kind: their number, and the first of them. */
class DifferenceList {
  count = 0;
  readonly kept: Difference[] = [];

  /** Whether all of them were kept. */
  get isWhole(): boolean {
    return this.count <= MOST_KEPT;
  }

  /**
   * @param count how many there are
   * @param record makes one of them
   * @param keep how many to keep, if there is room
   */
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
