import { type Batch, copyRow, newBatch } from "./batch.js";
import { hash32 } from "./random.js";

/** A failed request that is made again. */
export class Retry {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Of the incident that made it fail. */
  readonly bit: number;
  /** A batch of this one record. */
  readonly batch: Batch;

  constructor(time: number, bit: number, batch: Batch) {
    this.time = time;
    this.bit = bit;
    this.batch = batch;
  }

  copyTo(target: Batch, row: number): void {
    copyRow(this.batch, 0, target, row);
  }
}

/** Queues the repetition of the request in a row of `batch`, in order of time and then of address. */
export function addRetry(retries: Retry[], time: number, batch: Batch, row: number, bit: number): void {
  const copy = newBatch(1);
  copyRow(batch, row, copy, 0);
  copy.second[0] = Math.floor(time / 1000);
  copy.millisecond[0] = time - copy.second[0] * 1000;
  copy.address[0] = hash32(batch.address[row], bit, 0x7e7);
  let at = retries.length;
  while (
    at > 0 &&
    (retries[at - 1].time > time ||
      (retries[at - 1].time === time && retries[at - 1].batch.address[0] > copy.address[0]))
  ) {
    at--;
  }
  retries.splice(at, 0, new Retry(time, bit, copy));
}
