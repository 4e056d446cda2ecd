import { execFileSync } from "node:child_process";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { loadDanfo, toFrame } from "#lib/notebook/frame";

describe("a Danfo frame of the library", () => {
  test("has the columns, in their order, and Danfo's own missing value for missing numbers", () => {
    const frame = toFrame({ endpoint: ["/a", null], requests: [3, null] });
    expect(frame.columns).toEqual(["endpoint", "requests"]);
    expect(frame.column("requests").values).toEqual([3, Number.NaN]);
    expect(frame.column("requests").sum()).toBe(3);
  });

  test("keeps its columns when it has no rows", () => {
    expect(toFrame({ endpoint: [], requests: [] }).columns).toEqual(["endpoint", "requests"]);
  });

  test("prints as a table, and so do what Danfo makes of it: head, a column, groups, a description", () => {
    const frame = toFrame({ endpoint: ["/a", "/b", "/b"], ms: [1, 2, 4.5] });
    expect(inspect(frame)).toBe("   endpoint   ms\n0  /a        1.0\n1  /b        2.0\n2  /b        4.5");
    expect(inspect(frame.head(1))).toBe("   endpoint  ms\n0  /a         1");
    expect(inspect(frame.column("ms"))).toBe("    ms\n0  1.0\n1  2.0\n2  4.5");
    expect(inspect(frame.groupby(["endpoint"]).col(["ms"]).mean())).toContain("/b           3.25");
    expect(inspect(frame.groupby(["endpoint"]))).toMatch(/^2 groups by endpoint/);
    expect(inspect(frame.describe())).toMatch(/\nmedian +2\.000\n/);
    expect(inspect([frame.head(1)])).toContain("/a");
  });
});

// The statistics (mathjs) are what takes longest to load; a fresh process tells what a notebook's does.
test("Danfo loads without its statistics, which arrive when called and give the right numbers", () => {
  const script = `
    import { createRequire } from "node:module";
    import { loadDanfo, toFrame } from "#lib/notebook/frame";
    const { cache } = createRequire(import.meta.url);
    const loaded = () => Object.keys(cache).some((file) => /mathjs.lib.browser.math.js$/.test(file));
    const frame = toFrame({ ms: [2, 4, 4, 4, 5, 5, 7, 9] });
    const before = loaded();
    const std = frame.column("ms").std();
    console.log(JSON.stringify({ before, after: loaded(), std }));`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  const { before, after, std } = JSON.parse(out);
  expect({ before, after }).toEqual({ before: false, after: true });
  expect(std).toBeCloseTo(Math.sqrt(32 / 7), 12); // sum of squares 32 about the mean 5, n − 1 = 7
});

test("describe leaves out times, text and missing values, where Danfo's own fails or answers NaN", () => {
  const { DataFrame } = loadDanfo();
  const time = [1, 2, 3, 4].map((hour) => new Date(Date.UTC(2026, 0, 5, hour)));
  const described = new DataFrame({
    time,
    endpoint: ["/", "/", "/", "/"],
    ms: [1, Number.NaN, 3, 8],
  }).describe();
  expect(described.columns).toEqual(["ms"]);
  expect(described.index).toEqual(["count", "mean", "std", "min", "median", "max", "variance"]);
  expect(described.column("ms").values).toEqual([3, 4, Math.sqrt(13), 1, 3, 8, 13]); // (9 + 1 + 16) / 2 = 13
});

// The deviations are those of Python's `statistics`; the orders are those that pandas documents for a stable sort_values.
describe("as pandas has it", () => {
  const columns = { endpoint: ["/d", "/a", "/c", "/b", "/e"], ms: [7.5, 2, Number.NaN, 2, 300] };

  test("describe gives the sample's deviation", () => {
    const values = toFrame(columns).describe().column("ms").values;
    expect(values).toEqual(
      [4, 77.875, 148.10602902425455, 2, 4.75, 300, 21935.395833333332].map((n) => expect.closeTo(n, 8)),
    );
  });

  test.each([
    [true, ["/a", "/b", "/d", "/e", "/c"], [1, 3, 0, 4, 2]],
    [false, ["/e", "/d", "/a", "/b", "/c"], [4, 0, 1, 3, 2]],
  ])(
    "sortValues with ascending %s keeps equal rows in order, puts missing values last and moves the index along",
    (ascending, endpoints, index) => {
      const frame = toFrame(columns);
      const sorted = frame.sortValues("ms", { ascending });
      expect(sorted.column("endpoint").values).toEqual(endpoints);
      expect(sorted.index).toEqual(index);
      frame.sortValues("ms", { ascending, inplace: true });
      expect([frame.column("endpoint").values, frame.index]).toEqual([endpoints, index]);
      expect(() => frame.sortValues("none")).toThrow(/"none" not found/);
    },
  );
});

test("describe and sortValues take a frame of 300,000 rows, for which Danfo's own took minutes", () => {
  const length = 300_000;
  const frame = toFrame({ n: Array.from({ length }, (_, i) => (i * 7919) % length) }); // a permutation: 7919 is prime
  expect(frame.describe().column("n").values.slice(0, 2)).toEqual([length, (length - 1) / 2]);
  const short = toFrame({ n: [1, 2, 3], o: [4, 5, 6] });
  expect(short.loc({ columns: ["n"] }).shape).toEqual([3, 1]);
  expect(() => short.loc({ columns: ["m"] })).toThrow(/m/);
  expect(frame.sortValues("n").column("n").values).toEqual(Array.from({ length }, (_, i) => i));
});
