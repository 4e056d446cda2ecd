// `npm run notebooks`: what it writes, what it refuses to write, and what it finds stale.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { begin, fill, isRunning, project, temporaryFolder } from "./fixture.js";

type Cell = {
  cell_type: string;
  source: string | string[];
  metadata: object;
  id?: string;
  outputs?: { output_type: string; text?: string[] }[] | undefined;
  execution_count?: number | null | undefined;
};

/** A notebook of code cells in a folder of its own. */
function notebook(...sources: (string | Partial<Cell>)[]): string {
  return named("a.ipynb", sources);
}

function named(name: string, sources: (string | Partial<Cell>)[]): string {
  const cells = sources.map((source) => ({
    cell_type: "code",
    metadata: {},
    outputs: [],
    execution_count: null,
    ...(typeof source === "string" ? { source } : source),
  }));
  const folder = temporaryFolder();
  fill(folder, { [name]: JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }) });
  return join(folder, name);
}

const cellsOf = (path: string) => JSON.parse(readFileSync(path, "utf8")).cells as Cell[];
const execute = (...args: string[]) => begin(project, ["notebooks", ...args]).over;

test("fills in outputs and counts, finds them current or names the stale ones, and a rerun gives the same bytes", async () => {
  const slow = `
const { longWork } = require(${JSON.stringify(join(project, "lib/dist/notebook/longWork.js"))});
await longWork("Waiting", async ({ onProgress }) => {
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  onProgress({ done: 7, total: 7, unit: "turns" });
});`;
  const varies = { metadata: { tags: ["varies"] } };
  const path = notebook(
    "const rows: number = 6;",
    { cell_type: "markdown", source: "Times seven:", outputs: undefined, execution_count: undefined },
    "console.log(rows * 7, new Date(0).getHours());\nrows",
    'for (let i = 0; i < 1_100; i++) console.log(i);\nconsole.log("the last word");',
    'const out = "saved";\nout',
    { source: "performance.now()", ...varies },
    slow,
    { source: slow, ...varies },
  );
  expect((await execute(path)).code).toBe(0);
  const bytes = readFileSync(path, "utf8");
  const cells = cellsOf(path);
  expect(cells.map((cell) => cell.execution_count)).toEqual([1, undefined, 2, 3, 4, 5, 6, 7]);
  expect(cells[2]!.outputs).toEqual([{ name: "stdout", output_type: "stream", text: ["42 0\n", "6\n"] }]);
  expect(cells[3]!.outputs![0]!.text!.at(-1)).toBe("the last word\n");
  expect(JSON.parse(bytes).metadata.kernelspec.name).toBe("tslab");
  expect(cells.every((cell) => /^[0-9a-f]{8}$/.test(cell.id!))).toBe(true);
  // The progress of long work is kept only in a cell that varies, as a quick machine shows none.
  const [plain, varying] = cells.slice(6).map(({ outputs }) => JSON.stringify(outputs));
  expect(plain).not.toContain("Waiting");
  expect(varying).toContain("Waiting: 7 turns, done");

  const current = await execute("--check", path);
  expect(current).toMatchObject({ code: 0, stdout: expect.stringMatching(/^a\.ipynb: current/) });

  fill(join(path, ".."), { "a.ipynb": bytes.replace('"saved\\n"', '"older\\n"') });
  const written = statSync(path).mtimeMs;
  const { code, stderr } = await execute("--check", path);
  expect(code).toBe(1);
  expect(stderr.match(/code cell \d/g)).toEqual(["code cell 4"]);
  expect(stderr).toContain("run `npm run notebooks`");
  expect(statSync(path).mtimeMs).toBe(written);

  expect((await execute(path)).code).toBe(0);
  const [time] = cells[5]!.outputs![0]!.text!;
  const [later] = cellsOf(path)[5]!.outputs![0]!.text!;
  expect(later).not.toBe(time);
  expect(readFileSync(path, "utf8").replace(JSON.stringify(later), JSON.stringify(time))).toBe(bytes);
});

test("leaves every notebook as it was in which a cell fails, and names the cell", async () => {
  const failures = [
    ["throws.ipynb", 'throw new Error("boom")', "Error: boom"],
    ["rejects.ipynb", 'await Promise.reject(new Error("boom"))', "Error: boom"],
    ["types.ipynb", 'const n: number = "boom";', "not assignable to type 'number'"],
    ["exits.ipynb", "process.exit(3)", "lost its kernel"],
  ] as const;
  const paths = failures.map(([name, source]) => named(name, ["1 + 1", source, "2 + 2"]));
  const before = paths.map((path) => readFileSync(path, "utf8"));
  const { code, stderr } = await execute(...paths);
  expect(code).toBe(1);
  for (const [name, source, words] of failures) {
    const said = stderr.slice(stderr.indexOf(name)).split(".ipynb: ")[1];
    expect(said).toContain(`code cell 2 (${source})`);
    expect(said).toContain(words);
  }
  expect(stderr).not.toContain("Traceback");
  expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(before);
});

test("stops on Ctrl-C with a busy kernel, and leaves the notebook as it was", async () => {
  const path = notebook('require("fs").writeFileSync("kernel.pid", String(process.pid));', "for (;;) {}");
  const before = readFileSync(path, "utf8");
  const run = begin(project, ["notebooks", path]);
  const note = join(path, "..", "kernel.pid");
  while (!statSync(note, { throwIfNoEntry: false })?.size) {
    expect(run.child.exitCode, run.stderr()).toBe(null);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const pid = Number(readFileSync(note, "utf8"));
  run.child.kill("SIGINT");
  const { code, stderr } = await run.over;
  expect(code).toBe(130);
  expect(stderr).not.toContain("Traceback");
  expect(isRunning(pid)).toBe(false);
  expect(readFileSync(path, "utf8")).toBe(before);
});

test.each([
  ["--nonsense", "unrecognized arguments: --nonsense"],
  ["absent.ipynb", "absent.ipynb is not a file"],
])("refuses %s in one sentence", async (argument, words) => {
  const { code, stderr } = await execute(argument);
  expect(code).toBe(2);
  expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^npm run notebooks: .*; use `npm run notebooks/);
  expect(stderr).toContain(words);
});
