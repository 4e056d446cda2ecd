// A mutation score: breaks the code of a stage in one place at a time, and says whether a test of behaviour, only a pin
// or nothing noticed. Stryker does not fit: the tests run the compiled library, in threads and processes of their own.
//
//     npm run mutate -- generate read [--sample 25] [--seed 1] [--limit 180] [--coverage] [--again]
//
// It works in a copy of the project in a temporary folder. First each test file is run once, to learn which places of
// the code it executes and how long it takes (kept in .cache/mutation; `--coverage` learns all of it anew). Then a mutation is
// tried on the tests that execute its place, the quick ones first, as many as take `--limit` seconds without it: one that
// only a later test would notice counts as noticed by nothing. `--again` tries only what no test of behaviour noticed
// the last time, and keeps what was found at first beside it. It writes results.json, and results.md from it
// (`--report` does no more than that). In reasons.json stand the mutations that change nothing that anybody can see.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";
import { executedIn, isExecuted } from "./coverage.js";
import { mutationsOf, sampled } from "./mutations.js";

/** Files of plain data, where a mutation is another value and no fault; and AssemblyScript, which tsc does not compile. */
const data = /^scenario\/presets\/|\/scan\//;
/** Tests that hold pinned bytes: they say nothing of rightness, and what only they notice is counted apart. */
const pins = ["test/generate/golden.test.ts"];
/** Tests of the house and of whole programs, which take too long to run for each mutation. */
const left = /^test\/(browser|cluster|setup|kill9|mutation)\/|^test\/(rules|notebooks)\.test\.ts$/;

