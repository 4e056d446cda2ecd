import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const setup = (name: string) => join(root, "notebooks/setup", name);
const tslab = join(root, "node_modules/tslab/dist/main.js");

describe("the kernel's compiler and tslab's own", () => {
  // A notebook's folder, in which the library is found.
  const folder = mkdtempSync(join(root, "notebooks", ".compiler-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "deeper.ts"), "export const two: number = 2;");
  writeFileSync(
    join(folder, "helper.ts"),
    'import { two } from "./deeper";\n/** Doubles. */\nexport const twice = (x: number) => two * x;',
  );
  writeFileSync(join(folder, "broken.ts"), 'export const wrong: number = "text";');

  const cells = [
    'import { ask } from "server-logs";\nimport fs from "node:fs";\nconst a = 1, f = (x: number) => x + a;',
    'f("no number")',
    "const open = {",
    "let b = f(2);\nb",
    'import { twice } from "./helper";\nconst four = twice(2);\nfour',
    'import { wrong } from "./broken";',
    'class C { m() { return fs.readFileSync("x"); } }\nenum E { A }\ninterface I { c: C }\ntype T = E | I;',
    "await Promise.resolve(four)",
    "const C = 1, again = new Map<string, T>();",
    "const lost: Missing = 1;",
    'const crypto = await import("node:crypto");\nimport { Buffer as B } from "buffer";\nB.from("a")',
    "function g<X>(x: X) { return { x, ask }; }\nconst [p, { q }] = [g(1), { q: 2 }];",
    "",
    "p.x + q",
    "export const mine = 1;",
    "let a = `not closed",
    "let b = 1; import {",
    "var p = 3;",
  ];
  const inspected = ["fs.readFileSync", "ask", "Math.max", "f", "process.env", "twice"];
  const completed = ["process.ver", "fs.read", "b.", "as"];

  const answers = (loaded: string) => {
    const script = `const fromTslab = require("node:module").createRequire(${JSON.stringify(tslab)});
const converter = ${loaded}({ isJS: false, isBrowser: false });
let declared = "";
const converted = ${JSON.stringify(cells)}.map((cell) => {
  const answer = converter.convert(declared, cell);
  declared = answer.declOutput ?? declared;
  converter.prepare?.(declared);
  return answer;
});
const ask = (what, texts) => texts.map((text) => converter[what](declared, text, text.length));
const inspected = ask("inspect", ${JSON.stringify(inspected)});
const completed = ask("complete", ${JSON.stringify(completed)}).map(({ original, ...answer }) => answer);
console.log(JSON.stringify({ converted, inspected, completed }));
process.exit();`;
    const run = spawnSync(process.execPath, ["--eval", script], { cwd: folder, encoding: "utf8" });
    expect(run.stderr).toBe("");
    return JSON.parse(run.stdout);
  };
  const quick = answers(`require(${JSON.stringify(setup("quickConverter.cjs"))}).quickConverter(fromTslab)`);
  // With the types that cells need, as the quick one has them: others could only add to what is completed.
  const own = answers(`(() => {
  const file = fromTslab.resolve("@tslab/typescript-for-tslab");
  const ts = fromTslab(file);
  const createWatchCompilerHost = (roots, options, ...rest) =>
    ts.createWatchCompilerHost(roots, { ...options, types: ["node"] }, ...rest);
  fromTslab.cache[file].exports = { ...ts, createWatchCompilerHost };
  return fromTslab("./converter.js").createConverter;
})()`);

  test.each(cells.map((cell, i) => [cell, i] as const))("make the same of the cell %j", (_cell, i) => {
    expect(quick.converted[i]).toEqual(own.converted[i]);
  });

  test("the cells are of every kind", () => {
    const faulty = own.converted.filter(({ diagnostics }: { diagnostics: unknown[] }) => diagnostics.length);
    expect(faulty.length).toBeGreaterThanOrEqual(6);
    expect(own.converted[4].sideOutputs).toHaveLength(2);
    expect(JSON.stringify(own.inspected)).toContain("Asks a question in SQL");
    expect(JSON.stringify(own.inspected)).toContain("Returns the contents of the");
  });

  test("show the same tooltips, with the documentation of Node and of the library", () => {
    expect(quick.inspected).toEqual(own.inspected);
  });

  test("complete the same", () => {
    expect(quick.completed).toEqual(own.completed);
    expect(own.completed[1].candidates).toContain("readFileSync");
  });
});

test("a compiler that cannot be loaded answers so, instead of never", async () => {
  const { port1: port, port2 } = new MessageChannel();
  const count = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(setup("compilerThread.cjs"), {
    workerData: { port: port2, count, tslab: join(root, "nowhere/main.js") },
    transferList: [port2],
  });
  port.postMessage({ id: 7, what: "isCompleteCode", args: ["1"] });
  Atomics.wait(count, 0, 0, 60_000);
  expect(receiveMessageOnPort(port)?.message).toMatchObject({
    id: 7,
    error: { message: expect.stringContaining("Cannot find module") },
  });
  await worker.terminate();
});
