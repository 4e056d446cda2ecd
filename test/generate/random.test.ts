import { describe, expect, it } from "vitest";
import { hash32, mix32, Purpose, Stream, streamKey, Words } from "#lib/generate/random/stream";

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
    const mask = 0xffffffffn;
    const digitsOfPi = [0, 0x243f6a88, 0x85a308d3];
    let [a, b, c] = [hash32(7, 8, 9), hash32(7 ^ digitsOfPi[1], 8, 9), hash32(7 ^ digitsOfPi[2], 9, 8)].map(
      (word) => BigInt(word) & mask,
    );
    let counter = 1n;
    // PractRand draws the first twelve words when it seeds, and gives the others.
    const expected = Array.from({ length: 1012 }, () => {
      const output = (a + b + counter) & mask;
      counter = (counter + 1n) & mask;
      a = b ^ (b >> 9n);
      b = (c + (c << 3n)) & mask;
      c = (((c << 21n) | (c >> 11n)) + output) & mask;
      return Number(output);
    });
    const stream = new Stream(7, 8, 9);
    expect(Array.from({ length: 1000 }, () => stream.next())).toEqual(expected.slice(12));
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
    const stream = new Stream(streamKey(42, Purpose.records), 0);
    const counts = Array.from({ length: 4 }, () => new Float64Array(256));
    for (let i = 0; i < 256_000; i++) {
      const word = stream.next();
      for (let byte = 0; byte < 4; byte++) counts[byte][(word >>> (8 * byte)) & 255]++;
    }
    for (const count of counts) expect(chiSquared(count, 1000)).toBeLessThan(chiSquaredLimit(255));
  });

  const neighbours: [string, (i: number) => Stream][] = [
    ["neighbouring seconds", (i) => new Stream(streamKey(42, Purpose.records), 1767571200 + i)],
    ["neighbouring seeds", (i) => new Stream(streamKey(i, Purpose.records), 1767571200)],
    ["neighbouring second addresses", (i) => new Stream(streamKey(42, Purpose.cascade), 0, i)],
    ["seeds 2^32 apart", (i) => new Stream(streamKey(5 + i * 2 ** 32, Purpose.records), 1767571200)],
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

/** Tests for dependence that the batteries have too, small: each gives a value that is about N(0, 1) for random words. */
const dependence = {
  /** Knuth (TAOCP 2, 3.3.2 J) after Marsaglia: repeated spacings of 4096 birthdays in 2^32 days are Poisson(4). */
  "birthday spacings": (next: () => number) => {
    const times = 64;
    let repeated = 0;
    for (let time = 0; time < times; time++) {
      const days = Uint32Array.from({ length: 4096 }, next).sort();
      const spacings = days.map((day, i) => day - (i === 0 ? 0 : days[i - 1])).sort();
      for (let i = 1; i < spacings.length; i++) if (spacings[i] === spacings[i - 1]) repeated++;
    }
    return (repeated - 4 * times) / Math.sqrt(4 * times);
  },
  /** Knuth (3.3.2 I): 2^16 balls in 2^20 urns; collisions are about Poisson where urns are many. */
  collisions: (next: () => number) => {
    const [balls, urns, times] = [65_536, 2 ** 20, 8];
    const expected = times * (balls - urns * (1 - (1 - 1 / urns) ** balls));
    let collisions = 0;
    for (let time = 0; time < times; time++) {
      const taken = new Uint8Array(urns);
      for (let ball = 0; ball < balls; ball++) {
        const urn = next() >>> 12;
        collisions += taken[urn];
        taken[urn] = 1;
      }
    }
    return (collisions - expected) / Math.sqrt(expected);
  },
  /** Marsaglia & Tsay (1985): a random 32 × 32 matrix over GF(2) has full rank with probability 0.2887880951. */
  "matrix rank": (next: () => number) => {
    const [matrices, p] = [4000, 0.2887880951];
    let full = 0;
    for (let matrix = 0; matrix < matrices; matrix++) {
      const rows = Array.from({ length: 32 }, next);
      let rank = 0;
      for (let bit = 0; bit < 32; bit++) {
        const pivot = rows.findIndex((row, i) => i >= rank && (row >>> bit) & 1);
        if (pivot < 0) break;
        [rows[rank], rows[pivot]] = [rows[pivot], rows[rank]];
        for (let i = rank + 1; i < 32; i++) if ((rows[i] >>> bit) & 1) rows[i] ^= rows[rank];
        rank++;
      }
      if (rank === 32) full++;
    }
    return (full - matrices * p) / Math.sqrt(matrices * p * (1 - p));
  },
  /** L'Ecuyer & Simard (1999): the numbers of ones in a word and in the next are uncorrelated; each has variance 8. */
  "weights of neighbours": (next: () => number) => {
    const pairs = 100_000;
    const ones = (word: number) => {
      let count = 0;
      for (; word !== 0; word &= word - 1) count++;
      return count;
    };
    let sum = 0;
    let previous = ones(next());
    for (let pair = 0; pair < pairs; pair++) {
      const weight = ones(next());
      sum += (previous - 16) * (weight - 16);
      previous = weight;
    }
    return sum / 8 / Math.sqrt(pairs);
  },
};

describe("words of neighbours, taken in turn, are independent", () => {
  const interleaved = (make: (i: number) => { next(): number }) => {
    const streams = Array.from({ length: 4096 }, (_, i) => make(i));
    let turn = 0;
    return () => streams[turn++ & 4095].next();
  };
  const arrangements: Record<string, () => () => number> = {
    "one stream": () => {
      const stream = new Stream(streamKey(42, Purpose.records), 1767571200);
      return () => stream.next();
    },
    "4096 neighbouring seconds": () =>
      interleaved((i) => new Stream(streamKey(42, Purpose.records), 1767571200 + i)),
    "4096 neighbouring seeds": () =>
      interleaved((i) => new Stream(streamKey(i, Purpose.records), 1767571200)),
  };
  const names = Object.keys(dependence) as (keyof typeof dependence)[];
  const all = Object.keys(arrangements).flatMap((arrangement) =>
    names.map((name) => [name, arrangement] as const),
  );
  it.each(all)("%s of %s", (name, arrangement) => {
    expect(Math.abs(dependence[name](arrangements[arrangement]()))).toBeLessThan(4); // p = 6e-5
  });

  it.each(names)("%s would notice a bad generator", (name) => {
    // Weyl's sequence: equidistributed, and nothing else
    let word = 0;
    const weyl = () => (word = (word + 0x9e3779b9) >>> 0);
    // ones come in runs of words, as from neighbours that begin alike
    let turn = 0;
    const stream = new Stream(1, 1);
    const alike = () =>
      ((turn++ >> 3) & 1 ? stream.next() | stream.next() : stream.next() & stream.next()) >>> 0;
    expect(Math.abs(dependence[name](name === "weights of neighbours" ? alike : weyl))).toBeGreaterThan(10);
  });
});

describe("streamKey", () => {
  it("tells all purposes and many seeds apart", () => {
    const keys = new Set<number>();
    const seeds = [...Array(500).keys(), 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
    for (const seed of seeds)
      for (const purpose of Object.values(Purpose)) keys.add(streamKey(seed, purpose));
    expect(keys.size).toBe(seeds.length * Object.keys(Purpose).length);
  });
});

describe("hash32", () => {
  it("depends on each argument and on their order", () => {
    expect(new Set([hash32(1, 2, 3), hash32(2, 1, 3), hash32(1, 3, 2), hash32(3, 2, 1)]).size).toBe(4);
  });
});
