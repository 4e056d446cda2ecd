import { exp, ln, power } from "../../elementary.js";
import type { Latency, Site } from "../../scenario/types.js";
import type { Outcome } from "../batch.js";
import { normal } from "../random/distributions.js";
import { Purpose, Stream, streamKey } from "../random/stream.js";

/**
 * Response times. A response time is the median of the endpoint, times a factor for the status, times a draw from the
 * endpoint's shape, times the load and drift of the second.
 */

/** Knots in each octave of the quantile table. */
const KNOTS = 32;
const OCTAVES = 33;

/**
 * Quantiles of a shape with median 1, read with one 32-bit word w: v = w / 2^32 is the probability of a longer answer.
 * Each octave (v from 1/2 to 1, 1/4 to 1/2, …) has 32 straight lines, so that the far tail is as exact as the body.
 *
 * The body is log-logistic, the usual family that fits best (measured, see realism.md of the design notes); its
 * standard deviation of ln is s·π/√3. The tail is Pareto, and begins where `tail` of the requests remain.
 */
export function shapeTable({ spread, tail, tailIndex }: Omit<Latency, "p50">): Float64Array {
  const s = (spread * Math.sqrt(3)) / Math.PI;
  const body = (v: number) => power((1 - v) / v, s);
  const join = body(tail);
  return quantileTable((v) =>
    v >= tail ? body(Math.min(v, 1 - 1 / 1024)) : join * power(tail / v, 1 / tailIndex),
  );
}

/** @param quantile the quantile, as a function of the probability of a longer answer */
function quantileTable(quantile: (v: number) => number): Float64Array {
  const table = new Float64Array(OCTAVES * (KNOTS + 1));
  for (let octave = 0, probability = 1; octave < OCTAVES; octave++, probability /= 2) {
    for (let knot = 0; knot <= KNOTS; knot++) {
      table[octave * (KNOTS + 1) + knot] = quantile(((1 + knot / KNOTS) * probability) / 2);
    }
  }
  return table;
}

/** Reads the shape that begins at `begin`, with one random word. */
export function readShape(table: Float64Array, begin: number, word: number): number {
  const octave = Math.clz32(word);
  const mantissa = (word << octave) << 1; // the bits after the leading 1, moved to the top
  const at = begin + octave * (KNOTS + 1) + (mantissa >>> 27);
  return table[at] + (table[at + 1] - table[at]) * ((mantissa & 0x7ffffff) / 0x8000000);
}

/**
 * How a status changes the time of an endpoint's normal answer. Measured on public logs: a 301 takes 0.3 ms and a 304
 * half as long as a 200, 502 and 503 come at once, 401 and 429 are refused early, and a 500 is often slow.
 */
const STATUS_FACTOR: Readonly<Record<number, number>> = {
  301: 0.3,
  302: 0.8,
  304: 0.5,
  400: 0.3,
  401: 0.25,
  403: 0.2,
  404: 0.5,
  429: 0.1,
  500: 3,
};

/** Milliseconds after which a proxy that cannot reach its back end answers, whatever the request. */
const AT_ONCE: Readonly<Record<number, number>> = { 502: 1.2, 503: 0.6 };

/** The status with which a proxy answers when it gives up waiting. */
export const TIMED_OUT = 504;

/** What the inner loop needs to draw the response time of an outcome. */
export interface LatencyTables {
  /** All shapes, one after the other; the shape of an outcome begins at `shapeAt`. */
  readonly shapes: Float64Array;
  readonly shapeAt: Int32Array;
  /** Median in hundredths of a millisecond, by outcome. */
  readonly scale: Float64Array;
  /** 1 if load and drift slow the outcome; 0 if it takes the same time whatever the load. */
  readonly loaded: Float64Array;
  /**
   * How long a proxy waits, in hundredths of a millisecond. An answer that would take longer becomes a 504, and its
   * time is drawn again.
   */
  readonly limit: number;
  /** By outcome: the outcome of the same endpoint with status 504. */
  readonly timedOut: Uint16Array;
}

