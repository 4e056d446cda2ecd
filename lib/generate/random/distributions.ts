import { exp, ln } from "../../elementary.js";
import { type Stream, WORDS } from "./stream.js";

/** Right edges of the ziggurat's 128 layers of equal area, the widest first; the constants are Doornik's. */
const EDGE = new Float64Array(129);
const TAIL = 3.442619855899;
{
  const area = 9.91256303526217e-3;
  const density = (x: number) => exp(-0.5 * x * x);
  EDGE[0] = area / density(TAIL);
  EDGE[1] = TAIL;
  for (let i = 2; i < 128; i++) EDGE[i] = Math.sqrt(-2 * ln(area / EDGE[i - 1] + density(EDGE[i - 1])));
}

/**
 * Standard normal deviate. Marsaglia & Tsang's ziggurat (2000) as mended by Doornik, "An improved ziggurat
 * method to generate normal random samples" (2005): layer and position come from different bits.
 */
export function normal(stream: Stream): number {
  for (;;) {
    const u = 2 * stream.uniform() - 1;
    const layer = stream.next() & 127;
    const x = u * EDGE[layer];
    if (Math.abs(x) < EDGE[layer + 1]) return x;
    if (layer === 0) {
      for (;;) {
        const beyond = ln(stream.uniform()) / TAIL;
        if (-2 * ln(stream.uniform()) >= beyond * beyond) return u < 0 ? beyond - TAIL : TAIL - beyond;
      }
    }
    const outer = exp(-0.5 * (EDGE[layer] * EDGE[layer] - x * x));
    const inner = exp(-0.5 * (EDGE[layer + 1] * EDGE[layer + 1] - x * x));
    if (inner + stream.uniform() * (outer - inner) < 1) return x;
  }
}

/**
 * Gamma deviate with scale 1. Marsaglia & Tsang, "A simple method for generating gamma variables" (2000); below shape 1
 * with their boost by a power of a uniform.
 * @param shape above 0
 */
export function gamma(stream: Stream, shape: number): number {
  if (shape < 1) {
    const deviate = gamma(stream, shape + 1);
    return deviate * exp(Math.max(-700, ln(stream.uniform()) / shape));
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(stream);
    const t = 1 + c * x;
    if (t <= 0) continue;
    const v = t * t * t;
    const u = stream.uniform();
    if (u < 1 - 0.0331 * x * x * x * x) return d * v;
    if (ln(u) < 0.5 * x * x + d * (1 - v + ln(v))) return d * v;
  }
}

/** Beta deviate, as a ratio of gammas. @param a above 0 @param b above 0 */
export function beta(stream: Stream, a: number, b: number): number {
  const x = gamma(stream, a);
  return x / (x + gamma(stream, b));
}

/**
 * Binomial deviate, exact for any n. It halves n by the Beta-distributed median order statistic until n is small, then
 * counts. Devroye, "Non-Uniform Random Variate Generation" (1986), X.4.3.
 * @param n whole number, 0 or more
 * @param p 0 to 1, both included
 */
export function binomial(stream: Stream, n: number, p: number): number {
  let successes = 0;
  while (n > 24) {
    const i = Math.floor(n / 2) + 1;
    const median = beta(stream, i, n + 1 - i); // the i-th smallest of n uniforms
    if (median <= p) {
      successes += i;
      n -= i;
      p = (p - median) / (1 - median);
    } else {
      n = i - 1;
      p /= median;
    }
  }
  const threshold = p * WORDS;
  for (; n > 0; n--) if (stream.next() < threshold) successes++;
  return successes;
}

/**
 * A table for drawing from fixed weights with one word of 32 bits: Walker's alias method with Vose's construction
 * (1991), its thresholds rounded to integers. The top `bits` of the word choose a column; the others decide between the
 * column and its alias.
 */
export interface Alias {
  /** The table has 2^bits columns, at least two and at least as many as weights. */
  readonly bits: number;
  /**
   * The column is kept when the lower 32 − bits bits of the word are below this, as 32 unsigned bits; length 2^bits.
   */
  readonly threshold: Int32Array;
  /**
   * Two outcomes for each column: the first for when it is not kept, the second for when it is; length 2^(bits + 1).
   */
  readonly outcomes: Uint16Array;
}

/** The smallest number of bits that can distinguish `count` things. @param count 1 to 2^31 */
export function bitsFor(count: number): number {
  return 32 - Math.clz32(count - 1);
}

/** @param weights 0 or more each, at least one above 0, at most 65,536 of them */
export function aliasTable(weights: ArrayLike<number>, bits = Math.max(1, bitsFor(weights.length))): Alias {
  const size = 1 << bits;
  const span = WORDS / size;
  const threshold = new Int32Array(size);
  const outcomes = Uint16Array.from({ length: 2 * size }, (_, i) => i >> 1);
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  const scaled = Array.from({ length: size }, (_, i) =>
    i < weights.length ? (weights[i] / total) * size : 0,
  );
  const small: number[] = [];
  const large: number[] = [];
  scaled.forEach((weight, i) => {
    (weight < 1 ? small : large).push(i);
  });
  while (small.length > 0 && large.length > 0) {
    const less = small.pop()!;
    const more = large[large.length - 1];
    threshold[less] = Math.round(scaled[less] * span);
    outcomes[2 * less] = more;
    scaled[more] -= 1 - scaled[less];
    if (scaled[more] < 1) small.push(large.pop()!);
  }
  for (const i of large) threshold[i] = span;
  // Rounding can leave a column incomplete. The heaviest outcome fills it, so that an outcome of weight 0 never does.
  const heaviest = Array.from(weights).reduce((best, weight, i) => (weight > weights[best] ? i : best), 0);
  for (const i of small) {
    threshold[i] = Math.round(scaled[i] * span);
    outcomes[2 * i] = heaviest;
  }
  return { bits, threshold, outcomes };
}

/** Draws from an alias table with one word of 32 unsigned bits. */
export function drawAlias({ bits, threshold, outcomes }: Alias, word: number): number {
  const column = word >>> (32 - bits);
  const rest = (word << bits) >>> bits;
  // The difference is negative when the column is kept. Using its sign avoids a branch that no processor could predict.
  return outcomes[(column << 1) | ((rest - threshold[column]) >>> 31)];
}

/**
 * Numbers from 1 to `count` whose frequency falls as 1/number (Zipf's law with exponent 1), drawn with one random word.
 * The table holds 1,024 straight lines through the quantiles of the continuous law.
 */
export function zipfTable(count: number): Float64Array {
  const span = ln(count + 1);
  return Float64Array.from({ length: 1025 }, (_, i) => Math.min(count + 1, exp((i / 1024) * span)));
}

/** Draws from a Zipf table with one word of 32 unsigned bits. */
export function readZipf(table: Float64Array, word: number): number {
  const at = word >>> 22;
  return Math.floor(table[at] + (table[at + 1] - table[at]) * ((word & 0x3fffff) / 0x400000));
}
