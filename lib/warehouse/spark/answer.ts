import { InputError, quoted } from "../../errors.js";
import type { Work } from "../../work.js";
import type { Answer } from "../answer.js";
import { type ParameterType, type ParameterValue, parameterValues } from "../parameters.js";
import type { Question } from "../questions.js";
import { exactNumber } from "../values.js";
import type { SparkData } from "./address.js";
import { lakeViews, parquetView, wholeSql } from "./lake.js";
import { runSparkSql } from "./run.js";
import { inQuotes } from "./text.js";

/** A question with the values of its parameters, its data, and the function that takes its answer. */
export interface SparkQuestion {
  readonly question: Question;
  readonly params?: Record<string, unknown>;
  readonly data: SparkData;
  readonly answer: Answer;
}

/**
 * Answers questions on a Spark cluster, all in one session, because Spark takes several seconds to start.
 * @param master as `spark-sql --master` takes it
 * @throws InputError when a parameter or the SQL is wrong, or a lake is not complete
 */
export async function answersInSpark(
  master: string,
  asked: readonly SparkQuestion[],
  work: Work,
): Promise<void> {
  const script = asked.flatMap((each, i) => [
    ...(each.data === asked[i - 1]?.data ? [] : [dataViews(each.data)]),
    answerSql(each),
  ]);
  let begun = 0;
  let printed: PrintedAnswer | undefined;
  await runSparkSql(master, script.join("\n"), work, (line) => {
    if (line === COLUMNS) {
      printed?.end();
      printed = new PrintedAnswer(asked[begun++]);
    } else printed?.take(line);
  });
  printed?.end();
}

/** Marks the columns and the rows of an answer in the output of Spark. */
const COLUMNS = "columns of the answer:";
const ROW = "row of the answer: ";

const dataViews = (data: SparkData): string =>
  "parquet" in data
    ? parquetView(data.parquet)
    : `${lakeViews(data.lake)}\n${wholeSql(data.lake, data.differs !== true)}`;

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
    return `CAST(${literal} AS ${sqlTypes[type]}) AS \`${name}\``;
  });
  return `CREATE OR REPLACE TEMPORARY VIEW params AS SELECT ${columns.join(", ")};`;
}

/** Number of rows of an answer that are passed on at a time. */
const rowsAtATime = 64;

/** Parses an answer as Spark prints it: its columns and their types, then its rows. */
class PrintedAnswer {
  readonly #asked: SparkQuestion;
  readonly #types: [name: string, type: string][] = [];
  #columns: unknown[][] | undefined;

  constructor(asked: SparkQuestion) {
    this.#asked = asked;
  }

  take(line: string): void {
    if (!line.startsWith(ROW)) {
      const [name, type] = line.split("\t").map((cell) => cell.trim());
      this.#types.push([name, type]);
      return;
    }
    const columns = this.#begun();
    const row = parsed(line.slice(ROW.length));
    this.#types.forEach(([name, type], i) => {
      columns[i].push(cellOf(row[name], type));
    });
    if (columns[0].length === rowsAtATime) this.#handOn(columns);
  }

  end(): void {
    this.#handOn(this.#begun());
  }

  #begun(): unknown[][] {
    if (this.#columns !== undefined) return this.#columns;
    const { question, answer } = this.#asked;
    const names = this.#types.map(([name]) => name);
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined)
      throw new InputError(
        `question: ${quoted(question.name)} has two columns called ${quoted(twice)}: name them apart`,
      );
    answer.begin(names);
    this.#columns = names.map(() => []);
    return this.#columns;
  }

  #handOn(columns: unknown[][]): void {
    if (columns[0].length > 0) this.#asked.answer.add(columns);
    this.#columns = columns.map(() => []);
  }
}

/** Parses a row's JSON with exact numbers: a whole number past 2^53 is a bigint. */
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
