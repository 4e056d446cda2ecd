/** What follows a log that is streamed: the table that it is loaded into, and a chart that is replaced in place. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chart, generate, load, series } from "server-logs";
import { afterAll, describe, expect, it, vi } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "server-logs-live-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a series of a table", () => {
  const log = { rows: 600, start: "2026-01-05T09:00:00Z", end: "2026-01-05T10:00:00Z" };

  it("has the steps of the log that was loaded into it", async () => {
    const to = join(folder, "x.duckdb");
    const made = await generate({ ...log, out: join(folder, "made.csv") });
    await load(made, { to });
    const rows = (await series(to, { step: 300 })).frame;
    const own = (await series(made, { step: 300 })).frame;
    expect(rows.columns).toEqual(own.columns);
    for (const column of ["time", "requests", "server_errors", "server_error_percent"])
      expect(rows.column(column).values).toEqual(own.column(column).values);
  });
});

describe("chart.live", () => {
  const figure = (title: string) => chart.lines({ x: [1, 2], y: [3, 4] }, { x: "x", y: "y", title });

  it("prints, outside a notebook, only the last chart", () => {
    const print = vi.spyOn(console, "log").mockImplementation(() => {});
    const screen = chart.live();
    screen.show(figure("first"));
    screen.show(figure("last"));
    expect(print).not.toHaveBeenCalled();
    screen.end();
    expect(print.mock.calls.flat().join("\n")).toMatch(/last/);
    expect(print.mock.calls.flat().join("\n")).not.toMatch(/first/);
    print.mockRestore();
  });

  it("and a chart's own show print, outside a notebook, what the chart says", () => {
    const print = vi.spyOn(console, "log").mockImplementation(() => {});
    figure("shown at once").show();
    expect(print.mock.calls.flat().join("\n")).toMatch(/shown at once/);
    print.mockRestore();
  });

  it("takes charts only", () => {
    expect(() => chart.live().show({} as never)).toThrow("chart: must be a chart");
  });
});
