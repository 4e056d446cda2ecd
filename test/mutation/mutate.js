// A mutation score: breaks the code of a stage in one place at a time, and says whether a test of behaviour, only a pin
// or nothing noticed. Stryker does not fit: the tests run the compiled library, in threads and processes of their own.
//
//     npm run mutate -- generate [--sample 60] [--seed 1] [--seconds 300]
//
// It works in a copy of the project in a temporary folder, writes results.json, and results.md from it.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";
import { mutationsOf, sampled } from "./mutations.js";
import { pins, stages } from "./stages.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "300" },
  },
});
const [name] = positionals;
const stage = stages[name];
if (stage === undefined) throw new Error(`name a stage: ${Object.keys(stages).join(", ")}`);

const copy = mkdtempSync(join(tmpdir(), "server-logs-mutate-"));
process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));

/** Runs a command in the copy. @param {string} command @param {string[]} args @param {number} [seconds] */
const run = (command, args, seconds) =>
  spawnSync(command, args, {
    cwd: copy,
    encoding: "utf8",
    timeout: seconds && seconds * 1000,
    killSignal: "SIGKILL",
    maxBuffer: 1e9,
  });

const tracked = spawnSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).stdout.trim().split("\n");
for (const file of tracked) if (existsSync(join(root, file))) cpSync(join(root, file), join(copy, file));
run("cp", ["-al", join(root, "node_modules"), join(copy, "node_modules")]);
cpSync(join(root, "lib/dist"), join(copy, "lib/dist"), { recursive: true });
if (existsSync(join(root, "lib/node_modules")))
  cpSync(join(root, "lib/node_modules"), join(copy, "lib/node_modules"), {
    recursive: true,
    verbatimSymlinks: true,
  });

/** What the tests say: the first that fails, or undefined. @param {string[]} tests */
function failing(tests) {
  const report = join(copy, "mutation.json");
  rmSync(report, { force: true });
  const vitest = join(copy, "node_modules/vitest/vitest.mjs");
  const args = [
    vitest,
    "run",
    ...tests,
    "--bail=1",
    "--maxWorkers=1",
    "--reporter=json",
    `--outputFile=${report}`,
  ];
  const done = run(process.execPath, args, Number(values.seconds));
  if (done.status === 0) return undefined;
  if (!existsSync(report)) return "does not end, or does not begin";
  const results = JSON.parse(readFileSync(report, "utf8")).testResults;
  const failed = results
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === "failed");
  return failed?.fullName ?? "a file of tests that does not load";
}

/** Test files of a list of files and folders, without pins. @param {readonly string[]} list */
const filesOf = (list) =>
  list
    .flatMap((path) =>
      path.endsWith(".ts")
        ? [path]
        : readdirSync(join(copy, path), { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".test.ts"))
            .map((file) => `${path}/${file}`),
    )
    .filter((file) => !pins.includes(file));

const sources = tracked
  .filter((file) => file.startsWith(`lib/${name}/`) && file.endsWith(".ts"))
  .map((file) => file.slice("lib/".length))
  .filter((file) => !stage.skip?.test(file));
const all = sources.flatMap((file) => mutationsOf(file, readFileSync(join(copy, "lib", file), "utf8")));
const chosen = sampled(all, Number(values.sample), Number(values.seed));

const results = new URL("results.json", import.meta.url);
const before = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {};
/** A run that was stopped goes on where it was, as long as the code is the same. */
const known = before[name]?.of === all.length ? before[name].mutations : [];
const found = [];
for (const [i, mutation] of chosen.entries()) {
  const { file, start, end, after } = mutation;
  const again = known.find((other) => other.file === file && other.start === start && other.after === after);
  if (again !== undefined) {
    found.push(again);
    continue;
  }
  const text = readFileSync(join(copy, "lib", file), "utf8");
  const built = join(copy, "lib/dist", file.replace(/\.ts$/, ".js"));
  const whole = readFileSync(built, "utf8");
  const { outputText } = ts.transpileModule(text.slice(0, start) + after + text.slice(end), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ES2022,
      verbatimModuleSyntax: true,
    },
  });
  writeFileSync(built, outputText);
  if (stage.bundled) run(process.execPath, ["lib/build/bundle.js"]);
  const folder = Object.keys(stage.near)
    .filter((path) => file === path || file.startsWith(`${path}/`))
    .sort((a, b) => b.length - a.length)[0];
  const near = filesOf(stage.near[folder] ?? []);
  const rest = filesOf(stage.tests).filter((test) => !near.includes(test));
  const began = performance.now();
  const test = (near.length > 0 ? failing(near) : undefined) ?? failing(rest);
  const pin = test === undefined ? failing(pins) : undefined;
  writeFileSync(built, whole);
  const caught = test !== undefined ? "behaviour" : pin !== undefined ? "pin" : "nothing";
  found.push({ ...mutation, caught, by: test ?? pin });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${i + 1}/${chosen.length} ${file}:${mutation.line} ${short(mutation.before)} -> ${short(after)}: ${caught} (${test ?? pin ?? "-"}), ${seconds} s`,
  );
  writeFileSync(
    results,
    `${JSON.stringify({ ...before, [name]: { seed: Number(values.seed), of: all.length, mutations: found } }, null, 2)}\n`,
  );
}
report();

/** Writes results.md. */
function report() {
  const stored = JSON.parse(readFileSync(results, "utf8"));
  const reasons = JSON.parse(readFileSync(new URL("reasons.json", import.meta.url), "utf8"));
  const lines = [
    "# Mutation score",
    "",
    "Written by `npm run mutate -- <stage>`: a seeded sample of the places in which the code of a stage can be broken,",
    "and what noticed. A pin holds bytes and says nothing of rightness.",
    "",
    "| stage | places | sampled | noticed by behaviour | by a pin only | by nothing | by behaviour, % |",
    "|---|---|---|---|---|---|---|",
  ];
  const remaining = [];
  for (const [stageName, { of, mutations }] of Object.entries(stored)) {
    const count = (what) => mutations.filter(({ caught }) => caught === what).length;
    const score = ((100 * count("behaviour")) / mutations.length).toFixed(0);
    lines.push(
      `| ${stageName} | ${of} | ${mutations.length} | ${count("behaviour")} | ${count("pin")} | ${count("nothing")} | ${score} |`,
    );
    remaining.push(...mutations.filter(({ caught }) => caught !== "behaviour"));
  }
  lines.push(
    "",
    "## What no test of behaviour noticed",
    "",
    "| place | mutation | noticed by | reason |",
    "|---|---|---|---|",
  );
  for (const { file, line, before: old, after, caught } of remaining) {
    const reason = reasons[`${file}: ${old} -> ${after}`] ?? "";
    const cell = (text) => `\`${short(text).replaceAll("|", "\\|")}\``;
    lines.push(
      `| ${file}:${line} | ${cell(old)} → ${cell(after)} | ${caught === "pin" ? "a pin" : "nothing"} | ${reason} |`,
    );
  }
  writeFileSync(new URL("results.md", import.meta.url), `${lines.join("\n")}\n`);
}

function short(text) {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
