import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";
import { InputError, InterruptedError } from "../../errors.js";
import type { Work } from "../../work.js";
import { checkCluster } from "./address.js";

/** What every session needs: moments in UTC, text in quotes as it stands, and no database of its own. */
const settings = {
  "spark.sql.session.timeZone": "UTC",
  "spark.sql.catalogImplementation": "in-memory",
  "spark.sql.variable.substitute": "false",
  "spark.sql.jsonGenerator.ignoreNullFields": "false",
  "spark.ui.enabled": "false",
  "spark.ui.showConsoleProgress": "false",
  "spark.log.level": "ERROR",
};

/**
 * Runs a script of Spark SQL through the `spark-sql` that is installed (in SPARK_HOME, else on the path).
 * @param takeLine - takes what it prints on standard output, a row a line; what it throws ends Spark
 * @throws InputError when Spark or Java is not installed, nobody listens at the address, or Spark refuses the SQL;
 * InterruptedError when stopped, which ends Spark too; Error when the cluster failed
 */
export async function runSparkSql(
  master: string,
  sql: string,
  { signal }: Work = {},
  takeLine: (line: string) => void = () => {},
): Promise<void> {
  const program = sparkSqlProgram();
  await checkCluster(master);
  if (signal?.aborted) throw new InterruptedError();
  const folder = mkdtempSync(join(tmpdir(), "server-logs-spark-"));
  try {
    const script = join(folder, "script.sql");
    writeFileSync(script, `${sql}\n`);
    const options = Object.entries(settings).flatMap(([name, value]) => ["--conf", `${name}=${value}`]);
    const args = ["--master", master, "--name", "server-logs", ...options, "-S", "-f", script];
    // a group of its own, since spark-sql is a shell script around Java
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const stop = () => {
      try {
        process.kill(-child.pid!, "SIGTERM");
      } catch {} // it has just ended by itself
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const [, errors, code] = await Promise.all([
        eachLine(child.stdout, takeLine).catch((error) => {
          stop();
          throw error;
        }),
        textOf(child.stderr),
        new Promise<number | null>((resolve, reject) => {
          child.once("error", reject);
          child.once("close", resolve);
        }),
      ]);
      if (signal?.aborted) throw new InterruptedError();
      if (code !== 0) throw failure(errors);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function eachLine(stream: Readable, take: (line: string) => void): Promise<void> {
  let rest = "";
  stream.setEncoding("utf8");
  for await (const text of stream as AsyncIterable<string>) {
    const lines = text.split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    for (const line of lines) if (line !== "") take(line);
  }
  if (rest !== "") take(rest);
}

/** Most that is kept of Spark's messages, in characters. */
const mostText = 2 ** 20;

async function textOf(stream: Readable): Promise<string> {
  let text = "";
  stream.setEncoding("utf8");
  for await (const piece of stream as AsyncIterable<string>) if (text.length < mostText) text += piece;
  return text;
}

/** @throws InputError when Spark or Java is not to be found */
function sparkSqlProgram(): string {
  const { SPARK_HOME, JAVA_HOME, PATH = "" } = process.env;
  const folders = SPARK_HOME
    ? [join(SPARK_HOME, "bin")]
    : PATH.split(delimiter).filter((each) => each !== "");
  const program = folders.map((folder) => join(folder, "spark-sql")).find((path) => existsSync(path));
  if (program === undefined) {
    throw new InputError(
      `source: Spark is not installed here: there is no spark-sql ${SPARK_HOME ? "in SPARK_HOME/bin" : "on the path"}; install it (such as pip install pyspark) and set SPARK_HOME to its folder`,
    );
  }
  const javas = JAVA_HOME
    ? [join(JAVA_HOME, "bin", "java")]
    : PATH.split(delimiter).map((each) => join(each, "java"));
  if (!javas.some((path) => existsSync(path))) {
    throw new InputError(
      `source: Java is not installed here: Spark needs Java 17 or newer, ${JAVA_HOME ? "and there is none in JAVA_HOME" : "on the path or in JAVA_HOME"}`,
    );
  }
  return program;
}

/** What went wrong, in one sentence of Spark's own: its first error, without the stack. */
function failure(errors: string): Error {
  const lines = errors.split("\n").map((line) => line.trim());
  const exit = lines.find((line) =>
    /Subprocess exited with status|No such file or directory|command not found/.test(line),
  );
  const refused = /^(?:Error in query: |.*?(?:AnalysisException|ParseException): )?(\[[A-Z_.]+\] .*)$/;
  const sentence = lines.map((line) => refused.exec(line)?.[1]).find((found) => found !== undefined);
  const isOurs =
    /^\[(PARSE_SYNTAX_ERROR|UNRESOLVED|TABLE_OR_VIEW|DATATYPE|MISSING|INVALID_|AMBIGUOUS|PATH_NOT_FOUND)/;
  if (sentence !== undefined && isOurs.test(sentence))
    return new InputError(`question: Spark refuses it: ${sentence.slice(0, 300)}`);
  const last = exit ?? sentence ?? lines.find((line) => /Exception|Error/.test(line)) ?? lines.at(-1) ?? "";
  return new Error(`Spark failed: ${last.slice(0, 300)}`);
}
