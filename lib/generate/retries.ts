import TinyQueue from "tinyqueue";
import { type Batch, putRow, type Row } from "./batch.js";
import { hash32 } from "./random.js";

/** A failed request that is made again. */
interface Retry {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The incident that made it fail. */
  readonly bit: number;
  readonly record: Row;
}

/** Failed requests that are made again, in order of time and then of address. */
export class Retries {
  /** Time of the next, milliseconds since 1970; infinite when there is none. */
  time = Number.POSITIVE_INFINITY;
  readonly #queue = new TinyQueue<Retry>([], byTime);

  /** The incident that made the next one's request fail. */
  get bit(): number {
    return this.#queue.peek()!.bit;
  }

  /** Queues the repetition at `time` of a request that an incident made fail. */
  add(time: number, record: Row, bit: number): void {
    record.time = time;
    record.address = hash32(record.address, bit, 0x7e7);
    this.#queue.push({ time, bit, record });
    this.time = Math.min(this.time, time);
  }

  /** Copies the next to a row of a batch; the one after it becomes the next. */
  copyTo(target: Batch, row: number): void {
    putRow(this.#queue.pop()!.record, target, row);
    this.time = this.#queue.peek()?.time ?? Number.POSITIVE_INFINITY;
  }
}

function byTime(a: Retry, b: Retry): number {
  return a.time - b.time || a.record.address - b.record.address;
}
