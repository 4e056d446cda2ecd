import TinyQueue from "tinyqueue";
import { type Batch, putRow, type Row } from "../batch.js";
import { hash32 } from "../random/stream.js";

/** A failed request that is made again. */
interface Retry {
  /** The incident that made it fail. */
  readonly bit: number;
  readonly record: Row;
}

/**
 * Failed requests that are made again, in order of time and then of their draw keys. They wait by the second in which they
 * come and are sorted when it is their turn: at a busy site one queue for all takes twice the time.
 */
export class Retries {
  /** Time of the next, milliseconds since 1970; infinite when there is none. */
  time = Number.POSITIVE_INFINITY;
  readonly #end: number;
  readonly #bySecond = new Map<number, Retry[]>();
  /** The seconds in which some wait, the earliest first. */
  readonly #seconds = new TinyQueue<number>();
  /** Those of the second that comes next, the first of them last; undefined as long as they are not sorted. */
  #next: Retry[] | undefined;

  /** @param end of the log, milliseconds since 1970: from there on nothing is made again */
  constructor(end: number) {
    this.#end = end;
  }

  /** The incident that made the next one's request fail. */
  get bit(): number {
    return this.#sorted().at(-1)!.bit;
  }

  /** Queues the repetition at `time` of a request that an incident made fail. */
  add(time: number, record: Row, bit: number): void {
    if (time >= this.#end) return;
    record.time = time;
    record.drawKey = hash32(record.drawKey, bit, 0x7e7);
    const second = secondOf(time);
    const others = this.#bySecond.get(second);
    if (others !== undefined) others.push({ bit, record });
    else {
      this.#bySecond.set(second, [{ bit, record }]);
      this.#seconds.push(second);
    }
    if (second === this.#seconds.peek()) this.#next = undefined; // to be sorted again
    if (time < this.time) this.time = time;
  }

  /** Copies the next to a row of a batch; the one after it becomes the next. */
  copyTo(target: Batch, row: number): void {
    const next = this.#sorted();
    putRow(next.pop()!.record, target, row);
    if (next.length > 0) {
      this.time = next.at(-1)!.record.time;
      return;
    }
    this.#bySecond.delete(this.#seconds.pop()!);
    this.#next = undefined;
    this.time = this.#seconds.length > 0 ? this.#sorted().at(-1)!.record.time : Number.POSITIVE_INFINITY;
  }

  #sorted(): Retry[] {
    this.#next ??= this.#bySecond.get(this.#seconds.peek()!)!.sort(lastFirst);
    return this.#next;
  }
}

const secondOf = (time: number) => Math.floor(time / 1000);

function lastFirst({ record: a }: Retry, { record: b }: Retry): number {
  return b.time - a.time || b.drawKey - a.drawKey;
}
