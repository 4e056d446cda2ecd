import { describe, expect, it } from "vitest";
import { exp, ln, normalQuantile, power } from "#lib/elementary";
import {
  aliasTable,
  beta,
  binomial,
  drawAlias,
  gamma,
  normal,
  readZipf,
  zipfTable,
} from "#lib/generate/random/distributions";
import { Stream } from "#lib/generate/random/stream";
import { readShape, shapeTable } from "#lib/generate/site/latency";

/** Largest distance between an empirical and a given distribution function (Kolmogorov–Smirnov). */
function ksDistance(sample: number[], distribution: (x: number) => number): number {
  sample.sort((a, b) => a - b);
  return sample.reduce((worst, x, i) => {
    const f = distribution(x);
    return Math.max(worst, f - i / sample.length, (i + 1) / sample.length - f);
  }, 0);
}
/** Critical distance at the 0.1 % level: 1.95 / √n (Massey 1951). */
const ksLimit = (n: number) => 1.95 / Math.sqrt(n);

describe("exp, ln and power, from the four operations alone", () => {
  it("agree with Math.exp and Math.log to 2 parts in 10^15", () => {
    for (let i = -700; i <= 700; i += 0.37) {
      expect(Math.abs(exp(i) / Math.exp(i) - 1)).toBeLessThan(2e-15 * Math.max(1, Math.abs(i) / 10));
    }
    for (const x of [
      5e-324,
      1e-310,
      1e-300,
      0.1,
      0.5,
      0.999999,
      1,
      1.0000001,
      2,
      Math.E,
      10,
      12345.678,
      1e300,
    ]) {
      expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(2e-15 * Math.abs(Math.log(x)) + 1e-17);
    }
    expect(power(2, 10)).toBeCloseTo(1024, 9);
  });
});

describe("normalQuantile", () => {
  it("gives the values of the published table (Abramowitz & Stegun, 26.2)", () => {
    const table: [number, number][] = [
      [0.5, 0],
      [0.75, 0.67448975],
      [0.9, 1.281551566],
      [0.975, 1.959963985],
      [0.99, 2.326347874],
      [0.999, 3.090232306],
      [0.0001, -3.719016485],
    ];
    for (const [p, z] of table) expect(normalQuantile(p)).toBeCloseTo(z, 7);
  });
});

