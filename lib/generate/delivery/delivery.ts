import TinyQueue from "tinyqueue";
import { firstIndexWhere } from "../../bisect.js";
import { ln } from "../../elementary.js";
import {
  defectKinds,
  defectShare,
  LARGEST_SKEW,
  LATEST_DELIVERY,
  UNREADABLE,
} from "../../scenario/defects.js";
import {
  BATCH_SIZE,
  type Batch,
  copyRow,
  copyRows,
  type DetachedRecord,
  newBatch,
  nextDefect,
  putRow,
  takeRow,
} from "../batch.js";
import type { Plan } from "../plan.js";
import { hash32, mix32, PER_WORD, Purpose, streamKey, WORDS } from "../random/stream.js";

const [DUPLICATED, LATE, OUT_OF_ORDER, SKEWED] = (
  ["duplicated", "late", "outOfOrder", "skewedClock"] as const
).map((kind) => defectKinds.indexOf(kind) + 1);

/**
 * Decides which records have a defect. Among the base records of a second, numbered from 0, the defective ones are
 * found by geometric gaps, so that the others cost nothing. Any other record draws with its own key.
 */
export class DefectDraws {
  readonly #share: number;
  /** By kind: the running sum of the shares, as a part of all defects. */
  readonly #until: Float64Array;
  readonly #key: number;
  readonly #drawKeySeed: number;
  /**
   * 1 / ln(1 − share): turns ln of a uniform into a geometric gap. −∞ for a share so small that 1 − share is 1: the gap
   * has no end.
   */
  readonly #perGap: number;
  #second = Number.NaN;
  /** Number of the next defective record in the second, and the number of gaps drawn so far. */
  #next = 0;
  #gaps = 0;

