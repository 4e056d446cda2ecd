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

/**
 * The answer of a Spark cluster to a question about a lake or a folder of Parquet files.
 * @param address - `spark://HOST:PORT?lake=FOLDER` or `?parquet=FOLDER`
 * @throws InputError when the address, a parameter or the SQL is wrong, or the lake is not whole
 */
export async function answerInSpark(
  address: string,
  question: Question,
  params: Record<string, unknown>,
  work: Work,
): Promise<Columns> {
  const { master, data } = sparkAddress(address);
  const values = parameterValues(question, params);
  const views = [
    ...dataViews(data),
    ...(question.parameters.length > 0 ? [paramsView(question, values)] : []),
    `EXECUTE IMMEDIATE '${inQuotes(`CREATE TEMPORARY VIEW answer AS\n${question.sql}`)}';`,
  ];
  const lines = await runSparkSql(master, [...views, answerOf("answer")].join("\n"), work);
  if ("lake" in data) refuseParts(data.lake, lines);
  return columnsOf(question.name, lines);
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

function paramsView({ parameters }: Question, values: readonly ParameterValue[]): string {
  const columns = parameters.map(({ name, type }, i) => {
    const value = values[i];
    const literal =
      value === null ? "NULL" : typeof value === "number" ? String(value) : `'${inQuotes(value)}'`;
    return `CAST(${literal} AS ${sqlTypes[type]}) AS ${name}`;
  });
  return `CREATE TEMPORARY VIEW params AS SELECT ${columns.join(", ")};`;
}

/** SQL that prints a view: its columns and their types, then each row as JSON. */
function answerOf(view: string): string {
  const json = `to_json(struct(*), map('timestampFormat', "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"))`;
  return `SELECT '${COLUMNS}';\nDESCRIBE ${view};\nSELECT concat('${ROW}', ${json}) FROM ${view};`;
}

function columnsOf(question: string, lines: readonly string[]): Columns {
  const from = lines.indexOf(COLUMNS);
  const rows = lines.filter((line) => line.startsWith(ROW)).map((line) => parsed(line.slice(ROW.length)));
  const described = lines.slice(from + 1).filter((line) => !line.startsWith(ROW));
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
