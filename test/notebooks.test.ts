import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
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

describe("an assertion in a cell", () => {
  it.each([
    ["generate_logs.ipynb", ["7", "123456789"]],
    ["plant_and_verify.ipynb", ["7"]],
  ])("holds for other seeds too: %s", async (name, seeds) => {
    // the notebook with another seed, in a copy beside it so that the packages are found
    const script = `
import copy, sys, nbformat
from nbclient import NotebookClient
nb = nbformat.read(sys.argv[1], 4)
for cell in nb.cells:
    cell.source = cell.source.replace("seed: 42", "seed: " + sys.argv[2]).replace("../data/server_logs.csv", sys.argv[3])
nb.cells = [cell for cell in nb.cells if not {"large", "real"} & set(cell.metadata.get("tags", []))]
NotebookClient(nb, kernel_name="tslab", timeout=120, resources={"metadata": {"path": sys.argv[4]}}).execute()
bad = [o for c in nb.cells if c.cell_type == "code" for o in c.outputs if o.output_type == "error" or o.get("name") == "stderr"]
print(bad)
sys.exit(1 if bad else 0)
`;
    const python = join(root, ".venv/bin/python");
    if (!existsSync(python) && process.env.CI !== "true") return;
    for (const seed of seeds) {
      const data = `/tmp/server-logs-seed-${process.pid}.csv`;
      const args = ["-c", script, join(folder, name), seed, data, folder];
      expect(execFileSync(python, args, { encoding: "utf8" })).toContain("[]");
    }
  });
});
