import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { InputError, InterruptedError } from "../../errors.js";
import { scratchFolder } from "../../files/scratch.js";
import type { Work } from "../../work.js";
import { checkCluster } from "./address.js";
import { Complaints } from "./complaints.js";

/** Settings of every session: moments in UTC, text in quotes taken literally, and no database. */
const settings = {
  "spark.sql.session.timeZone": "UTC",
  "spark.sql.catalogImplementation": "in-memory",
  "spark.sql.variable.substitute": "false",
  "spark.sql.jsonGenerator.ignoreNullFields": "false",
  "spark.ui.enabled": "false",
  "spark.ui.showConsoleProgress": "true",
  // retries a failed task on another executor: one without a disk would take every task, since it fails first
  "spark.excludeOnFailure.enabled": "true",
  // what failed on every executor: how long it waits for a new one, by itself two minutes
  "spark.scheduler.excludeOnFailure.unschedulableTaskSetTimeout": "20s",
  // so that it warns when the cluster has no executor for it
  "spark.log.level": "WARN",
};

/** Milliseconds that Spark gets to end in good order after it was told to. */
const GRACE = 5000;

/**
 * Runs a script of Spark SQL through the `spark-sql` that is installed (in SPARK_HOME, else on the path).
 * @param take - is called with each line of its standard output (a row), in order
 * @throws InputError when Spark or Java is not installed, nobody listens at the address, Spark refuses the SQL, or the
 * SQL itself raises an error; InterruptedError when stopped, which ends Spark too; Error when the cluster failed
 */
export async function runSparkSql(
  master: string,
  sql: string,
  { signal, onProgress }: Work,
  take: (line: string) => void = () => {},
): Promise<void> {
  const program = sparkSqlProgram();
  await checkCluster(master);
  if (signal?.aborted) throw new InterruptedError();
  const folder = await scratchFolder();
  try {
    const script = join(folder, "script.sql");
    await writeFile(script, `${sql}\n`);
    const options = Object.entries(settings).flatMap(([name, value]) => ["--conf", `${name}=${value}`]);
    const args = ["--master", master, "--name", "server-logs", ...options, "-S", "-f", script];
    // its own process group, because spark-sql is a shell script around Java
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const kill = (how: NodeJS.Signals) => {
      try {
        process.kill(-child.pid!, how);
      } catch {} // it has already ended
    };
    const stop = () => {
      kill("SIGTERM");
      setTimeout(kill, GRACE, "SIGKILL").unref();
    };
    const complaints = new Complaints();
    let fault: unknown;
    const failed = (error: unknown) => {
      fault ??= error;
      stop();
    };
    const output = eachLine(child.stdout, "\n", (line) => {
      if (fault === undefined && line !== "") take(line);
    }).catch(failed);
    const messages = eachLine(child.stderr, /[\r\n]+/, (line) => {
      const tasks = [...line.matchAll(PROGRESS)].at(-1);
      if (tasks) onProgress?.({ done: Number(tasks[1]), total: Number(tasks[2]), unit: "tasks" });
      complaints.add(line.replace(PROGRESS, "").trim());
      if (complaints.isStarved) failed(complaints.failure());
    });
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
      });
      await Promise.all([output, messages]);
      if (signal?.aborted) throw new InterruptedError();
      if (fault !== undefined) throw fault;
      if (code !== 0) throw complaints.failure();
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The progress bar of a stage, which Spark writes after a carriage return; a message may follow on the line. */
const PROGRESS = /\[Stage \d+:[^\]]*\((\d+) \+ \d+\) \/ (\d+)\]/g;

/** Calls with each line that a process prints. `readline` also splits at U+2028, which a log may contain. */
async function eachLine(
  stream: NodeJS.ReadableStream,
  end: string | RegExp,
  take: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of stream as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(end);
    rest = lines.pop()!;
    for (const line of lines) take(line);
  }
  take(rest);
}

/** @throws InputError when Spark or Java cannot be found */
function sparkSqlProgram(): string {
  const { SPARK_HOME, JAVA_HOME, PATH = "" } = process.env;
  const folders = SPARK_HOME
    ? [join(SPARK_HOME, "bin")]
    : PATH.split(delimiter).filter((each) => each !== "");
  const program = folders.map((folder) => join(folder, "spark-sql")).find((path) => existsSync(path));
  if (program === undefined) {
    throw new InputError(
      `Spark is not installed here: there is no spark-sql ${SPARK_HOME ? "in SPARK_HOME/bin" : "on the path"}; install it (such as pip install pyspark) and set SPARK_HOME to its folder`,
    );
  }
  const javas = JAVA_HOME
    ? [join(JAVA_HOME, "bin", "java")]
    : PATH.split(delimiter).map((each) => join(each, "java"));
  if (!javas.some((path) => existsSync(path))) {
    throw new InputError(
      `Java is not installed here: Spark needs Java 17 or newer, ${JAVA_HOME ? "and there is none in JAVA_HOME" : "on the path or in JAVA_HOME"}`,
    );
  }
  return program;
}
