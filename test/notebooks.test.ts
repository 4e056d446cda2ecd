import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { generate } from "#lib/write/generate";

const root = new URL("../", import.meta.url).pathname;
const folder = join(root, "notebooks");
const notebooks = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));

interface Cell {
  cell_type: string;
  source: string[] | string;
  execution_count: number | null;
  outputs: {
    output_type: string;
    name?: string;
    data?: Record<string, unknown>;
    metadata?: Record<string, unknown>;
  }[];
}
const types = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
const cellsOf = (name: string): Cell[] => JSON.parse(readFileSync(join(folder, name), "utf8")).cells;
const sourceOf = ({ source }: Cell) => (Array.isArray(source) ? source.join("") : source);

describe("the dataset of the front-door notebook", () => {
  it("is what its scenario and seed give, to the byte, and so is its answer key", async () => {
    const log = await generate({ rows: 1000, seed: 42 });
    const csv = readFileSync(join(root, "data/server_logs.csv"));
    expect(createHash("sha256").update(csv).digest("hex")).toBe(log.sha256);
    const key = JSON.parse(readFileSync(join(root, "data/server_logs.truth.json"), "utf8"));
    expect(key.file).toEqual({
      name: "server_logs.csv",
      format: "csv",
      bytes: csv.length,
      sha256: log.sha256,
    });
    expect(key.counts).toEqual(JSON.parse(JSON.stringify(log.key.counts)));
  });
});

describe.each(notebooks)("%s", (name) => {
  it("is saved as it runs from top to bottom through the real kernel", () => {
    const begin = join(root, "notebooks/setup/begin.cjs");
    const run = spawnSync(process.execPath, [begin, "notebooks", "--check", join("notebooks", name)], {
      cwd: root,
      encoding: "utf8",
    });
    expect([run.status, run.stdout + run.stderr]).toEqual([0, expect.stringContaining("current")]);
  });

  it("is small, has run in order, and holds no error and no path of a machine", () => {
    expect(statSync(join(folder, name)).size).toBeLessThan(2_000_000);
    const code = cellsOf(name).filter(({ cell_type }) => cell_type === "code");
    expect(code.map(({ execution_count }) => execution_count)).toEqual(code.map((_, i) => i + 1));
    for (const { outputs } of code) {
      expect(
        outputs.filter(({ output_type, name: stream }) => output_type === "error" || stream === "stderr"),
      ).toEqual([]);
    }
    expect(JSON.stringify(code.map(({ outputs }) => outputs))).not.toMatch(/"\/?(home|root|tmp|Users)\//);
  });

  it("draws each chart as a Plotly figure with a picture and a text", () => {
    const charts = cellsOf(name).filter(
      (cell) => cell.cell_type === "code" && /^chart\./m.test(sourceOf(cell)),
    );
    expect(charts.length).toBeGreaterThan(0);
    for (const { outputs } of charts) {
      const kinds = Object.keys(outputs.at(-1)?.data ?? {}).sort();
      expect(kinds).toEqual(["application/vnd.plotly.v1+json", "image/png", "text/plain"]);
      // the size in CSS pixels, by which nbconvert and VS Code show the picture
      expect(outputs.at(-1)?.metadata).toMatchObject({ "image/png": { width: 720 } });
    }
  });

  it("has short cells between its prose", () => {
    for (const cell of cellsOf(name).filter(({ cell_type }) => cell_type === "code")) {
      expect(sourceOf(cell).split("\n").length).toBeLessThanOrEqual(10);
    }
  });
});

describe("live.ipynb", () => {
  it("has in place of all charts that followed one another the last, with its picture", () => {
    const following = cellsOf("live.ipynb").filter((cell) => sourceOf(cell).includes("chart.live()"));
    expect(following).toHaveLength(1);
    const kinds = following[0].outputs.map(({ data }) => Object.keys(data ?? {}).sort());
    expect(kinds).toEqual([["application/vnd.plotly.v1+json", "image/png", "text/plain"]]);
  });
});

describe("what a notebook claims", () => {
  // The cells as one script, as the kernel runs them but for pictures and types: a change costs seconds.
  const danfoAsInKernel = `(await import(${JSON.stringify(join(root, "lib/dist/notebook/frame.js"))})).loadDanfo();`;
  it.each([
    ["generate_logs.ipynb", 'rows: 1_000, scenario: "shop"'],
    ["generate_logs.ipynb", "rows: 200_000"],
    ["generate_logs.ipynb", "rows: 1_000, seed: 7"],
    ["generate_logs.ipynb", "rows: 1_000, seed: 123456789"],
    ["generate_logs.ipynb", "rows: 2_000, seed: 2026"],
    ["plant_and_verify.ipynb", "rows: 60_000, seed: 7"],
  ])("holds when its reader changes the day: %s with %s", (name, change) => {
    const data = join(mkdtempSync(join(tmpdir(), "changed-")), "server_logs.csv");
    const cells = cellsOf(name).filter(({ cell_type }) => cell_type === "code");
    const given = /rows: [\d_]+, seed: \d+/;
    expect(cells.map(sourceOf).filter((source) => given.test(source)).length).toBeGreaterThan(0);
    const source = [danfoAsInKernel, ...cells.map((cell) => `${sourceOf(cell).replace(given, change)};`)]
      .join("\n")
      .replaceAll("../data/server_logs.csv", data)
      .replaceAll("1_000_000", "200_000"); // of the day's shape, as much shows
    const claims = source.match(/^claim\(/gm)?.length;
    expect(claims).toBeGreaterThan(5);
    const run = spawnSync(process.execPath, ["--no-deprecation", "--input-type=module", "-"], {
      cwd: folder,
      input: ts.transpileModule(source, { compilerOptions: types }).outputText,
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
    });
    rmSync(dirname(data), { recursive: true });
    expect([run.status, run.stderr]).toEqual([0, expect.not.stringContaining("✗")]); // Danfo's own greeting aside
    expect(run.stdout.match(/^✓ /gm)).toHaveLength(claims!);
  });
});
