import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jupyterEnvironment } from "../../notebooks/setup/kernel.js";
import { python } from "../../notebooks/setup/project.js";

// The real kernel, from the project's own virtual environment, asked as JupyterLab asks it.
const root = resolve(import.meta.dirname, "../..");

interface Ran {
  status: string;
  outputs: { type: string; text?: string; name?: string; data?: Record<string, string>; metadata?: object }[];
}

function kernel(steps: object[], folder: string): unknown[] {
  const script = join(import.meta.dirname, "kernel.py");
  return JSON.parse(
    execFileSync(python, [script, folder], {
      env: jupyterEnvironment(),
      input: JSON.stringify(steps),
      encoding: "utf8",
      maxBuffer: 1 << 28,
    }),
  );
}

// One kernel for all that needs none of its own: each part of this file asks its steps, and takes its answers when all
// are there. It runs in the notebooks' folder, as a reader's own: the package is found from there.
const own = mkdtempSync(join(root, "notebooks", ".kernel-"));
afterAll(() => rmSync(own, { recursive: true, force: true }));
const steps: object[] = [];
let answers: unknown[];
beforeAll(() => {
  answers = kernel(steps, own);
});

/** Adds steps, and returns how to get one's answer. */
function asked<Answer = Ran>(added: object[]): (at: number) => Answer {
  const from = steps.length;
  steps.push(...added);
  return (at) => answers[from + (at < 0 ? added.length + at : at)] as Answer;
}

describe("before the first cell", () => {
  const answer = asked([
    {
      run: `const files = Object.keys((require("node:module") as any)._cache);
console.log(["danfojs-node", "typescript-for-tslab"].map((name) => files.some((file) => file.includes(name))))`,
    },
  ]);

  test("the library is loaded, and the compiler in a thread of its own", () => {
    expect(
      answer(0)
        .outputs.map(({ text }) => text)
        .join(""),
    ).toBe("[ true, false ]\n");
  });
});

const imports = `import { ask, chart, validate } from "server-logs";
import * as dfd from "danfojs-node";
const df = new dfd.DataFrame({ endpoint: ["/a", "/<img src=x onerror=alert(1)>"], requests: [30, 4] });`;

describe("what a cell shows", () => {
  const cells = {
    frame: "df",
    head: "df.head(1)",
    series: 'df["requests"]',
    groups: 'df.groupby(["endpoint"]).col(["requests"]).sum()',
    logged: 'console.log("first"); console.log(df.head(1)); console.log("last")',
    inside: "[df.head(1)]",
    chart: 'chart.bars(df, { x: "endpoint", y: "requests", title: "Which endpoints?" })',
    awaited:
      'const drawn = chart.bars(df, { x: "endpoint", y: "requests", title: "Twice" });\ndrawn.show();\nawait Promise.resolve(drawn)',
    mistake: 'chart.bars(df, { x: "endpoit", y: "requests", title: "Which endpoints?" })',
    after: "1 + 1",
  };
  const answer = asked([imports, ...Object.values(cells)].map((run) => ({ run })));
  const ran = (name: keyof typeof cells) => answer(1 + Object.keys(cells).indexOf(name));

  test("the imports run silently", () => {
    expect(answer(0)).toEqual({ status: "ok", outputs: [] });
  });

  test.each(["frame", "head", "series", "groups"] as const)(
    "%s: a table as HTML and text, and nothing else",
    (name) => {
      const { status, outputs } = ran(name);
      expect([status, outputs.length, outputs[0]!.type]).toEqual(["ok", 1, "display_data"]);
      expect(Object.keys(outputs[0]!.data!)).toEqual(["text/html", "text/plain"]);
      expect(outputs[0]!.data!["text/html"]).toContain('class="dataframe"');
    },
  );

  test("hostile text is escaped", () => {
    const html = ran("frame").outputs[0]!.data!["text/html"];
    expect(html).toContain("/&lt;img src=x onerror=alert(1)&gt;");
    expect(html).not.toContain("<img");
  });

  test("a logged frame stands between the lines logged before and after it", () => {
    const shown = ran("logged")
      .outputs.map(({ type, text }) => text ?? type)
      .join("");
    expect(shown).toBe("first\ndisplay_datalast\n");
  });

  test("a frame inside an array is text", () => {
    expect(ran("inside").outputs.map(({ type }) => type)).toEqual(["stream"]);
    expect(ran("inside").outputs[0]!.text).toContain("endpoint  requests");
  });

  test("chart: one output with figure, picture and text; the figure goes ahead, so that JupyterLab draws it", () => {
    const { status, outputs } = ran("chart");
    expect([status, ...outputs.map(({ type }) => type)]).toEqual([
      "ok",
      "display_data",
      "update_display_data",
    ]);
    expect(Object.keys(outputs[0]!.data!)).toEqual(["application/vnd.plotly.v1+json", "text/plain"]);
    const data = outputs[1]!.data!;
    expect(Object.keys(data)).toEqual(["application/vnd.plotly.v1+json", "text/plain", "image/png"]);
    expect(data["application/vnd.plotly.v1+json"]).toMatchObject({ data: [{ type: "bar", x: [30, 4] }] });
    expect(Buffer.from(data["image/png"]!, "base64").subarray(1, 4).toString()).toBe("PNG");
    expect(data["text/plain"]).toMatch(/^Which endpoints\?\n[\s\S]*\/a +30\n/);
  });

  test("a chart that is shown, or awaited as the last expression, appears in its cell", () => {
    const added = ran("awaited").outputs.filter(({ type }) => type === "display_data");
    expect(added.length).toBe(2);
  });

  test("a mistake is one sentence without a stack, and the kernel goes on", () => {
    expect(ran("mistake").status).toBe("error");
    expect(
      ran("mistake")
        .outputs.map(({ text }) => text)
        .join(""),
    ).toBe('InputError: x: there is no column "endpoit"; the columns are "endpoint", "requests"\n');
    expect(ran("after")).toMatchObject({ status: "ok", outputs: [{ text: "2\n" }] });
  });
});

