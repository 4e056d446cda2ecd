import type { Precision } from "../../encode/formats.js";
import { addressOf, type Batch } from "../../generate/batch.js";
import type { Plan } from "../../generate/plan.js";
import { WORDS } from "../../generate/random/stream.js";
import { keptHundredths, keptTime } from "./precision.js";

/**
 * Hashes a record to 64 bits, in two words. Sums of these hashes distinguish sets of records: two different sets have
 * the same sum with a probability of 1 in 2^64. The hash does not withstand a forger.
 */
export class RecordHash {
  a = 0;
  b = 0;

  /**
   * @param time milliseconds since 1970
   * @param address four octets, or a hash of an address that is not IPv4
   * @param kind 0 for IPv4, 1 for any other address
   * @param pathA hash of the path, first word
   * @param pathB hash of the path, second word
   * @param hundredths response time in hundredths of a millisecond; −1 if there is none
   */
  set(
    time: number,
    address: number,
    kind: number,
    pathA: number,
    pathB: number,
    status: number,
    hundredths: number,
  ): void {
    const low = time | 0;
    const rest = Math.floor(time / WORDS) ^ (status << 17) ^ (kind << 30);
    const slow = hundredths | 0;
    const slowRest = Math.floor(hundredths / WORDS);
    let a = Math.imul(low ^ 0x2f0b4c47, 0x9e3779b1 | 0);
    let b = Math.imul(low ^ 0x5f356495, 0x85ebca77 | 0);
    a = Math.imul(a ^ (a >>> 15) ^ rest, 0xc2b2ae3d | 0);
    b = Math.imul(b ^ (b >>> 13) ^ rest, 0x27d4eb2f);
    a = Math.imul(a ^ (a >>> 15) ^ address, 0x9e3779b1 | 0);
    b = Math.imul(b ^ (b >>> 13) ^ address, 0x85ebca77 | 0);
    a = Math.imul(a ^ (a >>> 15) ^ pathA, 0xc2b2ae3d | 0);
    b = Math.imul(b ^ (b >>> 13) ^ pathB, 0x27d4eb2f);
    a = Math.imul(a ^ (a >>> 15) ^ slow, 0x9e3779b1 | 0);
    b = Math.imul(b ^ (b >>> 13) ^ slow, 0x85ebca77 | 0);
    a = Math.imul(a ^ (a >>> 15) ^ slowRest, 0xc2b2ae3d | 0);
    b = Math.imul(b ^ (b >>> 13) ^ slowRest, 0x27d4eb2f);
    // The finalizer of MurmurHash3 (Austin Appleby): each bit of a record affects each bit of the hash.
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b | 0);
    b = Math.imul(b ^ (b >>> 16), 0x85ebca6b | 0);
    a = Math.imul(a ^ (a >>> 13), 0xc2b2ae35 | 0);
    b = Math.imul(b ^ (b >>> 13), 0xc2b2ae35 | 0);
    this.a = a ^ (a >>> 16);
    this.b = b ^ (b >>> 16);
  }
}

/** Hashes a text to two words, byte by byte: FNV-1a, and a second hash beside it. */
export class TextHash {
  a = SEED_A;
  b = SEED_B;

  /** Continues with bytes[start, end) from the hash `a`, `b` of the text before them. */
  set(bytes: Uint8Array, start: number, end: number, a = SEED_A, b = SEED_B): void {
    for (let i = start; i < end; i++) {
      a = Math.imul(a ^ bytes[i], 0x01000193);
      b = Math.imul(b ^ bytes[i], 0x5bd1e995);
      b ^= b >>> 15;
    }
    this.a = a;
    this.b = b;
  }
}

/** First word of the hash of an empty text. */
export const SEED_A = 0x811c9dc5 | 0;
/** Second word of the hash of an empty text. */
export const SEED_B = 0x2545f491;

/** Hashes the rows of batches as `RecordHash` hashes the same records in a copy. */
export class BatchHash {
  readonly hash = new RecordHash();
  readonly #addresses: "public" | "documentation";
  /** By outcome: hash of the route before the identifier, or of the whole route if it has none. */
  readonly #beforeA: Int32Array;
  readonly #beforeB: Int32Array;
  /** By outcome: the part of the route after the identifier. */
  readonly #behind: readonly Uint8Array[];
  readonly #status: Uint16Array;
  readonly #text = new TextHash();
  readonly #digits = new Uint8Array(10);
  readonly #precision: Precision;

  constructor({ scenario, outcomes }: Plan, precision: Precision) {
    this.#precision = precision;
    const utf8 = new TextEncoder();
    const parts = outcomes.map(({ endpoint: { route } }) => {
      const at = scenario.site.identifiers ? route.indexOf("{id}") : -1;
      return (at < 0 ? [route, ""] : [route.slice(0, at), route.slice(at + 4)]).map((part) =>
        utf8.encode(part),
      );
    });
    const before = parts.map(([text]) => {
      const hash = new TextHash();
      hash.set(text, 0, text.length);
      return hash;
    });
    this.#addresses = scenario.visitors.addresses;
    this.#beforeA = Int32Array.from(before, ({ a }) => a);
    this.#beforeB = Int32Array.from(before, ({ b }) => b);
    this.#behind = parts.map(([, text]) => text);
    this.#status = Uint16Array.from(outcomes, ({ status }) => status);
  }

  /** Sets `hash` to the hash of a row. */
  set({ second, millisecond, visitor, outcome, latency, identifier }: Batch, row: number): void {
    const which = outcome[row];
    let a = this.#beforeA[which];
    let b = this.#beforeB[which];
    if (identifier[row] !== 0) {
      const digits = this.#digits;
      const text = this.#text;
      let at = digits.length;
      for (let rest = identifier[row]; rest > 0; rest = Math.floor(rest / 10))
        digits[--at] = 48 + (rest % 10);
      text.set(digits, at, digits.length, a, b);
      const behind = this.#behind[which];
      text.set(behind, 0, behind.length, text.a, text.b);
      a = text.a;
      b = text.b;
    }
    const address = addressOf(visitor[row], this.#addresses) | 0;
    const time = keptTime(second[row] * 1000 + millisecond[row], this.#precision);
    const hundredths = keptHundredths(latency[row], this.#precision);
    this.hash.set(time, address, 0, a, b, this.#status[which], hundredths);
  }
}
