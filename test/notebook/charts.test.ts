import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as chart from "#lib/notebook/charts";
import { logBins, plainBins, quantile } from "#lib/notebook/distribution";
import { toFrame } from "#lib/notebook/frame";

const title = "Which endpoints?";
const requests = { endpoint: ["/a", "/b"], requests: [30, 4] };
// biome-ignore lint/suspicious/noExplicitAny: a figure is Plotly's free form
const figureOf = (drawn: chart.Chart) => drawn.figure as any;

const hostile = [
  "/<img src=x onerror=alert(1)>",
  '<a href="javascript:alert(1)">free</a>',
  "<b>bold</b><br>line",
  "%{y} %{customdata}",
  "$\\frac{1}{2}$",
  "&lt;i&gt;",
  "\u202egnp.exe\n\0",
];

/** All texts anywhere in a value. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(texts);
  return [];
}

describe("hostile text in a chart", () => {
  const columns = {
    [hostile[0]!]: hostile,
    n: hostile.map((_, i) => i + 1),
    m: hostile.map((_, i) => 2 * i + 1),
  };
  const x = hostile[0]!;
  const drawn = hostile.flatMap((text) => [
    chart.bars(columns, { x, y: "n", title: text, unit: text }),
    chart.bars({ [text]: ["a"], [`${text}2`]: [1], n: [1] }, { x: text, y: [`${text}2`, "n"], title }),
    chart.boxes(columns, { x: "n", by: x, title: text }),
    chart.points(columns, { x: ["n", "m"], y: x, title: text, xName: text }),
    chart.lines(columns, { x: "n", y: ["m"], title: text, yName: text }),
    chart.histogram({ [text]: [1, 2] }, { x: text, title: text }),
    chart.totals({ [text]: [1], t: ["2026-01-05"] }, { x: [text, "t"], title: text }),
  ]);

  test("holds no tag, no formula and no template of Plotly's but the chart's own", () => {
    for (const one of drawn) {
      for (const text of texts(one.figure)) {
        const own = text.replace(/%\{(x|y|customdata)(:,)?\}|<br>|<extra><\/extra>/g, "");
        expect(own).not.toMatch(/[<>$]|%\{|\p{Cc}|\u202e/u);
      }
    }
  });

  test("stays as it is in the text form, but for what cannot be seen", () => {
    const text = String(chart.bars(columns, { x, y: "n", title }));
    expect(text).toContain("/<img src=x onerror=alert(1)>");
    expect(text).toContain("\\u202egnp.exe\\n\\0");
  });

  test("of 100 kB makes a small figure; two labels cut alike stay two bars", () => {
    const long = (end: string) => `/${"x".repeat(50_000)}${end}${"x".repeat(50_000)}`;
    const figure = figureOf(
      chart.bars({ endpoint: [long("a"), long("b")], n: [1, 2] }, { x: "endpoint", y: "n", title }),
    );
    expect(JSON.stringify(figure).length).toBeLessThan(3000);
    expect(new Set(figure.data[0].y).size).toBe(2);
  });
});

describe("a chart", () => {
  test("takes columns, a Danfo frame or, with its index as x, a Danfo series", () => {
    const frame = toFrame(requests);
    const options = { x: "endpoint", y: "requests", title };
    expect(figureOf(chart.bars(frame, options))).toEqual(figureOf(chart.bars(requests, options)));
    const series = frame.setIndex({ column: "endpoint" }).column("requests");
    expect(figureOf(chart.bars(series, options)).data[0]).toMatchObject({ x: ["/a", "/b"], y: [30, 4] });
  });

  test("always names its axes with their units", () => {
    const columns = {
      hour: ["2026-01-05 00:00:00", "2026-01-05 01:00:00"],
      p99_ms: [1, 2],
      a_percent: [1, 2],
      b_percent: [0, 1],
    };
    const axes = (drawn: chart.Chart) => [
      figureOf(drawn).layout.xaxis.title.text,
      figureOf(drawn).layout.yaxis.title.text,
    ];
    expect(axes(chart.lines(columns, { x: "hour", y: "p99_ms", title }))).toEqual(["hour (UTC)", "p99 (ms)"]);
    expect(axes(chart.lines(columns, { x: "hour", y: ["a_percent", "b_percent"], title }))).toEqual([
      "hour (UTC)",
      "share (&#37;)",
    ]);
    expect(axes(chart.histogram(columns, { x: "p99_ms", title }))).toEqual(["p99 (ms)", "records"]);
    expect(axes(chart.bars(requests, { x: "endpoint", y: "requests", unit: "per hour", title }))).toEqual([
      "endpoint",
      "requests (per hour)",
    ]);
  });

  test("takes status codes as categories, not as numbers from 200 to 503", () => {
    const { layout, data } = figureOf(
      chart.bars({ status_code: [200, 503], n: [9, 1] }, { x: "status_code", y: "n", title }),
    );
    expect(layout.xaxis.type).toBe("category");
    expect(data[0].x).toEqual(["200", "503"]);
  });

  test("lies down for long names", () => {
    expect(figureOf(chart.bars(requests, { x: "endpoint", y: "requests", title })).data[0].orientation).toBe(
      "v",
    );
    const long = { ...requests, endpoint: ["/api/recommendations", "/b"] };
    expect(figureOf(chart.bars(long, { x: "endpoint", y: "requests", title })).data[0].orientation).toBe("h");
  });

  test("says what it left out", () => {
    const columns = { ms: [1, 10, 0, null] };
    const note = (drawn: chart.Chart) => figureOf(drawn).layout.title.subtitle.text;
    expect(note(chart.histogram(columns, { x: "ms", log: true, title }))).toBe(
      "1 record without a value left out; 1 value of 0 or less left out",
    );
    const many = { endpoint: Array.from({ length: 1200 }, (_, i) => `/${i}`), n: new Array(1200).fill(1) };
    expect(note(chart.bars(many, { x: "endpoint", y: "n", title }))).toBe("first 40 of 1,200 rows");
  });

  test("takes times as UTC, whatever their form", () => {
    const forms = ["2026-01-05T01:00:00.000Z", "2026-01-05 01:00:00", new Date(Date.UTC(2026, 0, 5, 1))];
    for (const form of forms) {
      const { data, layout } = figureOf(chart.lines({ hour: [form], n: [1] }, { x: "hour", y: "n", title }));
      expect([layout.xaxis.type, data[0].x]).toEqual(["date", ["2026-01-05 01:00"]]);
    }
  });

  test("shows a million values as a small figure", () => {
    const ms = Float64Array.from({ length: 1_000_000 }, (_, i) => 1 + (i % 1000));
    const drawn = chart.histogram({ ms: Array.from(ms) }, { x: "ms", title });
    expect(JSON.stringify(drawn.figure).length).toBeLessThan(5000);
  });

  test.each([
    [
      () => chart.bars(requests, { x: "endpoit", y: "requests", title }),
      'x: there is no column "endpoit"; the columns are "endpoint", "requests"',
    ],
    [
      () => chart.bars(requests, { x: "endpoint", y: "endpoint", title }),
      'y: column "endpoint" must hold numbers; it holds "/a"',
    ],
    [() => chart.bars(requests, { x: "endpoint", y: [], title }), "y: got [], but it must name a column"],
    [
      () => chart.bars(requests, { x: "endpoint", y: "requests", title: "" }),
      'title: got "", but a chart must say what it shows',
    ],
    [
      () => chart.histogram(requests, { x: "requests", bins: 0, title }),
      "bins: got 0, but it must be a whole number from 1 to 200",
    ],
    [() => chart.histogram({ ms: [null] }, { x: "ms", title }), 'x: column "ms" holds no value to count'],
    [
      () => chart.boxes({ ms: [0], g: ["a"] }, { x: "ms", by: "g", log: true, title }),
      'x: column "ms" holds no value to show',
    ],
    [
      () =>
        chart.lines(
          { t: new Array(20_001).fill(1), n: new Array(20_001).fill(1) },
          { x: "t", y: "n", title },
        ),
      'x: column "t" has 20,001 rows, but this chart takes at most 20,000: group or sample them first',
    ],
    [() => chart.figure({} as never), "figure: it must have data, an array of Plotly's traces"],
    [
      () => chart.bars("requests" as never, { x: "a", y: "b", title }),
      'data: got "requests", but a chart takes columns by name or a Danfo frame',
    ],
  ])("tells a mistake in one sentence (%#)", (call, message) => {
    expect(call).toThrow(expect.objectContaining({ name: "InputError", message }));
  });
});

describe("bins", () => {
  const values = fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });
  test.each([
    ["plainBins", plainBins],
    ["logBins", logBins],
  ])("%s count each value in the bin whose edges hold it", (_, bins) => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 60 }), (list, wanted) => {
        const { edges, counts } = bins(list, wanted);
        expect(counts.reduce((a, b) => a + b)).toBe(list.length);
        counts.forEach((count, i) => {
          const last = i === counts.length - 1;
          const inside = list.filter((v) => (i === 0 || v >= edges[i]!) && (last || v < edges[i + 1]!));
          expect(count).toBe(inside.length);
        });
        expect(Math.min(...list)).toBeGreaterThanOrEqual(edges[0]!);
        expect(Math.max(...list)).toBeLessThanOrEqual(edges.at(-1)!);
      }),
    );
  });
});

test("quantiles are those of DuckDB's quantile_cont", async () => {
  const list = Array.from({ length: 37 }, (_, i) => ((i * 7919) % 101) / 7);
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const sql = `SELECT quantile_cont(v, [0, 0.05, 0.5, 0.95, 0.99, 1]) FROM (VALUES ${list.map((v) => `(${v}::DOUBLE)`)}) AS t(v)`;
  const [[expected]] = (await connection.runAndReadAll(sql)).getRowsJS() as [[number[]]];
  const sorted = Float64Array.from(list).sort();
  [0, 0.05, 0.5, 0.95, 0.99, 1].forEach((q, i) => {
    expect(quantile(sorted, q)).toBeCloseTo(expected[i]!, 12);
  });
});