describe("random variates (seed fixed, n stated, 0.1 % level)", () => {
  const n = 40_000;
  const draw = (variate: (stream: Stream) => number, key = 1) => {
    const stream = new Stream(key, n);
    return Array.from({ length: n }, () => variate(stream));
  };

  it("normal has the normal distribution function", () => {
    expect(ksDistance(draw(normal), normalCdf)).toBeLessThan(ksLimit(n));
  });

  it("normal reaches its tail beyond the last layer as often as it should", () => {
    const stream = new Stream(9, 9);
    let beyond = 0;
    const tries = 2_000_000;
    for (let i = 0; i < tries; i++) if (Math.abs(normal(stream)) > 3.442619855899) beyond++;
    const expected = tries * 2 * (1 - normalCdf(3.442619855899));
    expect(Math.abs(beyond - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  it.each([1, 2, 5])("gamma(%i) has the Erlang distribution function", (shape) => {
    const erlang = (x: number) => {
      let term = 1;
      let sum = 1;
      for (let k = 1; k < shape; k++) {
        term *= x / k;
        sum += term;
      }
      return 1 - Math.exp(-x) * sum;
    };
    expect(
      ksDistance(
        draw((stream) => gamma(stream, shape)),
        erlang,
      ),
    ).toBeLessThan(ksLimit(n));
  });

  it("gamma(1/2) is half a squared normal", () => {
    const distribution = (x: number) => 2 * normalCdf(Math.sqrt(2 * x)) - 1;
    expect(
      ksDistance(
        draw((stream) => gamma(stream, 0.5)),
        distribution,
      ),
    ).toBeLessThan(ksLimit(n));
  });

  it("beta(a, 1) is u^(1/a), and beta(1/2, 1/2) the arcsine law", () => {
    expect(
      ksDistance(
        draw((stream) => beta(stream, 3, 1)),
        (x) => x ** 3,
      ),
    ).toBeLessThan(ksLimit(n));
    const arcsine = (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x));
    expect(
      ksDistance(
        draw((stream) => beta(stream, 0.5, 0.5)),
        arcsine,
      ),
    ).toBeLessThan(ksLimit(n));
  });

  it.each([
    [5, 0.3],
    [60, 0.5],
    [1000, 0.02],
    [100_000, 0.0001],
  ])("binomial(%i, %f) has the binomial probabilities", (trials, p) => {
    const counts = new Map<number, number>();
    for (const x of draw((stream) => binomial(stream, trials, p))) counts.set(x, (counts.get(x) ?? 0) + 1);
    let chiSquared = 0;
    let degrees = -1;
    let probability = (1 - p) ** trials;
    let restSeen = n;
    let restExpected = n;
    for (let k = 0; k <= trials && restExpected > 5; k++) {
      const expected = n * probability;
      if (expected >= 5) {
        const seen = counts.get(k) ?? 0;
        chiSquared += (seen - expected) ** 2 / expected;
        degrees++;
        restSeen -= seen;
        restExpected -= expected;
      }
      probability *= ((trials - k) / (k + 1)) * (p / (1 - p));
      if (k > trials * p && expected < 5) break;
    }
    expect(restSeen).toBeLessThan(restExpected + 5 * Math.sqrt(restExpected + 5));
    expect(chiSquared).toBeLessThan(degrees + 4.5 * Math.sqrt(2 * degrees) + 6);
  });

  it("binomial never leaves 0 to n, and is certain for p = 0 and 1", () => {
    const stream = new Stream(5, 5);
    for (const trials of [0, 1, 24, 25, 1e9]) {
      expect(binomial(stream, trials, 0)).toBe(0);
      expect(binomial(stream, trials, 1)).toBe(trials);
    }
  });
});

describe("alias tables", () => {
  it("give each outcome its share to 32 bits, counted over all thresholds", () => {
    const weights = [5, 0, 1, 3, 0.5, 0.25, 0.25];
    const table = aliasTable(weights);
    const columns = 2 ** table.bits;
    const share = new Float64Array(columns);
    for (let column = 0; column < columns; column++) {
      const kept = (table.threshold[column] >>> 0) / 2 ** (32 - table.bits) / columns;
      share[table.outcomes[2 * column + 1]] += kept;
      share[table.outcomes[2 * column]] += 1 / columns - kept;
    }
    weights.forEach((weight, i) => {
      expect(share[i]).toBeCloseTo(weight / 10, 8);
    });
    expect(share[1] + share[7]).toBe(0);
  });

  it("draw with all bits of the word", () => {
    const table = aliasTable([1, 1, 1, 1]);
    expect([0, 0x40000000, 0x80000000, 0xffffffff].map((word) => drawAlias(table, word))).toEqual([
      0, 1, 2, 3,
    ]);
    expect(drawAlias(aliasTable([7]), 0xffffffff)).toBe(0);
  });
});

describe("latency shapes", () => {
  const body = (p: number, spread: number) => (p / (1 - p)) ** ((spread * Math.sqrt(3)) / Math.PI);

  // Below p = 1/32 the table is one straight line, which is up to a tenth off: the very fastest answers.
  it("have the quantiles of a log-logistic body", () => {
    const table = shapeTable({ spread: 0.4, tail: 0.01, tailIndex: 2 });
    for (const p of [0.03125, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]) {
      const word = Math.round((1 - p) * 2 ** 32);
      expect(readShape(table, 0, word) / body(p, 0.4)).toBeCloseTo(1, 2);
    }
  });

  it("have a Pareto tail of the index asked for, down to one request in a million", () => {
    const table = shapeTable({ spread: 0.4, tail: 0.02, tailIndex: 1.8 });
    const at = (v: number) => readShape(table, 0, Math.round(v * 2 ** 32));
    expect(Math.log(at(1e-6) / at(1e-3)) / Math.log(1e3)).toBeCloseTo(1 / 1.8, 3);
    expect(at(0.02)).toBeCloseTo(body(0.98, 0.4), 2);
  });

  it("never fall as the word falls", () => {
    const table = shapeTable({ spread: 0.3, tail: 0.05, tailIndex: 3 });
    let previous = Number.POSITIVE_INFINITY;
    for (let word = 0; word < 2 ** 32; word += 999_983) {
      const value = readShape(table, 0, word);
      if (value > previous) expect.fail(`rises at ${word}`);
      previous = value;
    }
  });
});

describe("identifiers", () => {
  it("fall off as Zipf's law: each decade of numbers is as frequent as the next", () => {
    const table = zipfTable(9999);
    const decades = [0, 0, 0, 0];
    const n = 100_000;
    const stream = new Stream(4, 4);
    for (let i = 0; i < n; i++) {
      const id = readZipf(table, stream.next());
      if (id < 1 || id > 9999) expect.fail(`${id}`);
      decades[Math.floor(Math.log10(id))]++;
    }
    for (const seen of decades) expect(Math.abs(seen - n / 4)).toBeLessThan(5 * Math.sqrt((n * 3) / 16));
  });

  it("of a catalogue of one are always 1", () => {
    expect([0, 2 ** 31, 2 ** 32 - 1].map((word) => readZipf(zipfTable(1), word))).toEqual([1, 1, 1]);
  });
});

/** Normal distribution function, by the continued fraction of its tail and the series of its middle. */
function normalCdf(x: number): number {
  if (x < 0) return 1 - normalCdf(-x);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let k = 1; k < 100; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / fraction;
  return 1 - density / fraction;
}
