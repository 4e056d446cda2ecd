import { readdirSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean, InputError, quoted } from "../errors.js";
import type { Columns } from "../record.js";
import { type Parameter, parseParameter } from "./parameters.js";
import { parseChart, type SuitedChart } from "./suitedChart.js";

/**
 * A question is one SQL file over the table `requests`. It starts with comment lines of a fixed form:
 *
 *     -- failing_endpoints: Which endpoints have the most failed requests?
 *     -- parameter top (integer, 1 to 1000000, default 10): how many endpoints
 *     -- chart: bars x=endpoint y=client_errors,server_errors
 *
 * The parameters are columns of a table `params` of one row. A user's own file may leave all of it out.
 */
export interface Question {
  readonly name: string;
  /** The question in words; empty in a file that does not say. */
  readonly sentence: string;
  readonly parameters: readonly Parameter[];
  /** The chart that suits the answer; undefined where a table says it best. */
  readonly chart: SuitedChart | undefined;
  readonly sql: string;
}

/** The built-in questions: columns `question` (its name), `asks`, `parameters` and `chart` (its kind). */
export function questions(): Columns {
  const all = names().map((name) => question(name));
  return {
    question: all.map(({ name }) => name),
    asks: all.map(({ sentence }) => sentence),
    parameters: all.map(({ parameters }) =>
      parameters
        .map((p) => `${p.name} (${p.type}, default ${p.default ?? "chosen"}): ${p.sentence}`)
        .join("; "),
    ),
    chart: all.map(({ chart }) => chart?.kind ?? ""),
  };
}

/**
 * A built-in question by name, or a user's own by the path of its .sql file.
 * @throws InputError when there is none of this name, or the file cannot be read.
 */
export function question(nameOrPath: string): Question {
  if (typeof nameOrPath !== "string" || nameOrPath === "") {
    throw new InputError(
      `question: ${quoted(nameOrPath)} is not the name of a question: ${names().join(", ")}`,
    );
  }
  if (names().includes(nameOrPath))
    return parse(nameOrPath, readFileSync(`${folder}${nameOrPath}.sql`, "utf8"));
  if (!/\.sql$/i.test(nameOrPath)) {
    throw new InputError(
      `question: ${quoted(nameOrPath)} is neither a question (${names().join(", ")}) nor the path of a .sql file${didYouMean(nameOrPath, names())}`,
    );
  }
  try {
    return parse(basename(nameOrPath).replace(/\.sql$/i, ""), readFileSync(resolve(nameOrPath), "utf8"));
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(
      `question: cannot read ${quoted(nameOrPath)}: ${code === "ENOENT" ? "there is no such file" : message}`,
    );
  }
}

const folder = fileURLToPath(new URL("./queries/", import.meta.url));
let found: string[] | undefined;

function names(): string[] {
  found ??= readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .map((file) => file.slice(0, -".sql".length))
    .sort();
  return found;
}

function parse(name: string, text: string): Question {
  const sql = text.replace(/^\uFEFF/, "");
  let sentence = "";
  let chart: SuitedChart | undefined;
  const parameters: Parameter[] = [];
  for (const line of sql.split(/\r?\n/)) {
    if (!line.startsWith("--")) break;
    if (/^-- parameter\b/.test(line)) parameters.push(parseParameter(name, line));
    else if (/^-- chart:/.test(line)) chart = parseChart(name, line);
    else if (sentence === "") sentence = /^-- \w+: (.+)$/.exec(line)?.[1].trim() ?? "";
  }
  return { name, sentence, parameters, chart, sql };
}
