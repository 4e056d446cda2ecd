/** What an editor or a notebook offers at the Tab key, by TypeScript's own language service. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { presetIncidents } from "#lib/scenario/incidents/preset";
import { presets } from "#lib/scenario/presets";
import { question, questions } from "#lib/warehouse/questions";

const cell = fileURLToPath(new URL("cell.ts", import.meta.url));
let text = "";
let version = 0;
const service = ts.createLanguageService({
  getCompilationSettings: () => ({
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    skipLibCheck: true,
    types: ["node"],
  }),
  getScriptFileNames: () => [cell],
  getScriptVersion: (name) => (name === cell ? String(version) : "1"),
  getScriptSnapshot(name) {
    const content = name === cell ? text : ts.sys.readFile(name);
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
  },
  getCurrentDirectory: () => fileURLToPath(new URL("../../", import.meta.url)),
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (name) => name === cell || ts.sys.fileExists(name),
  readFile: ts.sys.readFile,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
});

const before = 'import { ask, chart, generate } from "server-logs";\nconst log = await generate();\n';

/** The names that are offered where `|` stands. */
function offered(line: string): string[] {
  const at = before.length + line.indexOf("|");
  text = before + line.replace("|", "");
  version++;
  const { entries } = service.getCompletionsAtPosition(cell, at, {})!;
  return entries.map(({ name }) => name).filter((name) => name !== ""); // what stands there already
}

/** What TypeScript has against a cell. */
function complaints(line: string): string[] {
  text = before + line;
  version++;
  return service
    .getSemanticDiagnostics(cell)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

const names = questions().question as string[];

describe("Tab offers", () => {
  it("the questions, in ask", () => {
    expect(offered('await ask("|", log)').sort()).toEqual(names);
  });

  it("the parameters of the question, and its choices", () => {
    expect(offered('await ask("suspected_bots", log, { | })').sort()).toEqual(
      question("suspected_bots")
        .parameters.map(({ name }) => name)
        .sort(),
    );
    expect(offered('await ask("traffic_over_time", log, { bucket_minutes: | })')).toEqual(
      expect.arrayContaining(["5", "60", "1440", "null"]),
    );
  });

  it("the presets and the incidents, in generate", () => {
    expect(offered('await generate({ scenario: "|" })').sort()).toEqual(Object.keys(presets).sort());
    expect(offered('await generate({ scenario: { preset: "|" } })').sort()).toEqual(
      Object.keys(presets).sort(),
    );
    expect(offered('await generate({ incidents: ["|"] })').sort()).toEqual([...presetIncidents].sort());
  });

  it("the columns of what is drawn: of an answer, of columns, of rows", () => {
    const answer = 'chart.bars(await ask("status_codes", log), { x: "|", y: "requests" })';
    expect(offered(answer).sort()).toEqual(["percent", "requests", "status_code"]);
    expect(offered('chart.lines({ hour: [1], n: [2] }, { x: "|", y: "n" })').sort()).toEqual(["hour", "n"]);
    expect(offered('chart.points([{ hour: 1, n: 2 }], { x: "hour", y: "|" })').sort()).toEqual(["hour", "n"]);
    expect(offered('chart.lines({ hour: [1], n: [2] }, { x: "hour", y: ["|"] })').sort()).toEqual([
      "hour",
      "n",
    ]);
  });
});

describe("TypeScript takes", () => {
  it.each([
    'await ask("./mine.sql", log, { anything: 1 });',
    'await ask("SELECT count(*) AS n FROM requests WHERE status_code = $code", log, { code: 500 });',
    'const name: string = "overview"; await ask(name, log, { top: 1 });',
    'await ask("failing_endpoints", log, { top: 5 });',
    'const own = await ask("SELECT 1 AS n", log); chart.bars(own, { x: "n", y: "n" });',
    'await generate({ scenario: "my own", incidents: [{ id: "x", kind: "outage", start: "2026-01-05T01:00:00Z", seconds: 60 }] });',
    'chart.bars((await log.frame()).head(3), { x: "endpoint", y: ["status_code"] });',
  ])("%s", (line) => {
    expect(complaints(line)).toEqual([]);
  });

  it("no parameter that a question does not have", () => {
    expect(complaints('await ask("failing_endpoints", log, { topp: 5 });').join()).toMatch(/'topp'.*'top'/);
    expect(complaints('await ask("overview", log, { top: 5 });')).not.toEqual([]);
  });
});

it("the types of the questions are those of their SQL: `node lib/build/question-types.js` makes them", async () => {
  const build = new URL("../../lib/build/question-types.js", import.meta.url).href;
  const { path, questionTypes } = (await import(build)) as {
    path: string;
    questionTypes: () => Promise<string>;
  };
  expect(readFileSync(path, "utf8")).toBe(await questionTypes());
});