  /** @param drawKeySeed seed of the draw keys: a base record's key follows from its second and its number in it */
  constructor({ scenario: { defects }, seed }: Plan, drawKeySeed: number) {
    this.#drawKeySeed = drawKeySeed;
    this.#share = defectShare(defects);
    let sum = 0;
    this.#until = Float64Array.from(defectKinds, (kind) => {
      sum += defects[kind];
      return sum / this.#share;
    });
    this.#key = streamKey(seed, Purpose.defects);
    this.#perGap = this.#share < 1 ? -1 / Math.abs(ln(1 - this.#share)) : 0;
  }

  /**
   * Marks the base records of a second with their defects. The rows of a second come in one or several calls, the first
   * rows first.
   * @param index number of the row `from` in its second
   */
  mark(batch: Batch, from: number, to: number, index: number): void {
    const second = batch.second[from];
    if (index === 0 || second !== this.#second) {
      this.#second = second;
      this.#gaps = 0;
      this.#next = this.#gap();
    }
    for (; this.#next < index + to - from; this.#next += 1 + this.#gap()) {
      const row = from + this.#next - index;
      batch.drawKey[row] = hash32(this.#drawKeySeed, second, this.#next);
      batch.defect[row] = this.#kind(batch.drawKey[row]);
    }
  }

  /** The defect of a record that is not a base record, found from its draw key; 0 if it has none. */
  of(drawKey: number): number {
    return hash32(this.#key, drawKey, 1) < this.#share * WORDS ? this.#kind(drawKey) : 0;
  }

  /** Number of sound records before the next defective one: a geometric deviate, by inversion of a uniform one. */
  #gap(): number {
    const uniform = (hash32(this.#key, this.#second, ++this.#gaps) + 0.5) * PER_WORD;
    return Math.floor(ln(uniform) * this.#perGap);
  }

  #kind(drawKey: number): number {
    const u = hash32(this.#key, drawKey) * PER_WORD;
    let kind = 1;
    while (kind < defectKinds.length && u >= this.#until[kind - 1]) kind++;
    return kind;
  }
}

/**
 * The faults of delivery. A late record waits in a queue until its time of delivery, and the log is in order of
 * delivery. Slices of a log are cut by the time of delivery.
 */
export class Delivery {
  /** Whether the plan has any defects. */
  readonly active: boolean;
  /** Number of lines written twice in the slices made so far. */
  duplicated = 0;
  readonly #key: number;
  readonly #delays: boolean;
  /** End of the log, milliseconds since 1970. */
  readonly #end: number;
  readonly #out = newBatch();
  #waiting = new TinyQueue<Waiting>([], inOrder);
  /** Number of records that have had to wait so far. */
  #order = 0;

  constructor({ scenario, seed, end }: Plan) {
    this.#end = end * 1000;
    this.active = defectShare(scenario.defects) > 0;
    this.#key = streamKey(seed, Purpose.defects);
    this.#delays = scenario.defects.late > 0 || scenario.defects.outOfOrder > 0;
  }

  /** Earliest time of a record that may be delivered at `from` or later, in milliseconds since 1970. */
  lookBack(from: number): number {
    return this.#delays ? from - LATEST_DELIVERY : from;
  }

  /**
   * Yields the records that are delivered from one moment to another. A batch may be empty while earlier records are
   * looked through.
   * @param records all records from `lookBack(from)` to `to`, in order, marked with their defects
   * @param isEnd whether the log ends at `to`; then the records that still wait are delivered too
   */
  *deliver(records: Iterable<Batch>, from: number, to: number, isEnd: boolean): Generator<Batch> {
    const out = this.#out;
    out.length = 0;
    this.#waiting = new TinyQueue<Waiting>([], inOrder);
    this.#order = 0;
    for (const batch of records) {
      for (let row = 0; row < batch.length; ) {
        row = this.#pass(batch, row, from, to);
        if (out.length >= FULL) yield* full(out);
      }
      if (out.length === 0) yield out; // an empty batch lets the caller stop before anything is delivered
    }
    while (isEnd ? this.#waiting.length > 0 : this.#next() < to) {
      this.#put(from);
      if (out.length >= FULL) yield* full(out);
    }
    if (out.length > 0) yield out;
  }

  /** When the next waiting record is delivered; infinite if none waits. */
  #next(): number {
    return this.#waiting.peek()?.delivered ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Delivers the records of a batch from `row` on, and the waiting records that are due between them, until the other
   * batch is full.
   * @returns the first row that was not delivered
   */
  #pass(batch: Batch, row: number, from: number, to: number): number {
    const { length, second, millisecond, defect, drawKey } = batch;
    const out = this.#out;
    const end = second[length - 1] * 1000 + millisecond[length - 1];
    while (row < length && out.length < FULL) {
      const time = second[row] * 1000 + millisecond[row];
      if (time >= to) return length;
      if (this.#next() <= time) {
        this.#put(from);
        continue;
      }
      const kind = defect[row];
      if (kind === LATE || kind === OUT_OF_ORDER) {
        const delivered = time + this.#delay(kind, drawKey[row]);
        this.#waiting.push({ delivered, order: this.#order++, record: takeRow(batch, row) });
        row++;
      } else if (time < from) {
        row++;
      } else if (kind <= UNREADABLE) {
        // Records that are delivered on time are copied together, up to the place of the next waiting record.
        const until = Math.min(to, this.#next());
        const room = Math.min(length, row + BATCH_SIZE - out.length);
        const due = end < until ? room : firstAt(batch, row + 1, room, until);
        let run = row;
        do run = nextDefect(batch, run + 1, due);
        while (run < due && defect[run] <= UNREADABLE);
        copyRows(batch, row, run, out, out.length);
        out.length += run - row;
        row = run;
      } else {
        copyRow(batch, row, out, out.length);
        if (kind === SKEWED) moveStamp(out, out.length, this.#skew(drawKey[row]));
        if (kind === DUPLICATED) {
          out.defect[out.length++] = 0; // the copy itself is the defect
          copyRow(batch, row, out, out.length);
          this.duplicated++;
        }
        out.length++;
        row++;
      }
    }
    return row;
  }

  /**
   * When a record that `deliver` yielded was delivered, in milliseconds since 1970: at its own time, unless it was late
   * or its clock was wrong. Records that still waited at the end of the log were delivered then.
   */
  deliveredAt({ second, millisecond, defect, drawKey }: Batch, row: number): number {
    const stamp = second[row] * 1000 + millisecond[row];
    const kind = this.active ? defect[row] : 0;
    if (kind === SKEWED) return stamp - this.#skew(drawKey[row]);
    if (kind !== LATE && kind !== OUT_OF_ORDER) return stamp;
    return Math.min(this.#end, stamp + this.#delay(kind, drawKey[row]));
  }

  /** The number of milliseconds by which a record is late. */
  #delay(kind: number, drawKey: number): number {
    const chance = this.#chance(drawKey);
    return Math.floor(kind === LATE ? 5000 + chance * (LATEST_DELIVERY - 5001) : 1 + chance * 4999);
  }

  /**
   * The number of milliseconds by which a wrong clock is off: at least a second, at most two minutes, in either
   * direction.
   */
  #skew(drawKey: number): number {
    const chance = this.#chance(drawKey);
    const side = chance < 0.5 ? -1 : 1;
    return side * (1000 + Math.floor(Math.abs(chance - 0.5) * 2 * (LARGEST_SKEW - 1000)));
  }

  /** How late or how wrong, as a number from 0 to 1. */
  #chance(drawKey: number): number {
    return mix32(hash32(this.#key, drawKey) ^ this.#key) * PER_WORD;
  }

  /** Appends the next waiting record to the batch, unless it was due before the slice. */
  #put(from: number): void {
    const { delivered, record } = this.#waiting.pop()!;
    if (delivered >= from) putRow(record, this.#out, this.#out.length++);
  }
}

/** From this number of rows on, a batch is full: there must always be room for a record and its copy. */
const FULL = BATCH_SIZE - 1;

interface Waiting {
  /** Milliseconds since 1970. */
  readonly delivered: number;
  /** Records that are delivered at the same moment keep the order in which they came. */
  readonly order: number;
  readonly record: DetachedRecord;
}

function inOrder(a: Waiting, b: Waiting): number {
  return a.delivered - b.delivered || a.order - b.order;
}

/** The first row from `low` on that is not before `time`; `high` if all of them are before it. */
function firstAt({ second, millisecond }: Batch, low: number, high: number, time: number): number {
  return firstIndexWhere(low, high, (row) => second[row] * 1000 + millisecond[row] >= time);
}

function* full(out: Batch): Generator<Batch> {
  yield out;
  out.length = 0;
}

/** Changes the time stamp of a record. @param off milliseconds to add */
function moveStamp(batch: Batch, row: number, off: number): void {
  const time = batch.second[row] * 1000 + batch.millisecond[row] + off;
  batch.second[row] = Math.floor(time / 1000);
  batch.millisecond[row] = time - batch.second[row] * 1000;
}
