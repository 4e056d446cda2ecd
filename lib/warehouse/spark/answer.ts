import { InputError, quoted } from "../../errors.js";
import type { Columns } from "../../record.js";
import type { Work } from "../../work.js";
import { type ParameterType, type ParameterValue, parameterValues } from "../parameters.js";
import type { Question } from "../questions.js";
import { exactNumber, plainValues } from "../values.js";
import { type SparkAddress, sparkAddress } from "./address.js";
import { lakeViews, parquetView, wholeSql } from "./lake.js";
import { runSparkSql } from "./run.js";
import { inQuotes } from "./text.js";

/** A question with the values of its parameters. */
export interface SparkQuestion {
  readonly question: Question;
  readonly params?: Record<string, unknown>;
}

/**
 * The answers of a Spark cluster to questions about a lake or a folder of Parquet files, in one session: Spark takes
 * several seconds to start.
 * @param address - `spark://HOST:PORT?lake=FOLDER` or `?parquet=FOLDER`
 * @throws InputError when the address, a parameter or the SQL is wrong, or the lake is not whole
 */
export async function answersInSpark(
  address: string | SparkAddress,
  asked: readonly SparkQuestion[],
  work: Work,
): Promise<Columns[]> {
  const { master, data } = typeof address === "string" ? sparkAddress(address) : address;
  const script = [...dataViews(data), ...asked.map(answerSql)].join("\n");
  const lines = await runSparkSql(master, script, work);
  if ("lake" in data) refuseParts(data.lake, lines);
  const starts = lines.flatMap((line, i) => (line === COLUMNS ? [i + 1] : []));
  return asked.map(({ question }, i) => columnsOf(question.name, lines.slice(starts[i], starts[i + 1])));
}

/** Marks the lines of the parts that a lake lacks, among what Spark prints. */
const PART = "part of the lake: ";
const COLUMNS = "columns of the answer:";
const ROW = "row of the answer: ";

function dataViews(data: SparkAddress["data"]): string[] {
  if ("parquet" in data) return [parquetView(data.parquet)];
  return [
    lakeViews(data.lake),
    `SELECT concat('${PART}', part, ' ', coalesce(CAST(from AS STRING), ''), ' ', coalesce(CAST(to AS STRING), '')) FROM (${wholeSql()}) LIMIT 1;`,
  ];
}

function refuseParts(lake: string, lines: readonly string[]): void {
  const found = lines.find((line) => line.startsWith(PART))?.slice(PART.length);
  if (found === undefined) return;
  const [, part, from, to] = /^(\w+) (.{19})? ?(.{19})?/.exec(found) ?? [];
  const range =
    from === undefined
      ? "it has no keys"
      : `${from} to ${to} is ${part === "twice" ? "there twice" : "missing"}`;
  throw new InputError(`lake: ${quoted(lake)} is not whole: ${range}; let spark generate run to its end`);
}

const sqlTypes: Record<ParameterType, string> = {
  integer: "BIGINT",
  number: "DOUBLE",
  text: "STRING",
  moment: "TIMESTAMP",
};

/** SQL that prints an answer: its columns and their types, then each row as JSON. */
function answerSql({ question, params = {} }: SparkQuestion): string {
  const json = `to_json(struct(*), map('timestampFormat', "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"))`;
  return [
    paramsView(question, parameterValues(question, params)),
    `EXECUTE IMMEDIATE '${inQuotes(`CREATE OR REPLACE TEMPORARY VIEW answer AS\n${question.sql}`)}';`,
    `SELECT '${COLUMNS}';`,
    "DESCRIBE answer;",
    `SELECT concat('${ROW}', ${json}) FROM answer;`,
  ].join("\n");
}

function paramsView({ parameters }: Question, values: readonly ParameterValue[]): string {
  if (parameters.length === 0) return "";
  const columns = parameters.map(({ name, type }, i) => {
    const value = values[i];
    const literal =
      value === null ? "NULL" : typeof value === "number" ? String(value) : `'${inQuotes(value)}'`;
    return `CAST(${literal} AS ${sqlTypes[type]}) AS ${name}`;
  });
  return `CREATE OR REPLACE TEMPORARY VIEW params AS SELECT ${columns.join(", ")};`;
}

function columnsOf(question: string, lines: readonly string[]): Columns {
  const rows = lines.filter((line) => line.startsWith(ROW)).map((line) => parsed(line.slice(ROW.length)));
  const described = lines.filter((line) => !line.startsWith(ROW));
  const types = described.map((line) => line.split("\t").map((cell) => cell.trim()));
  const names = types.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new InputError(
      `question: ${quoted(question)} has two columns called ${quoted(twice)}: name them apart`,
    );
  return Object.fromEntries(
    types.map(([name, type]) => [name, plainValues(rows.map((row) => cellOf(row[name], type)))]),
  );
}

/** A row's JSON, its numbers exact: a whole number past 2^53 comes as a bigint. */
function parsed(json: string): Record<string, unknown> {
  const marked = json.replace(/("(?:[^"\\]|\\.)*")|(-?\d{16,})(?=[,}\]])/g, (all, text, number) =>
    text !== undefined ? all : `{"exact":"${number}"}`,
  );
  return JSON.parse(marked, (_, value) =>
    typeof value?.exact === "string" && Object.keys(value).length === 1 ? exactNumber(value.exact) : value,
  );
}

function cellOf(value: unknown, type: string): unknown {
  if (value === undefined || value === null) return null;
  return type.startsWith("timestamp") ? new Date(value as string) : value;
}
