import TinyQueue from "tinyqueue";
import { defectKinds } from "../scenario/incident.js";
import { BATCH_SIZE, type Batch, copyRow, copyRows, newBatch, putRow, type Row, takeRow } from "./batch.js";
import type { Plan } from "./plan.js";
import { hash32, keyOf, mix32, Purpose } from "./random.js";

/** No line is delivered later than this, in milliseconds. */
export const LATEST_DELIVERY = 300_000;

const [DUPLICATED, LATE, OUT_OF_ORDER, SKEWED] = (
  ["duplicated", "late", "outOfOrder", "skewedClock"] as const
).map((kind) => defectKinds.indexOf(kind) + 1);

/**
 * The faults of the log itself. Each record draws its defect by its own address; a late one waits in a queue
 * until its time of delivery, and the log is in order of delivery. Slices are slices of delivery.
 */
export class Delivery {
  /** Whether the plan has defects at all. */
  readonly active: boolean;
  /** Lines written twice in the slices made so far. */
  duplicated = 0;
  readonly #thresholds: Float64Array;
  readonly #key: number;
  readonly #delays: boolean;
  readonly #out = newBatch();

  constructor({ scenario, seed }: Plan) {
    let sum = 0;
    this.#thresholds = Float64Array.from(defectKinds, (kind) => {
      sum += scenario.defects[kind];
      return sum * 4294967296;
    });
    this.active = sum > 0;
    this.#key = keyOf(seed, Purpose.defects);
    this.#delays = scenario.defects.late > 0 || scenario.defects.outOfOrder > 0;
  }

  /** Earliest record, in milliseconds since 1970, that a slice of delivery from `from` on may hold. */
  lookBack(from: number): number {
    return this.#delays ? from - LATEST_DELIVERY : from;
  }

  /**
   * What is delivered from one moment to another.
   * @param records all records from `lookBack(from)` to `to`, in order
   * @param isEnd whether nothing comes after: then what still waits is delivered too
   */
  *deliver(records: Iterable<Batch>, from: number, to: number, isEnd: boolean): Generator<Batch> {
    const out = this.#out;
    out.length = 0;
    const most = this.#thresholds[defectKinds.length - 1];
    const waiting = new TinyQueue<Waiting>([], (a, b) => a.delivered - b.delivered || a.order - b.order);
    let order = 0;
    const next = () => waiting.peek()?.delivered ?? Number.POSITIVE_INFINITY;
    for (const batch of records) {
      for (let row = 0; row < batch.length; row++) {
        const time = batch.second[row] * 1000 + batch.millisecond[row];
        if (time >= to) break;
        while (next() <= time) {
          if (this.#put(waiting.pop()!, from)) yield* full(out);
        }
        const word = hash32(this.#key, batch.address[row]);
        if (word >= most) {
          if (time < from) continue;
          // the rows without a defect from here on go together, up to where a waiting one comes between
          const until = Math.min(to, next());
          const allBefore = batch.second[batch.length - 1] * 1000 + 999 < until;
          const room = Math.min(batch.length, row + BATCH_SIZE - out.length);
          let end = row + 1;
          while (
            end < room &&
            (allBefore || batch.second[end] * 1000 + batch.millisecond[end] < until) &&
            hash32(this.#key, batch.address[end]) >= most
          )
            end++;
          copyRows(batch, row, end, out, out.length);
          out.defect.fill(0, out.length, out.length + end - row);
          out.length += end - row;
          row = end - 1;
          if (out.length === BATCH_SIZE) yield* full(out);
          continue;
        }
        let kind = 1;
        while (word >= this.#thresholds[kind - 1]) kind++;
        const chance = mix32(word ^ this.#key) / 4294967296;
        if (kind === LATE || kind === OUT_OF_ORDER) {
          const delay = kind === LATE ? 5000 + chance * (LATEST_DELIVERY - 5001) : 1 + chance * 4999;
          const record = takeRow(batch, row);
          record.defect = kind;
          waiting.push({ delivered: time + Math.floor(delay), order: order++, record });
          continue;
        }
        if (time < from) continue;
        copyRow(batch, row, out, out.length);
        out.defect[out.length] = kind === DUPLICATED ? 0 : kind; // the copy is the defect
        if (kind === SKEWED) skew(out, out.length, chance);
        out.length++;
        if (out.length === BATCH_SIZE) yield* full(out);
        if (kind === DUPLICATED) {
          copyRow(batch, row, out, out.length);
          out.defect[out.length++] = DUPLICATED;
          this.duplicated++;
          if (out.length === BATCH_SIZE) yield* full(out);
        }
      }
    }
    while (isEnd ? waiting.length > 0 : next() < to) {
      if (this.#put(waiting.pop()!, from)) yield* full(out);
    }
    if (out.length > 0) yield out;
  }

  /** Puts a late record behind the others; true when the batch is full. */
  #put({ delivered, record }: Waiting, from: number): boolean {
    const out = this.#out;
    if (delivered < from) return false;
    putRow(record, out, out.length++);
    return out.length === BATCH_SIZE;
  }
}

interface Waiting {
  /** Milliseconds since 1970. */
  readonly delivered: number;
  /** Those delivered at the same moment keep the order in which they came. */
  readonly order: number;
  readonly record: Row;
}

function* full(out: Batch): Generator<Batch> {
  yield out;
  out.length = 0;
}

/** Stamps a record by a wrong clock: up to two minutes before or after, at least a second. */
function skew(batch: Batch, row: number, chance: number): void {
  const side = chance < 0.5 ? -1 : 1;
  const off = side * (1000 + Math.floor(Math.abs(chance - 0.5) * 2 * 119_000));
  const time = batch.second[row] * 1000 + batch.millisecond[row] + off;
  batch.second[row] = Math.floor(time / 1000);
  batch.millisecond[row] = time - batch.second[row] * 1000;
}