/** Numbers in a shape table. */
const SHAPE_SIZE = OCTAVES * (KNOTS + 1);

/**
 * A proxy such as nginx gives up when it first looks at its timers after the limit. So a 504 is late by 0.02 % of the
 * limit on average, exponentially distributed, and never early.
 */
const LATENESS = 0.0002;
const afterLimit = (v: number) => 1 - LATENESS * ln(v);

/** Prepares the shapes and scales of all outcomes. */
export function latencyTables(outcomes: readonly Outcome[], site: Site): LatencyTables {
  const index = new Map<string, number>();
  const shapes: Float64Array[] = [];
  const limit = Math.ceil(site.timeLimit * 100);
  const timeouts = new Map<number, number>();
  outcomes.forEach(({ endpointIndex, status }, i) => {
    if (status === TIMED_OUT) timeouts.set(endpointIndex, i);
  });
  const shapeAt = new Int32Array(outcomes.length);
  const scale = new Float64Array(outcomes.length);
  const loaded = new Float64Array(outcomes.length).fill(1);
  outcomes.forEach(({ endpoint, status }, i) => {
    const { p50, spread, tail, tailIndex } = endpoint.latency;
    const key = status === TIMED_OUT ? "timed out" : `${spread} ${tail} ${tailIndex}`;
    if (!index.has(key)) {
      index.set(key, shapes.length);
      shapes.push(status === TIMED_OUT ? quantileTable(afterLimit) : shapeTable({ spread, tail, tailIndex }));
    }
    shapeAt[i] = index.get(key)! * SHAPE_SIZE;
    if (status === TIMED_OUT) {
      scale[i] = limit;
      loaded[i] = 0;
    } else if (AT_ONCE[status] !== undefined) {
      scale[i] = AT_ONCE[status] * 100;
      loaded[i] = 0;
    } else {
      scale[i] = p50 * 100 * (STATUS_FACTOR[status] ?? 1);
    }
  });
  const all = new Float64Array(shapes.length * SHAPE_SIZE);
  shapes.forEach((shape, i) => {
    all.set(shape, i * SHAPE_SIZE);
  });
  const timedOut = Uint16Array.from(outcomes, ({ endpointIndex }) => timeouts.get(endpointIndex)!);
  // Times are rounded, and a time less than one half below the limit would be rounded up to it.
  return { shapes: all, shapeAt, scale, loaded, limit: limit - 0.5, timedOut };
}

/**
 * The factor by which the load of a second lengthens all answers: 1 / (1 − ρ), as in an M/M/1 queue, relative to the
 * mean rate. ρ is limited to 0.95, where a real server would shed load.
 */
export function loadFactor(utilisation: number, intensity: number): number {
  return (1 - utilisation) / (1 - Math.min(0.95, utilisation * intensity));
}

/** Slow drift of all response times: lognormal at knots 10 minutes apart, with straight lines between them. */
export class Drift {
  readonly #key: number;
  readonly #spread: number;
  readonly #stream = new Stream(0, 0);
  #knot = Number.NaN;
  #left = 0;
  #right = 0;

  constructor(seed: number, spread: number) {
    this.#key = streamKey(seed, Purpose.drift);
    this.#spread = spread;
  }

  /** The factor in a second since 1970. */
  at(second: number): number {
    if (this.#spread === 0) return 1;
    const knot = Math.floor(second / 600);
    if (knot !== this.#knot) {
      this.#left = exp(normal(this.#stream.reseed(this.#key, knot)) * this.#spread);
      this.#right = exp(normal(this.#stream.reseed(this.#key, knot + 1)) * this.#spread);
      this.#knot = knot;
    }
    const share = second / 600 - knot;
    return this.#left * (1 - share) + this.#right * share;
  }
}