const root = fileURLToPath(new URL("../../", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "25" },
    seed: { type: "string", default: "1" },
    limit: { type: "string", default: "180" },
    coverage: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
  },
});
const results = new URL("results.json", import.meta.url);
const reasons = JSON.parse(readFileSync(new URL("reasons.json", import.meta.url), "utf8"));
/** Why a mutation has no effect. */
const reasonOf = ({ file, place }) => reasons[file]?.[place];
if (values.report) {
  report(stored());
  process.exit();
}
const tracked = git("ls-files").split("\n");
const stages = [...new Set(tracked.map((file) => file.match(/^lib\/(?!bin|build|docs)(\w+)\//)?.[1]))].filter(
  (stage) => stage !== undefined,
);
const unknown = positionals.find((name) => !stages.includes(name));
if (positionals.length === 0 || unknown !== undefined) throw new Error(`name stages: ${stages.join(", ")}`);

const copy = realpathSync(mkdtempSync(join(tmpdir(), "server-logs-mutate-")));
process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
copied();
const covered = await coverage();
for (const stage of positionals) await (values.again ? scoredAgain(stage) : scored(stage));
report(stored());

/** @param {string | Buffer} content */
function hashOf(content) {
  return createHash("sha256").update(content).digest("base64url").slice(0, 16);
}

/** The results so far, by stage. */
function stored() {
  return existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {};
}

/** @param {string} stage @param {object} found */
function keep(stage, found) {
  // read anew each time: another run may have written another stage meanwhile
  writeFileSync(results, `${JSON.stringify({ ...stored(), [stage]: found }, null, 2)}\n`);
}

/** @param {string[]} args */
function git(...args) {
  return spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout.trim();
}

/** The project in the temporary folder. Its command line runs the modules that are broken, not the bundle of them. */
function copied() {
  for (const file of tracked)
    if (existsSync(join(root, file))) cpSync(join(root, file), join(copy, file), { recursive: true });
  for (const folder of ["node_modules", "lib/node_modules"])
    if (existsSync(join(root, folder)))
      spawnSync("cp", ["-a", "--reflink=auto", join(root, folder), join(copy, folder)]);
  cpSync(join(root, "lib/dist"), join(copy, "lib/dist"), { recursive: true });
  for (const file of readdirSync(join(copy, "lib/dist/bundle")))
    if (file.endsWith(".js")) rmSync(join(copy, "lib/dist/bundle", file));
  writeFileSync(join(copy, "lib/dist/bundle/main.js"), `export * from "../cli/main.js";\n`);
  for (const folder of [".cache", ".venv"]) spawnSync("ln", ["-s", join(root, folder), join(copy, folder)]);
}

/**
 * Runs test files until one fails.
 * @param {readonly string[]} tests
 * @param {{ seconds?: number, env?: Record<string, string>, config?: string }} [how]
 * @returns {{ failed?: string, ended: boolean }} the first test that fails; and whether all came to an end in time
 */
function run(tests, { seconds, env, config = "vitest.config.ts" } = {}) {
  const output = join(copy, "mutation.json");
  rmSync(output, { force: true });
  const vitest = join(copy, "node_modules/vitest/vitest.mjs");
  const args = ["run", ...tests, "--config", config, "--bail=1", "--maxWorkers=1", "--reporter=json"];
  const done = spawnSync(process.execPath, [vitest, ...args, `--outputFile=${output}`], {
    cwd: copy,
    env: { ...process.env, ...env },
    stdio: "ignore",
    timeout: seconds && Math.ceil(seconds * 1000),
    killSignal: "SIGKILL",
  });
  if (done.signal !== null) return { ended: false };
  if (done.status === 0) return { ended: true };
  if (!existsSync(output)) return { ended: true, failed: "the tests do not begin" };
  const failed = JSON.parse(readFileSync(output, "utf8"))
    .testResults.flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === "failed");
  return { ended: true, failed: failed?.fullName ?? "a file of tests that does not load" };
}

/**
 * What each test file executes, and its seconds. Files that fail without any mutation are left out, and named. `text` is
 * the hash of the test file, `built` those of the compiled files that it executes.
 * @returns {Promise<{ test: string, text: string, seconds: number, executed: Record<string, number[]>, built: Record<string, string> }[]>}
 */
async function coverage() {
  const kept = join(root, ".cache/mutation/coverage.json");
  const tests = tracked.filter((file) => file.endsWith(".test.ts") && !left.test(file));
  const found =
    existsSync(kept) && !values.coverage
      ? JSON.parse(readFileSync(kept, "utf8")).filter(
          ({ test, text }) => tests.includes(test) && hashOf(readFileSync(join(copy, test))) === text,
        )
      : [];
  // For the survivors of a stage its own tests are learned anew; others that changed are left out.
  const isWanted = (/** @type {string} */ file) => !values.again || positionals.includes(file.split("/")[1]);
  const unknown = tests.filter((file) => isWanted(file) && !found.some(({ test }) => test === file));
  mkdirSync(dirname(kept), { recursive: true });
  for (const [i, test] of unknown.entries()) {
    await moment();
    const folder = mkdtempSync(join(copy, "coverage-"));
    const began = performance.now();
    const env = { NODE_V8_COVERAGE: folder };
    const { ended, failed } = run([test], { seconds: 900, env, config: "test/mutation/vitest.config.ts" });
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const sound = ended && failed === undefined;
    if (sound) {
      const executed = executedIn(folder, join(copy, "lib/dist"));
      const built = Object.fromEntries(
        Object.keys(executed).map((path) => [path, hashOf(readFileSync(join(copy, "lib/dist", path)))]),
      );
      found.push({ test, text: hashOf(readFileSync(join(copy, test))), seconds, executed, built });
      writeFileSync(kept, JSON.stringify(found));
    }
    rmSync(folder, { recursive: true });
    console.log(
      `coverage ${i + 1}/${unknown.length} ${test}: ${seconds} s${sound ? "" : `, left out: ${failed}`}`,
    );
  }
  return found;
}

/** Lets signals be heard between two runs. */
function moment() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** JavaScript as the build makes it. @param {string} text */
function compiled(text) {
  return ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ES2022,
      verbatimModuleSyntax: true,
    },
  }).outputText;
}

/** All mutations of a stage. @param {string} stage */
function mutationsIn(stage) {
  return tracked
    .filter((file) => file.startsWith(`lib/${stage}/`) && file.endsWith(".ts"))
    .map((file) => file.slice("lib/".length))
    .filter((file) => !data.test(file) && existsSync(join(copy, "lib", file)))
    .flatMap((file) => mutationsOf(file, readFileSync(join(copy, "lib", file), "utf8")));
}

