import { burnRate, chart, detect, drill, drilled, generate, score, series } from "server-logs";
import { describe, expect, it } from "vitest";

const outage = { id: "down", kind: "outage", start: "2026-01-05T10:00:00Z", seconds: 1800 } as const;
const log = await generate({ rows: 50_000, seed: 42, incidents: [outage] });
const day = await series(log);
const sum = (column: string) => day.frame.column(column).sum() as number;

describe("a log watched in a notebook", () => {
  it("is counted to the record, as the answer key has it", () => {
    expect(day.frame.shape[0]).toBe(1440);
    expect(sum("requests")).toBe(log.records);
    const { status_class, requests } = log.key.counts;
    const failed = requests.filter((_, i) => status_class[i] === 5).reduce((a, b) => a + b, 0);
    expect(sum("server_errors")).toBe(failed);
  });

  it("pages in an outage and spends the budget by the failures, no more", () => {
    const { alerts, budget } = burnRate(day, { name: "shop", kind: "availability", objective: 0.97 });
    expect(alerts.column("severity").values).toContain("page");
    const left = budget.column("budget_left_percent").values as number[];
    expect(left.at(-1)).toBeCloseTo(100 * (1 - sum("server_errors") / sum("requests") / 0.03), 6);
  });

  it("marks a detector, one of a cell's own, and one that cries always", async () => {
    const halfFails = (step: { serverErrors: number; requests: number }) =>
      step.serverErrors > 0.5 * step.requests && "half of it fails";
    const own = detect(day, halfFails);
    expect(own.column("why").values).toEqual(["half of it fails"]);
    let n = 0;
    const marks = await score(
      { cusum: detect(day, "cusum"), own, always: detect(day, () => n++ % 2 > 0) },
      log,
    );
    expect(marks.column("detector").values).toEqual(["cusum", "own", "always"]);
    expect(marks.column("found").values).toEqual([1, 1, 1]);
    expect((marks.column("down").values as number[])[1]).toBeLessThanOrEqual(2);
    expect((marks.column("false_alarms").values as number[])[2]).toBeGreaterThan(600);
  });

  it("is drawn with each alert shaded", () => {
    const alerts = detect(day, "cusum");
    const drawn = chart.watched(day.frame, {
      x: "time",
      y: "server_error_percent",
      alerts,
      title: "Failures",
    });
    const { shapes } = drawn.figure.layout as { shapes: { x0: string }[] };
    expect(shapes.map(({ x0 }) => new Date(`${x0}Z`).toISOString())).toEqual(alerts.column("start").values);
  });

  it("goes through the drill, whose chart has a line for each detector and kind", async () => {
    const result = await drill({
      kinds: ["outage"],
      sizes: [1],
      seeds: 1,
      rate: 1,
      detectors: ["cusum", "jump"],
      workers: 1,
    });
    expect(chart.drill(result).figure.data).toHaveLength(2);
  });

  it("draws a drill that was saved, whose lines do not hide each other", async () => {
    const saved = await drilled("data/drill.json");
    const { data } = chart.drill(saved).figure as { data: { y: number[]; customdata: number[][] }[] };
    expect(data).toHaveLength(saved.falseAlarms.length * 10);
    const ofOutages = data.slice(0, saved.falseAlarms.length);
    expect(new Set(ofOutages.map(({ y }) => y[4])).size).toBe(ofOutages.length);
    for (const { y, customdata } of data)
      for (const [i, found] of y.entries())
        expect(Math.abs(found - customdata[i][1])).toBeLessThanOrEqual(0.05 + 1e-9);
    await expect(drilled("package.json")).rejects.toThrow(/^path: "package.json" is not what/);
    await expect(drilled("none.json")).rejects.toThrow(/^path: cannot read "none.json": ENOENT$/);
  });

  it("refuses in a sentence what is none", async () => {
    expect(() => detect(log as never, "cusum")).toThrow(/^series: must be what series\(log\) gives/);
    expect(() => detect(day, "magic" as never)).toThrow(/^detector: there is no "magic"/);
    await expect(series({ records: 1 })).rejects.toThrow(/^source: must be a log/);
    await expect(score({ mine: day.frame }, log)).rejects.toThrow(/^alerts: .*must have a column "start"/);
  });
});
