import TinyQueue from "tinyqueue";
import { type Batch, type DetachedRecord, putRow } from "../batch.js";
import { hash32 } from "../random/stream.js";

/** A failed request that is repeated. */
interface Retry {
  /** The incident that made the first request fail. */
  readonly bit: number;
  readonly record: DetachedRecord;
}

/**
 * Failed requests that will be repeated, in order of time and then of their draw keys. They wait in the second in which
 * they are repeated and are sorted when it comes. At a busy site, one queue for all of them takes twice the time.
 */
export class Retries {
  /** Time of the next repetition, milliseconds since 1970; infinite if none waits. */
  time = Number.POSITIVE_INFINITY;
  readonly #end: number;
  readonly #bySecond = new Map<number, Retry[]>();
  /** The seconds in which repetitions wait, the earliest first. */
  readonly #seconds = new TinyQueue<number>();
  /** The repetitions of the next such second, in reverse order; undefined until they are sorted. */
  #next: Retry[] | undefined;

  /** @param end end of the log, milliseconds since 1970; nothing is repeated from then on */
  constructor(end: number) {
    this.#end = end;
  }

  /** The incident that made the request of the next repetition fail. */
  get bit(): number {
    return this.#sorted().at(-1)!.bit;
  }

  /** Queues the repetition, at `time`, of a request that an incident made fail. */
  add(time: number, record: DetachedRecord, bit: number): void {
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
    if (second === this.#seconds.peek()) this.#next = undefined; // must be sorted again
    if (time < this.time) this.time = time;
  }

  /** Copies the next repetition to a row of a batch and moves on to the one after it. */
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