/** Tries a sample of a stage's mutations, and keeps what noticed each beside the samples of other seeds. @param {string} stage */
async function scored(stage) {
  const all = mutationsIn(stage);
  const seed = Number(values.seed);
  const mutations = (stored()[stage]?.mutations ?? []).filter((mutation) => mutation.seed !== seed);
  for (const mutation of sampled(all, Number(values.sample), seed))
    mutations.push({ ...mutation, seed, ...(await told(mutation)) });
  keep(stage, { commit: git("rev-parse", "--short", "HEAD"), of: all.length, mutations });
}

/** Tries again what no test of behaviour noticed, and keeps what was found at first beside it. @param {string} stage */
async function scoredAgain(stage) {
  const before = stored()[stage];
  if (before === undefined) throw new Error(`${stage} was not scored yet: leave --again out`);
  const all = mutationsIn(stage);
  const mutations = [];
  for (const old of before.mutations) {
    const { by, ...first } = { first: old.caught, ...old };
    const [same] = all
      .filter(({ file, place }) => file === old.file && place === old.place)
      .sort((a, b) => Math.abs(a.line - old.line) - Math.abs(b.line - old.line));
    if (["behaviour", "gone"].includes(old.caught) || reasonOf(old) !== undefined) mutations.push(old);
    else if (same === undefined) mutations.push({ ...first, caught: "gone" });
    else mutations.push({ ...first, ...same, ...(await told(same)) });
  }
  keep(stage, { ...before, again: git("rev-parse", "--short", "HEAD"), mutations });
}

/** What noticed a mutation, told on the terminal too. @param {import("./mutations.js").Mutation} mutation */
async function told(mutation) {
  await moment();
  const began = performance.now();
  const noticed = noticing(mutation);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const { file, line, place } = mutation;
  console.log(`${file}:${line} ${place}: ${noticed.caught} (${noticed.by ?? "-"}), ${seconds} s`);
  return noticed;
}

/**
 * Which tests notice a mutation: those that execute its place, in rounds: its stage's own first, the quick before the
 * slow, and the pins last.
 * @param {import("./mutations.js").Mutation} mutation
 * @returns {{ caught: "behaviour" | "time" | "pin" | "nothing", by?: string }}
 */
function noticing({ file, start, end, after }) {
  const text = readFileSync(join(copy, "lib", file), "utf8");
  const path = file.replace(/\.ts$/, ".js");
  const built = join(copy, "lib/dist", path);
  const whole = readFileSync(built, "utf8");
  const broken = compiled(text.slice(0, start) + after + text.slice(end));
  const sound = compiled(text);
  // Where both differ first is the place in the compiled file.
  let offset = 0;
  while (offset < sound.length && sound[offset] === broken[offset]) offset++;
  const isOwn = ({ test }) => test.split("/")[1] === file.split("/")[0];
  const known = sound === whole ? hashOf(whole) : undefined;
  // What stands behind || and && is a place of its own from the operator on, which also decides whether it is executed.
  const before = sound.slice(0, offset).trimEnd().length - 1;
  const isTried = (stretches) => isExecuted(stretches, offset) || isExecuted(stretches, before);
  const tests = covered
    .filter(({ executed, built }) => (built[path] === known ? isTried(executed[path]) : path in executed))
    .sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || a.seconds - b.seconds);
  const rounds = [];
  let round = [];
  let total = 0;
  let all = 0;
  for (const test of tests.filter(({ test }) => !pins.includes(test))) {
    all += test.seconds;
    if (all > Number(values.limit) && all > test.seconds) break; // one is tried, however long it takes
    round.push(test);
    total += test.seconds;
    if (total > 5 * 3 ** rounds.length) {
      rounds.push(round);
      round = [];
      total = 0;
    }
  }
  rounds.push(
    round,
    tests.filter(({ test }) => pins.includes(test)),
  );
  writeFileSync(built, broken);
  try {
    for (const list of rounds.filter(({ length }) => length > 0)) {
      const usual = list.reduce((sum, { seconds }) => sum + seconds, 0);
      const { ended, failed } = run(
        list.map(({ test }) => test),
        { seconds: 60 + 10 * usual },
      );
      if (!ended) return { caught: "time" };
      if (failed !== undefined)
        return { caught: pins.includes(list[0].test) ? "pin" : "behaviour", by: failed };
    }
    return tests.length === 0 ? { caught: "nothing", by: "no test executes it" } : { caught: "nothing" };
  } finally {
    writeFileSync(built, whole);
  }
}

