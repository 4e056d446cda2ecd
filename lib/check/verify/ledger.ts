import type { Precision } from "../../encode/formats.js";
import { addressOf, type Batch } from "../../generate/batch.js";
import type { Plan } from "../../generate/plan.js";
import { type Difference, shortened } from "./differences.js";
import { keptHundredths, keptTime } from "./precision.js";

/**
 * Expected records, indexed by their hash, and how often a copy holds each of them. It takes about 44 bytes for each
 * record, allocated at the beginning.
 */
export class Ledger {
  /** Number of different records. */
  size = 0;
  readonly #slots: Int32Array;
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #expected: Uint32Array;
  readonly #seen: Uint32Array;
  readonly #time: Float64Array;
  readonly #visitor: Uint32Array;
  readonly #outcome: Uint16Array;
  readonly #latency: Uint32Array;
  readonly #identifier: Uint32Array;

  readonly #precision: Precision;

  /**
   * @param most largest number of expected records
   * @param precision in which they are compared
   */
  constructor(most: number, precision: Precision) {
    this.#precision = precision;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2))).fill(-1);
    this.#a = new Int32Array(most);
    this.#b = new Int32Array(most);
    this.#expected = new Uint32Array(most);
    this.#seen = new Uint32Array(most);
    this.#time = new Float64Array(most);
    this.#visitor = new Uint32Array(most);
    this.#outcome = new Uint16Array(most);
    this.#latency = new Uint32Array(most);
    this.#identifier = new Uint32Array(most);
  }

  /** Adds a row of a batch to the expected records. */
  expect(a: number, b: number, batch: Batch, row: number): void {
    const slot = this.#slotOf(a, b);
    const known = this.#slots[slot];
    if (known >= 0) {
      this.#expected[known]++;
      return;
    }
    const at = this.size++;
    this.#slots[slot] = at;
    this.#a[at] = a;
    this.#b[at] = b;
    this.#expected[at] = 1;
    this.#time[at] = batch.second[row] * 1000 + batch.millisecond[row];
    this.#visitor[at] = batch.visitor[row];
    this.#outcome[at] = batch.outcome[row];
    this.#latency[at] = batch.latency[row];
    this.#identifier[at] = batch.identifier[row];
  }

  /** Notes a record of the copy. @returns its number; −1 if it is not expected at all */
  find(a: number, b: number): number {
    const at = this.#slots[this.#slotOf(a, b)];
    if (at >= 0) this.#seen[at]++;
    return at;
  }

  /** How often a record is expected. */
  expected(at: number): number {
    return this.#expected[at];
  }

  /** How often the copy holds a record. */
  seen(at: number): number {
    return this.#seen[at];
  }

  /** The record with this number. */
  record(at: number, { scenario, outcomes }: Plan): Omit<Difference, "line"> {
    const address = addressOf(this.#visitor[at], scenario.visitors.addresses);
    const { endpoint, status } = outcomes[this.#outcome[at]];
    const identifier = this.#identifier[at];
    const path = identifier === 0 ? endpoint.route : endpoint.route.replace("{id}", String(identifier));
    return {
      time: keptTime(this.#time[at], this.#precision),
      address: [24, 16, 8, 0].map((bits) => (address >>> bits) & 255).join("."),
      endpoint: shortened(path),
      status,
      hundredths: keptHundredths(this.#latency[at], this.#precision),
      times: this.#expected[at],
      found: this.#seen[at],
    };
  }

  #slotOf(a: number, b: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = (a ^ (b >>> 7)) & mask; ; slot = (slot + 1) & mask) {
      const at = slots[slot];
      if (at < 0 || (this.#a[at] === a && this.#b[at] === b)) return slot;
    }
  }
}