describe("help in a cell", () => {
  const answer = asked<string | string[]>([
    { inspect: "chart.bars" },
    { inspect: "ask" },
    { inspect: "validate" },
    { complete: "chart." },
    { complete: "chart.lines(df, { " },
  ]);

  test("Shift-Tab shows the docstring with an example", () => {
    expect(answer(0)).toContain("Bars: one number for each category.");
    expect(answer(0)).toContain('chart.bars(byStatus, { x: "status_code", y: "requests"');
    expect(answer(1)).toContain("Asks a question in SQL");
    expect(answer(2)).toContain("Checks a log against every rule of the record.");
  });

  test("Tab completes the charts and their options", () => {
    expect(answer(3)).toEqual([
      "answer",
      "bars",
      "boxes",
      "comparison",
      "drill",
      "figure",
      "heatMap",
      "histogram",
      "lines",
      "live",
      "panels",
      "points",
      "totals",
      "watched",
    ]);
    expect(answer(4)).toEqual(expect.arrayContaining(["title", "unit", "x", "y"]));
  });
});

describe("long work in a cell", () => {
  const folder = mkdtempSync(join(tmpdir(), "server-logs-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => JSON.stringify(join(folder, name));

  // Writes a file as the library's long functions do, for ever or until `end` records.
  const setUp = `const { longWork } = require("#lib/notebook/longWork");
const { Pace } = require("#lib/work");
const { WholeFile } = require("#lib/files/wholeFile");
let written = 0;
async function write(path: string, end: number) {
  return longWork("Writing", async (work: unknown) => {
    const file = await WholeFile.create(path);
    try {
      const pace = new Pace(work);
      for (written = 0; written < end; written += 1000) {
        const from = performance.now();
        while (performance.now() - from < 5) {}
        await file.write(Buffer.from("record\\n"));
        await pace.step(written, Number.isFinite(end) ? end : undefined, "records");
      }
      await file.commit();
    } catch (error) {
      await file.discard();
      throw error;
    }
  });
}`;
  const answer = asked([
    { run: setUp },
    { run: `await write(${path("short")}, 20_000)` },
    { run: `await write(${path("long")}, 300_000)` },
    { run: `await write(${path("endless")}, Infinity)`, stopAt: "Writing" },
    { run: "written" },
    { run: `await new Promise((done) => setTimeout(done, 300));\nwritten` },
    { run: 'await longWork("Deaf", () => new Promise(() => console.log("deaf")))', stopAt: "deaf" },
    { run: "while (true) console.log(1)", stopAt: "1" },
    { run: `await write(${path("again")}, 20_000)` },
    { run: `await write(${path("endless")}, Infinity)`, stopAt: "Writing" },
    { run: `await 0;\nprocess.listenerCount("SIGINT")` },
  ]);

  test("under a second shows no progress", () => {
    expect(answer(1)).toEqual({ status: "ok", outputs: [] });
  });

  test("over a second shows one output, updated in place, whose last state has no durations", () => {
    const { status, outputs } = answer(2);
    expect(status).toBe("ok");
    const [first, ...updates] = outputs;
    expect(first!.type).toBe("display_data");
    expect(first!.data!["text/html"]).toContain("<progress");
    expect(new Set(updates.map(({ type }) => type))).toEqual(new Set(["update_display_data"]));
    expect(updates.at(-1)!.data).toEqual({
      "text/html": "<div>Writing: 300,000 records, done</div>",
      "text/plain": "Writing: 300,000 records, done",
    });
    expect(outputs.every(({ metadata }) => JSON.stringify(metadata) === '{"server-logs":"progress"}')).toBe(
      true,
    );
  });

  test("is stopped by Jupyter's stop button, with one sentence and nothing half-written", () => {
    expect(answer(3).status).toBe("error");
    expect(answer(3).outputs.at(-1)!.text).toBe(
      "InterruptedError: interrupted: nothing was left half-written\n",
    );
    expect(answer(3).outputs.at(-2)!.data!["text/plain"]).toMatch(/records, interrupted$/);
    expect(answer(4)).toEqual({ status: "ok", outputs: [expect.objectContaining({ type: "stream" })] });
    expect(answer(5).outputs).toEqual(answer(4).outputs); // nothing runs on
    expect(readdirSync(folder).sort()).toEqual(["again", "long", "short"]);
  });

  test("that does not heed the stop button is abandoned, as is a loop that never waits", () => {
    expect([answer(6).status, answer(7).status]).toEqual(["error", "error"]);
  });

  test("leaves the kernel good, its own listener for the stop button included", () => {
    expect(answer(8)).toEqual({ status: "ok", outputs: [] });
    expect(answer(9).outputs.at(-1)!.text).toBe(answer(3).outputs.at(-1)!.text);
    expect(answer(10).outputs[0]!.text).toBe("1\n");
  });
});

describe("the README's cells", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const block = /^And what people ask next[^`]*```ts\n([\s\S]*?)```/m.exec(readme)![1]!;
  // As many records as show what a cell does: to make and read millions is tested elsewhere.
  const smaller: [string, string, number][] = [
    ["rate: 5,", "rate: 1,", 3],
    ["rows: 1_000_000", "rows: 100_000", 1],
  ];
  const cells = smaller
    .reduce((text, [theirs, ours]) => text.replaceAll(theirs, ours), block)
    .split(/\n\n(?=\/\/ )/);
  writeFileSync(
    join(own, "their.csv"),
    "when,client,url,code,took\n2026-01-05 10:00:00,10.0.0.1,/a?x=1,200,12\n2026-01-05 10:00:01,10.0.0.2,/b,404,3\n",
  );
  const answer = asked([...cells, "theirs"].map((run) => ({ run })));

  test("are found, each of them, with what is made smaller", () => {
    expect(cells.length).toBe(15); // the imports, and fourteen
    for (const [theirs, , times] of smaller) expect(block.split(theirs), theirs).toHaveLength(times + 1);
  });

  test("each run at the first attempt", () => {
    const failed = cells.flatMap((cell, i) => {
      const { status, outputs } = answer(i);
      return status === "ok" ? [] : [[cell, outputs.map(({ text }) => text).join("")]];
    });
    expect(failed).toEqual([]);
    expect(JSON.stringify(answer(-1).outputs)).toContain("2 records");
    for (const name of ["heat.png", "heat.html", "requests.duckdb", "report.html"])
      expect(readdirSync(own)).toContain(name);
  });
});

describe("threads in a cell", () => {
  const folder = mkdtempSync(join(tmpdir(), "server-logs-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => JSON.stringify(join(folder, name));
  const two = (rows: string, name: string) =>
    `generate({ rows: ${rows}, seed: 42, workers: 2, out: ${path(name)} })`;
  const answer = asked([
    { run: 'import { generate, verify } from "server-logs";' },
    { run: `const log = await ${two("2_000_000", "made.csv")};\nlog.records` },
    { run: "const outcome = await verify(log, undefined, { workers: 2 });\noutcome.valid" },
    { run: `await ${two("200_000_000", "endless.csv")}`, stopAt: "<progress" },
    { run: "1 + 1" },
    // a thread of the user's own
    {
      run: `const { Worker } = require("node:worker_threads");
await new Promise((ended, failed) => new Worker("", { eval: true }).on("exit", ended).on("error", failed))`,
    },
    // and a process, from outside the project
    {
      run: `require("node:fs").writeFileSync(${path("child.cjs")}, "process.exit(7)");
await new Promise((ended) => require("node:child_process").fork(${path("child.cjs")}).on("exit", (code: number) => {
  require("node:fs").rmSync(${path("child.cjs")});
  ended(code);
}))`,
    },
  ]);

  test("make records, and verify them", () => {
    expect([0, 1, 2].map(answer).map(({ status, outputs }) => [status, outputs.at(-1)?.text])).toEqual([
      ["ok", undefined],
      ["ok", "2000000\n"],
      ["ok", "true\n"],
    ]);
    expect(readdirSync(folder).sort()).toEqual(["made.csv", "made.truth.json"]);
  });

  test("are stopped by Jupyter's stop button, and leave nothing half-written", () => {
    expect([answer(3).status, answer(3).outputs.at(-1)!.text]).toEqual([
      "error",
      "InterruptedError: interrupted: nothing was left half-written\n",
    ]);
    expect(answer(4)).toMatchObject({ status: "ok", outputs: [{ text: "2\n" }] });
  });

  test("of the user's own start too, as do processes", () => {
    expect(answer(5)).toMatchObject({ status: "ok", outputs: [{ text: "0\n" }] });
    expect(answer(6)).toMatchObject({ status: "ok", outputs: [{ text: "7\n" }] });
  });
});

describe("files that change beside a running notebook", () => {
  const folder = mkdtempSync(join(tmpdir(), "server-logs-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const importing = 'import { answer } from "./helper";';
  // Beside a running cell; a moment later every watcher has heard of it.
  const churn = `const { mkdirSync, rmSync, writeFileSync } = require("node:fs");
const moment = () => new Promise((done) => setTimeout(done, 20));
for (let i = 0; i < 30; i++) {
  for (const end of ["ts", "js", "json", "csv"]) writeFileSync(\`beside\${i}.\${end}\`, "");
  mkdirSync(\`node_modules/package\${i}\`, { recursive: true });
  writeFileSync(\`node_modules/package\${i}/package.json\`, "{}");
  await moment();
  rmSync(\`beside\${i}.ts\`);
}
writeFileSync("helper.ts", "export const answer = 42;");
await new Promise((done) => setTimeout(done, 500));
console.log("done")`;
  let steps: Ran[];
  beforeAll(() => {
    steps = kernel(
      [{ run: importing }, { run: churn }, { run: "1 + 1" }, { run: importing }, { run: "answer" }],
      folder,
    ) as Ran[];
  });

  test("leave the kernel good, also when the compiler waits for one of them", () => {
    const says = steps.map(({ status, outputs }) => [status, outputs.map(({ text }) => text).join("")]);
    expect(says.slice(1, 3)).toEqual([
      ["ok", "done\n"],
      ["ok", "2\n"],
    ]);
  });

  test("a module that was missing is found when it is there", () => {
    expect(steps[0]!.outputs[0]!.text).toContain("Cannot find module './helper'");
    expect(steps.slice(3).map(({ outputs }) => outputs[0]?.text)).toEqual([undefined, "42\n"]);
  });
});
