import { hash32, keyOf, mix32, Purpose, Stream, seedState, Words } from "server-logs/generate/random";
import { describe, expect, it } from "vitest";

/** Upper 0.1 % point of chi-squared with `degrees` degrees of freedom, by Wilson & Hilferty (1931). */
const chiSquaredLimit = (degrees: number) =>
  degrees * (1 - 2 / (9 * degrees) + 3.0902 * Math.sqrt(2 / (9 * degrees))) ** 3;

function chiSquared(counts: ArrayLike<number>, expected: number): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += (counts[i] - expected) ** 2 / expected;
  return sum;
}

describe("mix32", () => {
  it("is MurmurHash3's finalizer: the values of Austin Appleby's reference", () => {
    // fmix32 of 0, 1 and 0xdeadbeef, from the C code of smhasher's MurmurHash3.cpp
    expect([mix32(0), mix32(1), mix32(0xdeadbeef)]).toEqual([0, 0x514e28b7, 0x0de5c6a9]);
  });

  it("flips each output bit with probability 1/2 when an input bit is flipped", () => {
    const rounds = 4000;
    for (let bit = 0; bit < 32; bit++) {
      const flips = new Float64Array(32);
      for (let i = 0; i < rounds; i++) {
        const x = Math.imul(i, 0x9e3779b1);
        const difference = mix32(x) ^ mix32(x ^ (1 << bit));
        for (let out = 0; out < 32; out++) flips[out] += (difference >>> out) & 1;
      }
      // five standard deviations of a Binomial(4000, 1/2)
      for (const flip of flips) expect(Math.abs(flip - rounds / 2)).toBeLessThan(5 * Math.sqrt(rounds / 4));
    }
  });
});

describe("Stream", () => {
  it("is sfc32: the recurrence of PractRand's sfc.cpp, in whole-number arithmetic", () => {
    const state = new Int32Array(4);
    seedState(state, 7, 8, 9);
    const mask = 0xffffffffn;
    let [a, b, c, counter] = [...state].map((word) => BigInt(word) & mask);
    const expected = Array.from({ length: 1000 }, () => {
      const output = (a + b + counter) & mask;
      counter = (counter + 1n) & mask;
      a = b ^ (b >> 9n);
      b = (c + (c << 3n)) & mask;
      c = (((c << 21n) | (c >> 11n)) + output) & mask;
      return Number(output);
    });
    const stream = new Stream(7, 8, 9);
    expect(Array.from({ length: 1000 }, () => stream.next())).toEqual(expected);
  });

  it("gives the same words whether they are drawn one by one or in tables", () => {
    const stream = new Stream(1, 2, 3);
    const expected = Array.from({ length: 9000 }, () => stream.next());
    const words = new Words();
    words.reseed(1, 2, 3, 5);
    const seen: number[] = [];
    let at = 0;
    while (seen.length < 9000) {
      if (at + 3 > words.end) {
        words.refill(at, 1 + (seen.length % 700));
        at = 0;
      }
      if (at < words.end) seen.push(words.table[at++]);
    }
    expect(seen).toEqual(expected);
  });

  it("has uniform bytes, in every position of the word", () => {
    const stream = new Stream(keyOf(42, Purpose.records), 0);
    const counts = Array.from({ length: 4 }, () => new Float64Array(256));
    for (let i = 0; i < 256_000; i++) {
      const word = stream.next();
      for (let byte = 0; byte < 4; byte++) counts[byte][(word >>> (8 * byte)) & 255]++;
    }
    for (const count of counts) expect(chiSquared(count, 1000)).toBeLessThan(chiSquaredLimit(255));
  });

  const neighbours: [string, (i: number) => Stream][] = [
    ["neighbouring seconds", (i) => new Stream(keyOf(42, Purpose.records), 1767571200 + i)],
    ["neighbouring seeds", (i) => new Stream(keyOf(i, Purpose.records), 1767571200)],
    ["neighbouring second addresses", (i) => new Stream(keyOf(42, Purpose.cascade), 0, i)],
    ["seeds 2^32 apart", (i) => new Stream(keyOf(5 + i * 2 ** 32, Purpose.records), 1767571200)],
  ];
  it.each(neighbours)("begins independently for %s: first words and pairs are uniform", (_, make) => {
    const n = 65_536;
    const first = new Float64Array(256);
    const pairs = new Float64Array(256);
    let previous = make(n).next();
    for (let i = 0; i < n; i++) {
      const word = make(i).next();
      first[word >>> 24]++;
      pairs[((word >>> 28) << 4) | (previous >>> 28)]++;
      previous = word;
    }
    expect(chiSquared(first, n / 256)).toBeLessThan(chiSquaredLimit(255));
    expect(chiSquared(pairs, n / 256)).toBeLessThan(chiSquaredLimit(255));
  });

  it("gives uniforms inside (0, 1) with mean 1/2 and variance 1/12", () => {
    const stream = new Stream(3, 1);
    const n = 200_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const u = stream.uniform();
      if (u <= 0 || u >= 1) expect.fail(`${u}`);
      sum += u;
      squares += u * u;
    }
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(squares / n - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / n));
  });
});

describe("keyOf", () => {
  it("tells all purposes and many seeds apart", () => {
    const keys = new Set<number>();
    const seeds = [...Array(500).keys(), 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
    for (const seed of seeds) for (const purpose of Object.values(Purpose)) keys.add(keyOf(seed, purpose));
    expect(keys.size).toBe(seeds.length * Object.keys(Purpose).length);
  });
});

describe("hash32", () => {
  it("depends on each argument and on their order", () => {
    expect(new Set([hash32(1, 2, 3), hash32(2, 1, 3), hash32(1, 3, 2), hash32(3, 2, 1)]).size).toBe(4);
  });
});
