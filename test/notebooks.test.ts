import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "#lib/write/generate";

const root = new URL("../", import.meta.url).pathname;
const folder = join(root, "notebooks");
const notebooks = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));

interface Cell {
  cell_type: string;
  source: string[] | string;
  execution_count: number | null;
  metadata: { tags?: string[] };
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

describe("each notebook", () => {
  let checked: string;
  // One run for all, each in a kernel of its own.
  beforeAll(() => {
    const begin = join(root, "notebooks/setup/begin.cjs");
    const args = [begin, "notebooks", "--check", ...notebooks.map((name) => join("notebooks", name))];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    checked = stdout + stderr;
  }, 600_000);

  describe.each(notebooks)("%s", (name) => {
    it("is saved as it runs from top to bottom through the real kernel", () => {
      const said = checked.split("\n").filter((line) => line.startsWith(`${name}: `));
      expect(said, checked).toEqual([expect.stringMatching(/^\S+: current \(/)]);
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
  const changes = [
    ["generate_logs.ipynb", 'rows: 1_000, scenario: "shop"'],
    ["generate_logs.ipynb", "rows: 200_000"],
    ["generate_logs.ipynb", "rows: 1_000, seed: 7"],
    ["generate_logs.ipynb", "rows: 1_000, seed: 123456789"],
    ["generate_logs.ipynb", "rows: 2_000, seed: 2026"],
    ["plant_and_verify.ipynb", "rows: 60_000, seed: 7"],
  ] as const;
  const given = /rows: [\d_]+, seed: \d+/;
  let scripts: string;
  let data: string;
  let made: { file: string; claims: number | undefined }[];
  let outcomes: { said: string; cried: string }[];

  /** The cells as one script, as the kernel runs them but for pictures and types, and for those of a real log. */
  const scriptOf = (name: string, change: string, i: number) => {
    const cells = cellsOf(name).filter(
      ({ cell_type, metadata }) => cell_type === "code" && !metadata.tags?.includes("real"),
    );
    const source = cells
      .map((cell) => `${sourceOf(cell).replace(given, change)};`)
      .join("\n")
      .replaceAll("../data/server_logs.csv", join(data, `${i}.csv`))
      .replaceAll("1_000_000", "200_000"); // of the day's shape, as much shows
    const file = join(scripts, `${i}.mjs`);
    writeFileSync(file, ts.transpileModule(source, { compilerOptions: types }).outputText);
    return { file, claims: source.match(/^claim\(/gm)?.length };
  };

  // One process for all of them, as to load the library takes it longer than the cells.
  beforeAll(() => {
    scripts = mkdtempSync(join(folder, ".changed-")); // where the library is found
    data = mkdtempSync(join(tmpdir(), "changed-"));
    made = changes.map(([name, change], i) => scriptOf(name, change, i));
    const run = `import { format } from "node:util";
(await import(${JSON.stringify(join(root, "lib/dist/notebook/frame.js"))})).loadDanfo();
const outcomes = [];
for (const file of ${JSON.stringify(made.map(({ file }) => file))}) {
  const outcome = { said: "", cried: "" };
  console.log = (...what) => { outcome.said += \`\${format(...what)}\\n\`; };
  console.error = (...what) => { outcome.cried += \`\${format(...what)}\\n\`; };
  await import(file).catch((error) => console.error(error));
  outcomes.push(outcome);
}
process.stdout.write(JSON.stringify(outcomes));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--no-deprecation", "--input-type=module", "-"], {
      cwd: folder,
      input: run,
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
      maxBuffer: 1 << 28,
    });
    expect(stdout, stderr).toMatch(/^\[/);
    outcomes = JSON.parse(stdout);
  }, 600_000);
  afterAll(() => {
    for (const used of [scripts, data]) rmSync(used, { recursive: true });
  });

  it.each(changes.map((change, i) => [...change, i] as const))(
    "holds when its reader changes the day: %s with %s",
    (name, _change, i) => {
      expect(cellsOf(name).filter((cell) => given.test(sourceOf(cell))).length).toBeGreaterThan(0);
      expect(made[i]!.claims).toBeGreaterThan(5);
      const { said, cried } = outcomes[i]!;
      expect(cried).toBe("");
      expect(said.match(/^✓ /gm)).toHaveLength(made[i]!.claims!);
    },
  );
});
