import { readdirSync, readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { timeOf } from "#lib/notebook/chartData";
import * as chart from "#lib/notebook/charts";
import { logBins, plainBins, quantile } from "#lib/notebook/distribution";
import { toFrame } from "#lib/notebook/frame";
import { bandOpacity, bands, others, sequential, translucent } from "#lib/notebook/theme";

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

describe("in half a window", () => {
  test("a title and a note take lines of their own, none of which is cut off", () => {
    const words = "Which of the many endpoints of the shop are slow in the evening, and since when are they?";
    const windows = {
      incident: ["checkout_outage"],
      start: ["2026-01-05T00:00:00Z"],
      end: ["2026-01-05T01:00:00Z"],
    };
    const times = { bucket: ["2026-01-05T00:00:00Z", "2026-01-05T02:00:00Z"], n: [1, 2] };
    const drawn = chart.lines(times, { x: "bucket", y: "n", title: words, windows });
    const { title: shown, xaxis, margin } = figureOf(drawn).layout;
    const lines = shown.text.split("<br>");
    expect(lines.join(" ")).toBe(words);
    expect(Math.max(...lines.map((line: string) => line.length))).toBeLessThanOrEqual(48);
    expect([shown.xref, shown.x]).toEqual(["container", 0]);
    expect(margin.t).toBeGreaterThan(24 * lines.length);
    expect(xaxis.title.text).toBe("time (UTC)");
  });

  test("the legend stands below the plot, in the order of its parts", () => {
    const parts = { x: ["a", "b"], first: [1, 2], second: [3, 4] };
    const { layout } = figureOf(chart.bars(parts, { x: "x", y: ["first", "second"], stack: true, title }));
    expect(layout.legend).toMatchObject({ yref: "container", y: 0, traceorder: "normal" });
  });

  test("a note is broken between its clauses, so that no moment is torn", () => {
    const row = { first_request: ["2026-01-05T00:00:25.975Z"], last_request: ["2026-01-11T23:59:53.774Z"] };
    const options = { x: ["first_request", "last_request", "n"], title: "What is in the log?" };
    const { title } = figureOf(chart.totals({ ...row, n: [1] }, options)).layout;
    expect(title.subtitle.text.split("<br>")).toEqual([
      "",
      "first request 2026-01-05 00:00:25.975 UTC,",
      "last request 2026-01-11 23:59:53.774 UTC",
    ]);
  });

  test.each([
    [1, 1000, ["1", "2", "5", "10", "20", "50", "100", "200", "500", "1k", "2k", "5k"]],
    [1, 4.12, ["1", "1.5", "2", "3", "4"]],
    [0.98, 1.3, ["1", "1.2"]],
    [30, 60, ["30", "40", "50"]],
  ])("a logarithmic axis from %d to %d has at least its ticks %j", (low, high, ticks) => {
    const options = { x: "n", y: "k", log: true, title: "t" };
    const { ticktext } = figureOf(chart.points({ n: [low, high], k: ["a", "b"] }, options)).layout.xaxis;
    expect(ticktext).toEqual(expect.arrayContaining(ticks));
  });

  test("the sum at the end of a stack stands off its bar", () => {
    const options = { x: "k", y: ["a", "b"], stack: true, title: "t" };
    const data = { k: ["/checkout-and-pay", "/"], a: [1, 2], b: [3, 4] };
    expect(figureOf(chart.bars(data, options)).data.at(-1).texttemplate).toBe("\u2009%{x:,}");
  });

  test("ticks of a logarithmic axis lie flat and are short", () => {
    const { xaxis } = figureOf(chart.histogram({ ms: [1, 20_000] }, { x: "ms", log: true, title })).layout;
    expect(xaxis.tickangle).toBe(0);
    expect(xaxis.ticktext).toContain("10k");
  });
});

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
    chart.heatMap({ ...columns, [text]: columns.n }, { x, y: "n", value: text }),
    chart.points({ ...columns, [text]: hostile }, { x: "n", y: "m", by: text }),
    chart.panels({ ...columns, [text]: columns.n }, { x: "n", y: [text, "m"], by: x }),
    chart.lines(
      { t: ["2026-01-05", "2026-01-08"], n: [1, 2] },
      { x: "t", y: "n", windows: { start: ["2026-01-05"], end: [""], incident: [text] } },
    ),
  ]);

  test("holds no tag, no formula and no template of Plotly's but the chart's own", () => {
    for (const one of drawn) {
      for (const text of texts(one.figure)) {
        const own = text.replace(/%\{(x|y|customdata(\[\d\])?)(:,)?\}|<br>|<extra><\/extra>/g, "");
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

  test("writes a moment without what is zero of its seconds, and the minutes always", () => {
    expect(
      [
        "2026-01-05T10:00Z",
        "2026-01-05 10:00:00",
        "2026-01-05T10:00:00.000Z",
        "2026-01-05T10:00:01.500Z",
        "2026-01-05",
        null,
      ].map(timeOf),
    ).toEqual([
      "2026-01-05 10:00",
      "2026-01-05 10:00",
      "2026-01-05 10:00",
      "2026-01-05 10:00:01.5",
      "2026-01-05",
      null,
    ]);
  });

  test("takes rows as objects, and names itself where it is given no title", () => {
    const rows = [
      { endpoint: "/a", requests: 30 },
      { endpoint: "/b", requests: 4 },
    ];
    const drawn = chart.bars(rows, { x: "endpoint", y: "requests" });
    expect(figureOf(drawn).data).toEqual(
      figureOf(chart.bars(requests, { x: "endpoint", y: "requests", title })).data,
    );
    expect(figureOf(drawn).layout.title.text).toBe("requests by endpoint");
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
      () => chart.bars("requests" as unknown as chart.ChartData, { x: "a", y: "b", title }),
      'data: got "requests", but a chart takes columns by name, rows as objects or a Danfo frame',
    ],
    [
      () => chart.heatMap({ h: [1, 1], d: ["Mon", "Mon"], n: [1, 2] }, { x: "h", y: "d", value: "n" }),
      'value: h "1" with d "Mon" comes twice, but a cell has one number: group the rows first',
    ],
    [
      () => {
        const n = Array.from({ length: 101 }, (_, i) => i);
        return chart.heatMap({ n, m: n.map(() => 1) }, { x: "n", y: "m", value: "n" });
      },
      'x: column "n" has 101 different values, but a heat map takes at most 100: choose or group them first',
    ],
    [
      () => chart.points(requests, { x: "requests", y: "endpoint", windows: { start: [], end: [] } }),
      "windows: only a chart over time can have them, and this one's x holds no times",
    ],
    [
      () =>
        chart.lines(
          { t: ["2026-01-05"], n: [1] },
          { x: "t", y: "n", windows: { start: ["noon"], end: [""] } },
        ),
      'windows: must begin and end at moments, not "noon"',
    ],
    [
      () =>
        chart.lines({ t: ["2026-01-05"], n: [1] }, { x: "t", y: "n", windows: { start: ["2026-01-05"] } }),
      'windows: there is no column "end"; the columns are "start"',
    ],
  ])("tells a mistake in one sentence (%#)", (call, message) => {
    expect(call).toThrow(expect.objectContaining({ name: "InputError", message }));
  });
});

describe("a heat map", () => {
  const busy = { hour: [10, 9, 9], weekday: ["Mon", "Mon", "Sun"], requests: [40, 1, 10] };
  const of = (options: object = {}) =>
    figureOf(chart.heatMap(busy, { x: "hour", y: "weekday", value: "requests", ...options }));

  test("has numbers in their order and other places as they come, from the top", () => {
    const { layout, data } = of();
    expect([layout.xaxis.ticktext, layout.yaxis.ticktext]).toEqual([
      ["9", "10"],
      ["Mon", "Sun"],
    ]);
    expect(layout.yaxis.range).toEqual([1.5, -0.5]);
    // a rectangle around the middle of each place
    expect(data[0].x.map((x: number, i: number) => [x, data[0].base[i] + data[0].y[i] / 2])).toEqual([
      [1, 0],
      [0, 0],
      [0, 1],
    ]);
  });

  test("says that an hour of the day is in UTC", () => {
    const named = (hour: unknown[]) =>
      figureOf(chart.heatMap({ ...busy, hour }, { x: "hour", y: "weekday", value: "requests" })).layout.xaxis
        .title.text;
    expect([named([10, 9, 9]), named([10, 9, 24]), named(["am", "pm", "pm"])]).toEqual([
      "hour of day (UTC)",
      "hour",
      "hour",
    ]);
  });

  test("is darkest where the number is highest, and a pair without one is empty", () => {
    const [{ marker, text }] = of().data;
    expect(marker.color[0]).toBe(sequential[0]);
    expect(marker.color[1]).toBe(sequential.at(-1));
    expect(text).toEqual(["40", "1", "10"]);
    expect(marker.color).toHaveLength(3); // of four pairs
  });

  test("by powers of ten gives equal steps to equal ratios, and no colour to nothing", () => {
    const data = { x: [1, 2, 3, 4], y: [1, 1, 1, 1], n: [1, 100, 10_000, 0] };
    const [{ marker }] = figureOf(chart.heatMap(data, { x: "x", y: "y", value: "n", log: true })).data;
    expect(marker.color).toEqual([sequential[8], sequential[4], sequential[0]]);
  });
});

describe("a day's 24 hours side by side", () => {
  test.each([
    [24, 3],
    [23, 2],
  ])("%s places that are too narrow for all their labels show one of %s", (places, step) => {
    const hour = Array.from({ length: places }, (_, i) => `${String(i).padStart(2, "0")}:00`);
    const busy = { hour, day: hour.map(() => "Mon"), n: hour.map((_, i) => i) };
    const { xaxis } = figureOf(chart.heatMap(busy, { x: "hour", y: "day", value: "n" })).layout;
    expect(xaxis.ticktext).toEqual(hour.filter((_, i) => i % step === 0));
  });
});

describe("totals in several units", () => {
  test("have a panel each, one below the other, whose height is their number of bars", () => {
    const row = { requests: [5], failed: [2], duration_ms: [3.5], wait_ms: [1.5], size_bytes: [9] };
    const { layout, data } = figureOf(chart.totals(row, { x: Object.keys(row) }));
    const panels = data.map(({ y, yaxis }: { y: string[]; yaxis: string }) => ({
      bars: y.length,
      domain: layout[yaxis.replace("y", "yaxis")].domain as [number, number],
    }));
    expect(panels.length).toBeGreaterThan(1);
    const each = (panels[0].domain[1] - panels[0].domain[0]) / panels[0].bars;
    let below = 1;
    for (const { bars, domain } of panels) {
      expect(domain[1]).toBeLessThanOrEqual(below + 1e-9);
      expect((domain[1] - domain[0]) / bars).toBeCloseTo(each, 9);
      below = domain[0] - 1e-3;
    }
    expect([panels[0].domain[1], panels.at(-1).domain[0]]).toEqual([1, 0]);
  });
});

describe("points", () => {
  test("tell of numbers with commas in their thousands, and of times and places as they are", () => {
    const told = (x: (string | number)[]) =>
      figureOf(chart.points({ x, y: x.map((_, i) => i) }, { x: "x", y: "y" })).data[0]
        .hovertemplate as string;
    expect(told([1000, 20_000])).toContain("%{x:,}");
    expect(told(["2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"])).not.toContain("%{x:,}");
    expect(told(["/a", "/b"])).not.toContain("%{x:,}");
  });
});

describe("points by colour", () => {
  test("give each group a colour and a shape of its own, and grey to those past the sixth", () => {
    const by = [..."aaabbbccddeefgh"];
    const data = { x: by.map((_, i) => i), y: by.map((_, i) => i), by };
    const traces = figureOf(chart.points(data, { x: "x", y: "y", by: "by" })).data;
    expect(traces.map(({ name, x }: { name: string; x: number[] }) => [name, x.length])).toEqual([
      ["2 other groups", 2],
      ...["a", "b"].map((name) => [name, 3]),
      ...["c", "d", "e"].map((name) => [name, 2]),
      ["f", 1],
    ]);
    const colours = traces.map(({ marker }: { marker: { color: string } }) => marker.color);
    const shapes = traces.map(({ marker }: { marker: { symbol: string } }) => marker.symbol);
    expect([new Set(colours).size, new Set(shapes).size]).toEqual([7, 7]);
    expect(colours[0]).toBe(others);
  });
});

describe("panels", () => {
  const groups = Array.from({ length: 14 }, (_, i) => `/${i}`);
  const data = {
    t: groups.flatMap(() => ["2026-01-05T00:00:00Z", "2026-01-05T01:00:00Z"]),
    endpoint: groups.flatMap((name) => [name, name]),
    n: groups.flatMap((_, i) => [i, i + 1]),
  };
  const windows = { start: ["2026-01-05T00:10:00Z"], end: ["2026-01-05T00:20:00Z"], incident: ["outage"] };
  const { layout, data: traces } = figureOf(chart.panels(data, { x: "t", y: "n", by: "endpoint", windows }));
  const axis = (side: string, i: number) => layout[`${side}axis${i === 0 ? "" : i + 1}`];

  test("are one a group, the largest first, on the same axes; what is left out is said", () => {
    expect(traces).toHaveLength(12);
    expect(layout.annotations.map(({ text }: { text: string }) => text).slice(0, 2)).toEqual(["/13", "/12"]);
    for (let i = 1; i < 12; i++) {
      expect(axis("x", i).matches).toBe("x");
      expect(axis("y", i).range).toEqual(layout.yaxis.range);
    }
    expect(layout.title.subtitle.text).toContain("the 12 of 14 groups with the largest sums");
  });

  test("stand beside and below one another, none over another", () => {
    const boxes = traces.map((_: object, i: number) => [axis("x", i).domain, axis("y", i).domain]);
    for (const [i, [x, y]] of boxes.entries())
      for (const [a, b] of boxes.slice(0, i))
        expect(x[1] <= a[0] || a[1] <= x[0] || y[1] <= b[0] || b[1] <= y[0]).toBe(true);
  });

  test("each have the windows behind them", () => {
    expect(layout.shapes).toHaveLength(12);
    expect(new Set(layout.shapes.map(({ xref }: { xref: string }) => xref)).size).toBe(12);
  });
});

describe("windows behind a chart over time", () => {
  const data = { t: ["2026-01-05T00:00:00Z", "2026-01-05T06:00:00Z"], n: [1, 2] };
  const windows = {
    incident: ["outage", "leak", "planned"],
    start: ["2026-01-05T01:00:00.000Z", "2026-01-05T04:00:00.000Z", "2026-01-05T02:00:00.000Z"],
    end: ["2026-01-05T02:30:00.000Z", "", "2026-01-05T03:00:00.000Z"],
    happened: ["yes", "yes", "no"],
  };

  test("begin and end where they are told, or with the chart, and leave out what did not happen", () => {
    for (const draw of [chart.lines, chart.points]) {
      const drawn = draw(data, { x: "t", y: "n", windows });
      expect(figureOf(drawn).layout.shapes.map(({ x0, x1 }: { x0: string; x1: string }) => [x0, x1])).toEqual(
        [
          ["2026-01-05 01:00", "2026-01-05 02:30"],
          ["2026-01-05 04:00", "2026-01-05 06:00"],
        ],
      );
      expect(String(drawn)).toContain(
        "shaded: outage 2026-01-05 01:00 to 02:30; leak since 2026-01-05 04:00",
      );
    }
  });

  test("of incidents have another colour than those of alerts", () => {
    const alerts = { start: ["2026-01-05T01:05:00Z"], end: [""] };
    const { shapes } = figureOf(chart.watched(data, { x: "t", y: "n", windows, alerts })).layout;
    expect(shapes.map(({ fillcolor }: { fillcolor: string }) => fillcolor)).toEqual(
      [bands.incident, bands.incident, bands.alert].map((colour) => translucent(colour, bandOpacity)),
    );
  });

  test("are told with their times, alerts too, and counted where they are many", () => {
    const told = (alerts: { start: string[]; end: string[] }) =>
      String(chart.watched(data, { x: "t", y: "n", alerts })).split("\n")[1];
    const at = (minute: number) => `2026-01-05T01:0${minute}:00Z`;
    expect(told({ start: [at(0), at(5)], end: [at(2), ""] })).toBe(
      "shaded: alert 2026-01-05 01:00 to 01:02; alert since 2026-01-05 01:05",
    );
    expect(told({ start: [0, 2, 4, 6].map(at), end: [1, 3, 5, 7].map(at) })).toBe("shaded: 4 alerts");
    expect(told({ start: [], end: [] })).toBe("");
    const none = undefined as unknown as typeof windows;
    expect(() => chart.watched(data, { x: "t", y: "n", alerts: none })).toThrow();
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

test("every chart is drawn in a test", () => {
  const folders = [new URL(".", import.meta.url), new URL("../warehouse/", import.meta.url)];
  const tests = folders
    .flatMap((folder) => readdirSync(folder).map((name) => new URL(name, folder)))
    .filter(({ pathname }) => pathname.endsWith(".test.ts"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  expect(Object.keys(chart).filter((name) => !tests.includes(`chart.${name}(`))).toEqual([]);
});
