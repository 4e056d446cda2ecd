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
  /** The question in words; empty if the file does not give it. */
  readonly sentence: string;
  readonly parameters: readonly Parameter[];
  /** The chart that suits the answer; undefined if a table shows it best. */
  readonly chart: SuitedChart | undefined;
  readonly sql: string;
  /** Whether it is built in. A built-in question always has the same answer for the same data. */
  readonly isBuiltIn?: boolean;
}

/** The built-in questions, in the columns `question` (its name), `asks`, `parameters` and `chart` (its kind). */
export function questions(): Columns {
  const all = names().map((name) => question(name));
  return {
    question: all.map(({ name }) => name),
    asks: all.map(({ sentence }) => sentence),
    parameters: all.map((each) => parameterTexts(each).join("; ")),
    chart: all.map(({ chart }) => chart?.kind ?? ""),
  };
}

/** What is to be known of each parameter of a question, for people to read. */
export const parameterTexts = ({ parameters }: Question): string[] =>
  parameters.map((p) => `${p.name} (${p.type}, default ${p.default ?? "chosen"}): ${p.sentence}`);

/**
 * Finds a built-in question by its name, or the user's own by the path of its .sql file. The text may also be SQL
 * itself, if it begins with SELECT or WITH. In such SQL, `$name` stands for a parameter, which has the type of the
 * given value.
 * @param params - values of the parameters, which define the parameters of SQL given as text
 * @throws InputError if there is no question with this name, or the file cannot be read
 */
export function question(nameOrPath: string, params: Readonly<Record<string, unknown>> = {}): Question {
  if (typeof nameOrPath !== "string" || nameOrPath === "") {
    throw new InputError(
      `question: ${quoted(nameOrPath)} is not the name of a question: ${names().join(", ")}`,
    );
  }
  if (isSql(nameOrPath)) return questionOfSql(nameOrPath, params);
  if (names().includes(nameOrPath))
    return { ...parse(nameOrPath, readFileSync(`${folder}${nameOrPath}.sql`, "utf8")), isBuiltIn: true };
  if (!/\.sql$/i.test(nameOrPath)) {
    throw new InputError(
      `question: ${quoted(nameOrPath)} is neither a question (${names().join(", ")}) nor the path of a .sql file nor SQL that begins with SELECT or WITH${didYouMean(nameOrPath, names())}`,
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

/** Whether a text, after any comments, is SQL itself and not a name or path. */
function isSql(text: string): boolean {
  return /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:select|with)\s/i.test(text);
}

/**
 * Parameters in SQL given as text are written `$name`, and are read from the single row of `params` like all others.
 */
function questionOfSql(sql: string, params: Readonly<Record<string, unknown>>): Question {
  const parameters = Object.entries(params).map(([name, value]): Parameter => {
    if (!/^[a-z]\w*$/.test(name))
      throw new InputError(`params: ${quoted(name)} cannot be a name in SQL: give small letters and digits`);
    const ofNumber = Number.isSafeInteger(value) ? "integer" : "number";
    const type = typeof value === "string" ? "text" : value instanceof Date ? "moment" : ofNumber;
    return { name, type, range: undefined, choices: undefined, default: null, sentence: "" };
  });
  const unused = parameters.find(({ name }) => !new RegExp(`\\$${name}\\b`).test(sql));
  if (unused !== undefined)
    throw new InputError(`params: the SQL has no parameter ${quoted(`$${unused.name}`)}`);
  return {
    name: sql.trim().replace(/\s+/g, " "),
    sentence: "",
    parameters,
    chart: undefined,
    sql: withParameters(sql, parameters),
  };
}

/** Replaces `$name` by a column of `params`, except in quotes and in comments. */
function withParameters(sql: string, parameters: readonly Parameter[]): string {
  const known = parameters.map(({ name }) => name);
  const parts = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([a-z]\w*)/g;
  return sql.replace(parts, (whole, name?: string) => {
    if (name === undefined) return whole;
    if (!known.includes(name))
      throw new InputError(`params: the SQL asks for ${quoted(whole)}, and no value of this name is given`);
    return `(SELECT params.${name} FROM params)`; // behind a dot, a keyword is a name, too
  });
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
