/** The chart that suits a question: named in its SQL, drawn in a notebook and by the command line. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { JSDOM } from "jsdom";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as chart from "#lib/notebook/charts";
import { ask as askFrame } from "#lib/notebook/verbs";
import { csvHeader } from "#lib/record";
import { escapePlotly } from "#lib/visible";
import { ask } from "#lib/warehouse/ask";
import { question, questions } from "#lib/warehouse/questions";
import { generate } from "#lib/write/generate";
import { shell } from "../cli/shell.js";

const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "chart-test-"));
const day = join(folder, "day.csv");
beforeAll(() => generate({ rows: 3000, seed: 1, out: day }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const tableOnly = () => file("table.sql", "SELECT count(*) AS n FROM requests");
const hostile = "/</script><img src=x onerror=alert(1)>";
const hostileLog = () =>
  file("hostile.csv", `${csvHeader}\n2026-01-05T00:00:00.000Z,192.0.2.1,${hostile},500,1.00\n`);

/** A figure's points along x and y, and its title. */
interface Drawn {
  data: { x: unknown[]; y: unknown[]; mode?: string; orientation?: string; name?: string }[];
  layout: {
    barmode?: string;
    title: { text: string; subtitle?: { text: string } };
    xaxis?: Axis;
    xaxis2?: Axis;
    xaxis3?: Axis;
  };
}
type Axis = { title: { text: string } };

const names = questions().question as string[];
const drawn = names.filter((name) => question(name).chart !== undefined);

describe("a question's chart", () => {
  it("is named by every question, of one row as totals", () => {
    expect(drawn).toEqual(names);
    expect(names.filter((name) => question(name).chart!.kind === "totals")).toEqual([
      "error_rate",
      "overview",
    ]);
  });

  it("of an overview has a panel for each unit, and says under the title from when to when", async () => {
    const answer = await ask("overview", day);
    const { data, layout } = chart.answer(answer, { question: "overview" }).figure as unknown as Drawn;
    expect(data.map(({ y }) => y)).toEqual([
      ["requests", "clients", "endpoints"],
      ["failed"],
      ["p50", "p95"],
    ]);
    expect(data.flatMap(({ x }) => x)).toEqual(
      ["requests", "clients", "endpoints", "failed_percent", "p50_ms", "p95_ms"].map(
        (name) => answer[name][0],
      ),
    );
    const titles = [layout.xaxis, layout.xaxis2, layout.xaxis3].map((axis) => axis?.title.text);
    expect(titles).toEqual(["number", "share (&#37;)", "time (ms)"]);
    expect(layout.title.subtitle?.text.replaceAll("<br>", " ").trim()).toMatch(
      /^first request 2026-01-05 00:\S+ UTC, last request \S+ 23:\S+ UTC$/,
    );
  });

  it("of totals is refused for a table of several rows", () => {
    expect(() => chart.totals({ n: [1, 2] }, { x: "n", title: "How many?" })).toThrow(/takes one row, not 2/);
  });

  it.each(drawn.filter((name) => question(name).chart!.kind === "heatMap"))(
    "of %s has a cell for each row with a number",
    async (name) => {
      const answer = await ask(name, day);
      const { value } = question(name).chart!.options as { value: string };
      const figure = chart.answer(answer, { question: name }).figure as unknown as Drawn;
      const shown = answer[value].filter(
        (number) => !question(name).chart!.options.log || Number(number) > 0,
      );
      expect(figure.data[0].x.length).toBe(shown.length);
      expect(figure.layout.title.text.replaceAll("<br>", " ")).toBe(escapePlotly(question(name).sentence));
    },
  );

  it("of failing endpoints stacks its bars, with their sums at the end", async () => {
    const answer = await ask("failing_endpoints", day);
    const { data, layout } = chart.answer(answer, { question: "failing_endpoints" })
      .figure as unknown as Drawn;
    expect(layout.barmode).toBe("stack");
    expect(data.at(-1)!.x).toEqual(answer.failed);
  });

  it.each(drawn.filter((name) => !["totals", "heatMap"].includes(question(name).chart!.kind)))(
    "of %s draws the answer's own columns, under the question",
    async (name) => {
      const answer = await ask(name, day);
      const figure = chart.answer(answer, { question: name }).figure as unknown as Drawn;
      figure.data = figure.data.filter(({ mode }) => mode !== "text"); // the sums of stacked bars
      const { options } = question(name).chart!;
      const columns = [options.x, options.y].flat().map((column) => answer[String(column)]);
      expect(columns).not.toContain(undefined);
      expect(figure.data.length).toBe(Math.max([options.x].flat().length, [options.y].flat().length));
      const rows = Math.min(columns[0].length, question(name).chart!.kind === "bars" ? 40 : 20_000);
      expect(figure.data.map(({ x, y }) => [x.length, y.length])).toEqual(
        figure.data.map(() => [rows, rows]),
      );
      expect(figure.layout.title.text.replaceAll("<br>", " ")).toBe(escapePlotly(question(name).sentence));
    },
  );

  it("of status codes has a bar for each code, as high as its requests", async () => {
    const frame = await askFrame("status_codes", day);
    const { requests, status_code } = await ask("status_codes", day);
    const [bars] = (chart.answer(frame).figure as unknown as Drawn).data;
    const [codes, heights] = bars.orientation === "h" ? [bars.y, bars.x] : [bars.x, bars.y];
    expect([codes, heights]).toEqual([status_code.map(String), requests]);
  });

  it("may be named by a user's own SQL", async () => {
    const own = file(
      "own.sql",
      "-- own: When?\n-- chart: lines x=hour y=n unit=requests\nSELECT date_trunc('hour', timestamp) AS hour, count(*) AS n FROM requests GROUP BY 1 ORDER BY 1",
    );
    const figure = chart.answer(await askFrame(own, day), { title: "Mine" }).figure as unknown as Drawn;
    expect(figure.data[0].y).toEqual((await ask(own, day)).n);
    expect(figure.layout.title.text).toBe("Mine");
  });

  it.each([
    ["-- chart: pie x=a y=b", /chart line that cannot be read/],
    ["-- chart: bars", /chart line that cannot be read/],
    ["-- chart: bars x=a z=b", /chart line that cannot be read/],
    ["-- chart: bars x=n y=none", /there is no column "none"/],
  ])("%s is refused in a sentence", async (line, message) => {
    const own = file("bad.sql", `${line}\nSELECT count(*) AS n FROM requests`);
    await expect(askFrame(own, day).then((frame) => chart.answer(frame))).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });

  it("is not guessed: of a frame that ask did not give, or a question without one", async () => {
    const frame = await askFrame("status_codes", day);
    expect(() => chart.answer(frame.head(2))).toThrow(/say which question it answers/);
    expect(() => chart.answer({ requests: [1] }, { question: tableOnly() })).toThrow(/names no chart/);
  });
});

