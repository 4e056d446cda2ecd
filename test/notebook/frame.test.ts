import { execFileSync } from "node:child_process";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { loadDanfo, toFrame } from "#lib/notebook/frame";
import { pathOf } from "../requirements.js";

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

describe("loc and iloc choose what pandas chooses", { tags: ["pandas"] }, () => {
  const rows = { n: [10, 11, 12, 13, 14, 15], path: ["/a", "/b", "/c", "/d", "/e", "/f"] };
  const labels = [5, 3, 9, 4, 1, 7];
  const unique = ["u", "v", "w", "x", "y", "z"];
  const mask = [true, false, false, true, true, false];
  const cases: [string, (string | number)[], "loc" | "iloc", object][] = [
    ["labels", unique, "loc", { rows: ["x", "u"] }],
    ["numbers as labels", labels, "loc", { rows: [3, 1] }],
    ["marks", labels, "loc", { rows: mask }],
    ["labels and columns", unique, "loc", { rows: ["y", "v"], columns: ["path"] }],
    ["marks and columns", labels, "loc", { rows: mask, columns: ["path", "n"] }],
    ["columns", labels, "loc", { columns: ["path"] }],
    ["positions", labels, "iloc", { rows: [4, 0], columns: [1] }],
    ["marks by position", labels, "iloc", { rows: mask }],
    ["one label", unique, "loc", { rows: ["w"] }],
  ];

  test("in every case, in one run of pandas", () => {
    const script = `
import json, sys, pandas
given = json.load(sys.stdin)
out = []
for _, labels, how, chosen in given["cases"]:
    frame = pandas.DataFrame(given["rows"], index=labels)
    rows, columns = chosen.get("rows", slice(None)), chosen.get("columns", slice(None))
    got = getattr(frame, how)[rows, columns]
    out.append({"index": got.index.tolist(), "columns": list(got.columns), "values": got.values.tolist()})
json.dump(out, sys.stdout)`;
    // A text alone is a range to Danfo, or a label in quotes.
    const input = JSON.stringify({ rows, cases });
    const expected = JSON.parse(
      execFileSync(pathOf("pandas"), ["-c", script], { input, encoding: "utf8" }),
    ) as object[];
    const got = cases.map(([name, index, how, chosen]) => {
      const { DataFrame } = loadDanfo();
      const frame = new DataFrame(rows, { index });
      const quoted = name === "one label" ? { rows: ['"w"'] } : chosen;
      const some = frame[how](quoted as never);
      expect(frame.index).toEqual(index); // as it was
      return { index: some.index, columns: some.columns, values: some.values };
    });
    expect(got).toEqual(expected);
  });
});

test("loc refuses what it cannot find, and marks that are too few", () => {
  const frame = toFrame({ n: [1, 2, 3] });
  expect(() => frame.loc({ rows: [1, 7] })).toThrow("IndexError: Specified index (7) not found");
  expect(() => frame.loc({ rows: [true, false] as never })).toThrow(
    "IndexError: rows has 2 marks, but there are 3 rows",
  );
  expect(frame.loc({ rows: ["0:2"] }).column("n").values).toEqual([1, 2]);
  expect(frame.column("n").loc([false, true, true] as never).values).toEqual([2, 3]);
});

test("describe, sortValues and loc take a frame of 300,000 rows, for which Danfo's own took minutes", () => {
  const length = 300_000;
  const frame = toFrame({ n: Array.from({ length }, (_, i) => (i * 7919) % length) }); // a permutation: 7919 is prime
  expect(frame.describe().column("n").values.slice(0, 2)).toEqual([length, (length - 1) / 2]);
  const short = toFrame({ n: [1, 2, 3], o: [4, 5, 6] });
  expect(short.loc({ columns: ["n"] }).shape).toEqual([3, 1]);
  expect(() => short.loc({ columns: ["m"] })).toThrow(/m/);
  const sorted = frame.sortValues("n").column("n").values;
  expect([sorted.length, sorted.findIndex((n, i) => n !== i)]).toEqual([length, -1]);
  const large = frame.column("n").ge(length / 2);
  expect(frame.loc({ rows: large }).shape).toEqual([length / 2, 1]);
  expect(frame.loc({ rows: frame.index }).shape).toEqual([length, 1]);
  expect(frame.loc({ rows: ["1000:299000"] }).shape).toEqual([298_000, 1]);
  const derived = frame.sortValues("n"); // of the parent class, as is each frame that Danfo reads from a file
  expect(derived.constructor).not.toBe(frame.constructor);
  expect(derived.loc({ rows: derived.index }).shape).toEqual([length, 1]);
  expect(derived.column("n").loc(derived.index).shape).toEqual([length, 1]);
  expect(() => derived.loc({ rows: [true] })).toThrow("rows has 1 marks, but there are 300000 rows");
});