/** Writes results.md. @param {Record<string, any>} results */
function report(results) {
  const lines = [
    "# Mutation score",
    "",
    "Written by `npm run mutate -- <stage>`: a seeded sample of the places in which the code of a stage can be broken,",
    "and what noticed. A pin holds bytes and says nothing of rightness; a mutation noticed by time never ends. Some places",
    "are gone since; some changes have no effect that anybody could see (the reasons are below). Neither counts in the score",
    "of today; the score at first counts all that were sampled.",
    "",
    "| stage | commit | places | sampled | by behaviour | at first | by time | by a pin only | by nothing | no effect | gone | score, % | at first, % |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
  ];
  const remaining = [];
  const sum = { sampled: 0, today: 0, first: 0, counted: 0 };
  for (const [stage, { commit, again, of, mutations }] of Object.entries(results)) {
    const open = mutations.filter(({ caught }) => caught === "pin" || caught === "nothing");
    const idle = open.filter((mutation) => reasonOf(mutation) !== undefined);
    const count = (what) =>
      mutations.filter((mutation) => mutation.caught === what && !idle.includes(mutation)).length;
    const first = mutations.filter((mutation) => (mutation.first ?? mutation.caught) === "behaviour").length;
    const counted = mutations.length - idle.length - count("gone");
    const counts = [first, ...["time", "pin", "nothing"].map(count), idle.length, count("gone")];
    const row = [stage, again ?? commit, of, mutations.length, count("behaviour"), ...counts];
    lines.push(
      `| ${[...row, percent(count("behaviour"), counted), percent(first, mutations.length)].join(" | ")} |`,
    );
    remaining.push(...open);
    sum.sampled += mutations.length;
    sum.today += count("behaviour");
    sum.first += first;
    sum.counted += counted;
  }
  lines.push(
    "",
    `In all, by behaviour: ${sum.today} of the ${sum.counted} that count, ${percent(sum.today, sum.counted)} %; ` +
      `at first ${sum.first} of ${sum.sampled}, ${percent(sum.first, sum.sampled)} %.`,
    "",
    "The samples one after the other. Tests were written for what a sample found, so that only the first look at a new one",
    "says what they notice elsewhere.",
    "",
    "| seed | sampled | by behaviour at first | that count | by behaviour today |",
    "|---|---|---|---|---|",
    ...samples(Object.values(results).flatMap(({ mutations }) => mutations)),
    "",
    "## What no test of behaviour noticed",
    "",
    "| place | mutation | noticed by | why it has no effect |",
    "|---|---|---|---|",
  );
  for (const mutation of remaining) {
    const { file, line, place, caught, by } = mutation;
    const reason =
      reasonOf(mutation) ?? (by === undefined || caught === "pin" ? "**open**" : `**open**: ${by}`);
    const cell = `\`${place.replaceAll("`", "'").replaceAll("|", "\\|")}\``;
    lines.push(`| ${file}:${line} | ${cell} | ${caught === "pin" ? "a pin" : "nothing"} | ${reason} |`);
  }
  writeFileSync(new URL("results.md", import.meta.url), `${lines.join("\n")}\n`);
}

/** A row for each seed. @param {any[]} mutations */
function samples(mutations) {
  return [...new Set(mutations.map(({ seed }) => seed))].map((seed) => {
    const all = mutations.filter((mutation) => mutation.seed === seed);
    const first = all.filter((mutation) => (mutation.first ?? mutation.caught) === "behaviour").length;
    const counted = all.filter(
      (mutation) =>
        mutation.caught === "behaviour" || (mutation.caught !== "gone" && reasonOf(mutation) === undefined),
    );
    const today = counted.filter(({ caught }) => caught === "behaviour").length;
    return `| ${[seed, all.length, `${first}, ${percent(first, all.length)} %`, counted.length, `${today}, ${percent(today, counted.length)} %`].join(" | ")} |`;
  });
}

/** @param {number} part @param {number} whole */
function percent(part, whole) {
  return whole === 0 ? "–" : ((100 * part) / whole).toFixed(0);
}
