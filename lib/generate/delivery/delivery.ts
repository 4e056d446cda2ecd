import TinyQueue from "tinyqueue";
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
  newBatch,
  nextDefect,
  putRow,
  type Row,
  takeRow,
} from "../batch.js";
import type { Plan } from "../plan.js";
import { hash32, mix32, PER_WORD, Purpose, streamKey, WORDS } from "../random/stream.js";

const [DUPLICATED, LATE, OUT_OF_ORDER, SKEWED] = (
  ["duplicated", "late", "outOfOrder", "skewedClock"] as const
).map((kind) => defectKinds.indexOf(kind) + 1);

/**
 * Which records have a defect. Among the base records of a second, numbered from 0, the defective ones are found by
 * geometric gaps, so that the others cost nothing; any other record draws by its own key.
 */
export class DefectDraws {
  readonly #share: number;
  /** By kind: up to which share of all defects it goes. */
  readonly #until: Float64Array;
  readonly #key: number;
  readonly #drawKeySeed: number;
  /** 1 / ln(1 − share): turns ln of a uniform into a geometric gap. */
  readonly #perGap: number;
  #second = Number.NaN;
  /** Number of the next defective record in the second, and how many gaps were drawn for it. */
  #next = 0;
  #gaps = 0;

  /** @param drawKeySeed gives a base record its draw key, by its second and its number in the second */
  constructor({ scenario: { defects }, seed }: Plan, drawKeySeed: number) {
    this.#drawKeySeed = drawKeySeed;
    this.#share = defectShare(defects);
    let sum = 0;
    this.#until = Float64Array.from(defectKinds, (kind) => {
      sum += defects[kind];
      return sum / this.#share;
    });
    this.#key = streamKey(seed, Purpose.defects);
    this.#perGap = this.#share < 1 ? 1 / ln(1 - this.#share) : 0;
  }

  /**
   * Marks the base records of a second with their defects. Its rows come in one or several calls, from the first on.
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

  /** The defect of a record that is not one of the base, by its draw key; 0 for none. */
  of(drawKey: number): number {
    return hash32(this.#key, drawKey, 1) < this.#share * WORDS ? this.#kind(drawKey) : 0;
  }

  /** Records without a defect before the next one with: geometric, by inversion of a uniform. */
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
 * delivery. Slices are slices of delivery.
 */
export class Delivery {
  /** Whether the plan has defects at all. */
  readonly active: boolean;
  /** Lines written twice in the slices made so far. */
  duplicated = 0;
  readonly #key: number;
  readonly #delays: boolean;
  /** End of the log, milliseconds since 1970. */
  readonly #end: number;
  readonly #out = newBatch();
  #waiting = new TinyQueue<Waiting>([], inOrder);
  /** How many have had to wait. */
  #order = 0;

  constructor({ scenario, seed, end }: Plan) {
    this.#end = end * 1000;
    this.active = defectShare(scenario.defects) > 0;
    this.#key = streamKey(seed, Purpose.defects);
    this.#delays = scenario.defects.late > 0 || scenario.defects.outOfOrder > 0;
  }

  /** Earliest record, in milliseconds since 1970, that a slice of delivery from `from` on may hold. */
  lookBack(from: number): number {
    return this.#delays ? from - LATEST_DELIVERY : from;
  }

  /**
   * What is delivered from one moment to another. Batches may be empty: while what came before is looked through.
   * @param records all records from `lookBack(from)` to `to`, in order, marked with their defects
   * @param isEnd whether nothing comes after: then what still waits is delivered too
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
      if (out.length === 0) yield out; // whoever waits may want to stop before anything is delivered
    }
    while (isEnd ? this.#waiting.length > 0 : this.#next() < to) {
      this.#put(from);
      if (out.length >= FULL) yield* full(out);
    }
    if (out.length > 0) yield out;
  }

  /** When the next one that waits is delivered; never, when none does. */
  #next(): number {
    return this.#waiting.peek()?.delivered ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Delivers the records of a batch from `row` on, and what is due between them, until the other batch is full.
   * @returns the first row that still waits
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
        // What is delivered as it comes goes together, up to where a waiting record comes between.
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
          out.defect[out.length++] = 0; // the copy is the defect
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
   * When a record that `deliver` gave was delivered, in milliseconds since 1970: at its time, unless it was late or
   * stamped by a wrong clock. What still waited at the log's end was delivered then.
   */
  deliveredAt({ second, millisecond, defect, drawKey }: Batch, row: number): number {
    const stamp = second[row] * 1000 + millisecond[row];
    const kind = this.active ? defect[row] : 0;
    if (kind === SKEWED) return stamp - this.#skew(drawKey[row]);
    if (kind !== LATE && kind !== OUT_OF_ORDER) return stamp;
    return Math.min(this.#end, stamp + this.#delay(kind, drawKey[row]));
  }

  /** Milliseconds by which a record is late. */
  #delay(kind: number, drawKey: number): number {
    const chance = this.#chance(drawKey);
    return Math.floor(kind === LATE ? 5000 + chance * (LATEST_DELIVERY - 5001) : 1 + chance * 4999);
  }

  /** Milliseconds by which a wrong clock is off: up to two minutes before or after, at least a second. */
  #skew(drawKey: number): number {
    const chance = this.#chance(drawKey);
    const side = chance < 0.5 ? -1 : 1;
    return side * (1000 + Math.floor(Math.abs(chance - 0.5) * 2 * (LARGEST_SKEW - 1000)));
  }

  /** How late, or how wrong: 0 to 1. */
  #chance(drawKey: number): number {
    return mix32(hash32(this.#key, drawKey) ^ this.#key) * PER_WORD;
  }

  /** Puts the next that waits behind the others, unless it is due before the slice. */
  #put(from: number): void {
    const { delivered, record } = this.#waiting.pop()!;
    if (delivered >= from) putRow(record, this.#out, this.#out.length++);
  }
}

/** Rows from which a batch goes on: there is always room for a record and its copy. */
const FULL = BATCH_SIZE - 1;

interface Waiting {
  /** Milliseconds since 1970. */
  readonly delivered: number;
  /** Those delivered at the same moment keep the order in which they came. */
  readonly order: number;
  readonly record: Row;
}

function inOrder(a: Waiting, b: Waiting): number {
  return a.delivered - b.delivered || a.order - b.order;
}

/** The first of the rows from `low` on that is not before `time`; `high` when all are before it. */
function firstAt({ second, millisecond }: Batch, low: number, high: number, time: number): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (second[middle] * 1000 + millisecond[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function* full(out: Batch): Generator<Batch> {
  yield out;
  out.length = 0;
}

/** Stamps a record with another time. @param off milliseconds */
function moveStamp(batch: Batch, row: number, off: number): void {
  const time = batch.second[row] * 1000 + batch.millisecond[row] + off;
  batch.second[row] = Math.floor(time / 1000);
  batch.millisecond[row] = time - batch.second[row] * 1000;
}
