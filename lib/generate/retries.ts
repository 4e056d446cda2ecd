import TinyQueue from "tinyqueue";
import { type Batch, putRow, type Row } from "./batch.js";
import { hash32 } from "./random.js";

/** A failed request that is made again. */
interface Retry {
  /** Milliseconds since the log's start: in most logs a small integer, which the engine compares sooner. */
  readonly after: number;
  /** The incident that made it fail. */
  readonly bit: number;
  readonly record: Row;
}

/** Failed requests that are made again, in order of time and then of address. */
export class Retries {
  /** Time of the next, milliseconds since 1970; infinite when there is none. */
  time = Number.POSITIVE_INFINITY;
  readonly #queue = new TinyQueue<Retry>([], byTime);

  readonly #start: number;
  readonly #end: number;

  /** @param start of the log, milliseconds since 1970 @param end from there on nothing is made again */
  constructor(start: number, end: number) {
    this.#start = start;
    this.#end = end;
  }

  /** The incident that made the next one's request fail. */
  get bit(): number {
    return this.#queue.peek()!.bit;
  }

  /** Queues the repetition at `time` of a request that an incident made fail. */
  add(time: number, record: Row, bit: number): void {
    if (time >= this.#end) return;
    record.time = time;
    record.address = hash32(record.address, bit, 0x7e7);
    this.#queue.push({ after: time - this.#start, bit, record });
    this.time = Math.min(this.time, time);
  }

  /** Copies the next to a row of a batch; the one after it becomes the next. */
  copyTo(target: Batch, row: number): void {
    putRow(this.#queue.pop()!.record, target, row);
    this.time = this.#queue.peek()?.record.time ?? Number.POSITIVE_INFINITY;
  }
}

function byTime(a: Retry, b: Retry): number {
  return a.after - b.after || a.record.address - b.record.address;
}