describe("ask --chart", () => {
  it("writes a PNG picture beside the answer", () => {
    const { status, stdout } = run("ask", "status_codes", "--on", "day.csv", "--csv", "--chart", "c.png");
    expect([status, stdout.split("\n")[0]]).toEqual([0, "status_code,requests,percent"]);
    const png = readFileSync(join(folder, "c.png"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.readUInt32BE(16)).toBeGreaterThan(700); // pixels wide
  });

  it("writes a page that stands alone, in which a log's text is text", async () => {
    const args = ["ask", "failing_endpoints", "--on", hostileLog(), "--chart", "c.html"];
    expect((await shell(args, folder)).status).toBe(0);
    const html = readFileSync(join(folder, "c.html"), "utf8");
    const { document } = new JSDOM(html).window; // scripts do not run
    expect([...document.querySelectorAll("img, link, iframe, script[src]")]).toEqual([]);
    expect([...document.querySelectorAll("script")]).toHaveLength(3);
    const { data } = JSON.parse(document.querySelector("#figure")!.textContent!);
    expect(data.map(({ x }: { x: number[] }) => x)).toEqual([[0], [1], [1]]);
    expect(document.querySelector("table")!.textContent).toContain(hostile);
    expect(document.querySelector("meta[http-equiv]")!.getAttribute("content")).toMatch(
      /^default-src 'none'/,
    );
  });

  it.each([
    ["another ending", ["status_codes", "c.gif"], /"c\.gif" must end in \.png, \.svg or \.html/],
    [
      "a folder that is not there",
      ["status_codes", "none/c.png"],
      /chart: cannot write .* there is no folder/,
    ],
    ["a question without a chart", [tableOnly(), "d.png"], /"table" names no chart/],
  ])("refuses %s before it works", async (_, [name, path], message) => {
    const { status, stdout, stderr } = await shell(["ask", name, "--on", "day.csv", "--chart", path], folder);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(existsSync(join(folder, path))).toBe(false);
  });
});
