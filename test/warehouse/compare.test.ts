import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import * as chart from "#lib/notebook/charts";
import { compare as compareInCell } from "#lib/notebook/verbs";
import { csvHeader } from "#lib/record";
import { ask } from "#lib/warehouse/ask";
import { compare } from "#lib/warehouse/compare";
import { generate } from "#lib/write/generate";

/** A log of so many requests of each path and status, one a second; `ms` is the response time of the i-th. */
function logOf(parts: [path: string, status: number, count: number][], ms = (i: number) => 10 + (i % 7)) {
  const lines = parts
    .flatMap(([path, status, count]) => Array.from({ length: count }, () => [path, status] as const))
    .map(([path, status], i) => {
      const time = new Date(Date.UTC(2026, 0, 5) + 1000 * i).toISOString();
      return `${time},192.0.2.1,${path},${status},${ms(i).toFixed(2)}`;
    });
  const csv = new TextEncoder().encode(`${csvHeader}\n${lines.join("\n")}${lines.length > 0 ? "\n" : ""}`);
  return { csv, records: lines.length };
}

describe("two logs side by side", () => {
  it("have the counts and quantiles that ask gives of each", async () => {
    const [a, b] = [await generate({ rows: 3000, seed: 1 }), await generate({ rows: 2000, seed: 2 })];
    const { measures, statuses, endpoints } = await compare(a, b, { names: ["monday", "tuesday"] });
    for (const [name, log] of [
      ["monday", a],
      ["tuesday", b],
    ] as const) {
      const of = Object.fromEntries(measures.measure!.map((measure, i) => [measure, measures[name]![i]]));
      const { requests, clients, p50_ms, p95_ms } = await ask("overview", log);
      expect(of).toMatchObject({
        requests: requests![0],
        clients: clients![0],
        p50_ms: p50_ms![0],
        p95_ms: p95_ms![0],
      });
      const codes = await ask("status_codes", log);
      const some = statuses.status_code!.filter((_, i) => Number(statuses[name]![i]) > 0);
      expect(some).toEqual(codes.status_code);
      expect(statuses[name]!.filter((n) => Number(n) > 0)).toEqual(codes.requests);
      expect(endpoints[name]!.reduce((sum: number, n) => sum + Number(n), 0)).toBe(log.records);
    }
  });

  it("differ in shares by as many standard errors as the test of two proportions says", async () => {
    // R 4: prop.test(c(150, 250), c(500, 500), correct = FALSE) has X-squared = 41.667, whose root is 6.455
    const a = logOf([
      ["/x", 500, 150],
      ["/x", 200, 350],
    ]);
    const b = logOf([
      ["/x", 500, 250],
      ["/x", 200, 250],
    ]);
    expect((await compare(a, b)).changes).toEqual({
      endpoint: ["/x"],
      measure: ["percent failed (5xx)"],
      a: [30],
      b: [50],
      ratio: [1.67],
      standard_errors: [6.5],
    });
  });

  it("show a planted outage at its endpoint, the surest of all changes", async () => {
    const options = { rows: 250_000, seed: 3, incidents: ["checkout_outage"] };
    const [quiet, broken] = [await generate({ ...options, withoutIncidents: true }), await generate(options)];
    const { changes } = await compare(quiet, broken);
    expect(changes.endpoint![0]).toBe("/checkout");
    expect(changes.measure![0]).toBe("percent failed (5xx)");
    expect(new Set(changes.endpoint)).toEqual(new Set(["/checkout"]));
  });

  it("show an endpoint that is there in one alone, and one that got slow", async () => {
    const a = logOf([
      ["/", 200, 400],
      ["/old", 200, 100],
    ]);
    const b = logOf(
      [
        ["/", 200, 400],
        ["/new", 200, 100],
      ],
      (i) => 30 + (i % 7),
    );
    const { changes } = await compare(a, b);
    const rows = changes.endpoint!.map(
      (endpoint, i) => `${endpoint} ${changes.measure![i]} ${changes.ratio![i]}`,
    );
    expect(rows.sort()).toEqual([
      "/ p50 (ms) 2.54", // the medians are 13 and 33
      "/new percent of requests null",
      "/old percent of requests 0",
    ]);
  });

  it.each([
    ["all 0 before", () => 0, (i: number) => 30 + (i % 7), 0, 33, null],
    ["all 0 after", (i: number) => 30 + (i % 7), () => 0, 33, 0, 0],
    ["all the same, twice", () => 5, () => 10, 5, 10, 2],
  ])("show a median that changed where times are %s", async (_, before, after, from, to, ratio) => {
    const [a, b] = [before, after].map((ms) => logOf([["/", 200, 400]], ms));
    const { changes } = await compare(a!, b!);
    expect(changes).toMatchObject({ measure: ["p50 (ms)"], a: [from], b: [to], ratio: [ratio] });
    expect(Number.isFinite(changes.standard_errors![0])).toBe(true);
  });

  it("of one kind do not differ in errors and response times: 40 pairs of seeds, 12 endpoints each", async () => {
    // Of 960 comparisons of 4 standard errors or more, chance alone gives 0.06.
    const logs = await Promise.all(Array.from({ length: 9 }, (_, seed) => generate({ rows: 4000, seed })));
    const found: unknown[] = [];
    for (const [i, a] of logs.entries())
      for (const b of logs.slice(i + 1)) {
        const { endpoint, measure } = (await compare(a, b)).changes;
        found.push(...endpoint!.filter((_, row) => measure![row] !== "percent of requests"));
      }
    expect(found).toEqual([]);
  });

  it("are refused where there is nothing to compare, or their names are one", async () => {
    const log = logOf([["/", 200, 1]]);
    await expect(compare(logOf([]), log)).rejects.toThrow("a: the log holds no record to compare");
    await expect(compare(log, log, { names: ["x", "x"] })).rejects.toThrow(
      /^names: got .* it must be two different texts/,
    );
  });
});

describe("in a cell, a comparison", () => {
  const broken = logOf([
    ["/x", 500, 250],
    ["/<b>y</b>", 200, 250],
  ]);
  const quiet = logOf([
    ["/x", 200, 250],
    ["/<b>y</b>", 200, 250],
  ]);

  it("is a table of measures and one of what changed", async () => {
    const text = inspect(await compareInCell(quiet, broken, { names: ["quiet", "broken"] }));
    expect(text.split("\n").slice(0, 3)).toEqual([
      expect.stringMatching(/^ +log +requests .*server_error_percent +p50_ms +p95_ms$/),
      expect.stringMatching(/^0 +quiet +500 /),
      expect.stringMatching(/^1 +broken +500 /),
    ]);
    expect(text).toContain("What changed most from quiet to broken, by more than chance:");
    expect(inspect(await compareInCell(quiet, quiet))).toContain("No endpoint changed from a to b");
  });

  it("is drawn as multiples, and says what has none", async () => {
    const some = await compareInCell(
      logOf([
        ["/x", 500, 100],
        ["/x", 200, 400],
        ["/y", 200, 500],
      ]),
      logOf([
        ["/x", 500, 300],
        ["/x", 200, 200],
        ["/y", 500, 500],
      ]),
    );
    const { data, layout } = chart.comparison(some).figure as {
      data: { x: number[]; y: string[] }[];
      layout: { title: { text: string; subtitle: { text: string } } };
    };
    expect([data[0]!.x, data[0]!.y]).toEqual([[3], ["/x: percent failed (5xx)"]]);
    expect(layout.title.text).toBe("What changed most from a to b?");
    expect(layout.title.subtitle.text).toBe(
      "Not drawn: 1 change from or to 0, which no ratio can show; see the table",
    );
  });
});
