import { Command, CommanderError } from "commander";
import { chartOption, formatOption, momentOption, number, pairs, scenarioOption } from "./cliOptions.js";
import { grouped } from "./digits.js";
import { InputError, InterruptedError } from "./errors.js";
import { formats } from "./formats/formats.js";
import type { Columns } from "./record.js";
import { defectKinds, presetIncidents } from "./scenario/incident.js";
import type { Progress, Work } from "./work.js";

/**
 * The command line: a thin face over the functions of the library. Data goes to standard output and words for
 * people to standard error. Exit code 0: done; 1: the data fell short (a log to read was damaged, say) or the machine
 * failed; 2: the call was wrong; 130: interrupted.
 */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  process.stdout.on("error", () => {}); // a closed pipe is told by the write that failed
  const program = new Command("server-logs")
    .description("Make realistic server logs, and check and question any log.")
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .exitOverride()
      .configureOutput({ writeErr: () => {} });

  command("generate", "make a log: the same scenario and seed give the same bytes")
    .option(
      "--rows <n>",
      "number of records, 0 to 10000000000 (default: the scenario's, 1000)",
      number("rows"),
    )
    .option("--rate <n>", "instead of --rows: requests per second, as a mean over the week", number("rate"))
    .option("--seed <n>", "whole number from 0 to 9007199254740991", number("seed"), 42)
    .option(
      "--scenario <name|file>",
      "a preset's name, or a JSON file with a preset and changes on top",
      "demo",
    )
    .option("--start <moment>", "first moment: 2026-01-05T00:00:00Z, 2026-01-05, today, yesterday, now-7d")
    .option("--end <moment>", "its end, excluded (default: a day after the start)")
    .option("--from <moment>", "make only the part from here")
    .option("--to <moment>", "make only the part before here")
    .option("--shard <k/n>", "make only the k-th of n parts of about equal size")
    .option("--out <file>", "file to write; - is standard output", "-")
    .option("--format <name>", `${Object.keys(formats).join(", ")} (default: by the file's ending, else csv)`)
    .option("--incidents <name...>", `what goes wrong: ${presetIncidents.join(", ")}`)
    .option("--random-incidents <n>", "draw as many from the seed, 0 to 12", number("random-incidents"))
    .option("--without-incidents [id...]", "the same log without the incidents named, or without any")
    .option("--defects <kind=share...>", `faulty lines: ${defectKinds.join(", ")}; such as malformed=0.001`)
    .option("--labels", "write the incidents and the defect of each line beside the log")
    .option("--no-key", "write no answer key beside the log")
    .option(
      "--workers <n>",
      "threads, 1 to 64; the bytes are the same (default: by the number of records)",
      number("workers"),
    )
    .option("--json", "tell the outcome as JSON on standard output (with --out FILE)")
    .action(async ({ json, scenario, defects, start, end, from, to, ...options }) => {
      if (json && options.out === "-")
        throw new InputError("--json: needs --out FILE, as standard output carries the log");
      const { generate } = await import("./write/generate.js");
      const now = Date.now();
      const log = await working((work) =>
        generate({
          ...options,
          scenario: scenarioOption(scenario),
          defects: defects && pairs("defects", defects),
          start: momentOption("start", start, now),
          end: momentOption("end", end, now),
          from: momentOption("from", from, now),
          to: momentOption("to", to, now),
          ...work,
        }),
      );
      const { scenario: made, key, lines: _, ...facts } = log;
      if (json) print(JSON.stringify({ ...facts, lines: key.lines, scenario: made }));
      else if (log.path) {
        tell(`${grouped(log.records)} records from ${log.from} to ${log.to}, seed ${log.seed}`);
        tell(`${grouped(log.bytes)} bytes, sha256 ${log.sha256}`);
        for (const { id, added, altered, dropped } of key.incidents.filter(({ happened }) => happened)) {
          tell(`incident ${id}: ${added} added, ${altered} altered, ${dropped} dropped`);
        }
        tell(`written to ${log.path}${log.keyPath ? `, answer key ${log.keyPath}` : ""}`);
      }
    });

  command(
    "read",
    "read servers' own logs into five-field CSV, losing no line; exit code 1 when one is damaged",
  )
    .argument(
      "<log...>",
      'log files, plain, gzip or zstd; patterns such as "access.log*", rotated logs oldest first; - is standard input',
    )
    .requiredOption(
      "--out <file>",
      "CSV file to write, compressed as .csv.gz or .csv.zst; - is standard output",
    )
    .option(
      "--format <name>",
      "what the lines look like: auto, combined, common, haproxy, alb, elb, caddy, traefik, json, csv, parquet, or a .json file with a format of your own",
      "auto",
    )
    .option("--quarantine <file>", "where the lines go that are no records, as NDJSON; - is standard output")
    .option("--time-zone <zone>", "zone of times that name none, such as Europe/Berlin or +02:00", "UTC")
    .option(
      "--time-unit <unit>",
      "unit of response times where the log leaves it open: s, ms, us, ns or none",
    )
    .option("--keep-query", "keep the query strings of paths")
    .option("--fold-ids", "fold identifiers in paths: /users/123 becomes /users/{id}")
    .option("--json", "tell the outcome as JSON on standard output (with --out FILE)")
    .action(async (paths, { format, out, quarantine, timeZone, timeUnit, keepQuery, foldIds, json }) => {
      if (json && (out === "-" || quarantine === "-")) {
        const [option, carried] = out === "-" ? ["--out", "records"] : ["--quarantine", "quarantine"];
        throw new InputError(`--json: needs ${option} FILE, as standard output carries the ${carried}`);
      }
      const { read } = await import("./write/readLog.js");
      const options = {
        format: formatOption(format),
        out,
        quarantine,
        timeZone,
        timeUnit,
        query: keepQuery ? "keep" : "cut",
        identifiers: foldIds ? "fold" : "keep",
      } as const;
      const log = await working((work) => read(paths, options, work));
      if (json) print(JSON.stringify(log));
      else tell(log.summary);
      if (out !== "-" && !json) tell(`written to ${log.path}`);
      if (log.damaged) code = 1;
    });

  command("validate", "check a five-field CSV against every rule; exit code 1 when it breaks one")
    .argument("<log>", "CSV file, plain or gzip")
    .option("--json", "the table of rules as JSON")
    .option("--unordered", "records out of time order are a warning, not an error")
    .action(async (path, { json, unordered }) => {
      const { validate } = await import("./check/validate.js");
      const order = unordered ? "warning" : "error";
      const result = await working((work) => validate(path, { ...work, order }));
      if (json)
        print(JSON.stringify({ valid: result.valid, records: result.records, rules: rows(result.rules) }));
      else print(await table(result.rules));
      if (!json) tell(result.summary.split("\n")[0]);
      if (!result.valid) code = 1;
    });

  command("verify", "compare a copy of a log with what was written; exit code 1 when it differs")
    .argument(
      "<copy...>",
      "CSV (plain, gzip or zstd), NDJSON, Parquet, a DuckDB file, or postgres://USER@HOST:PORT/DATABASE (the password in PGPASSWORD or ~/.pgpass); or several that make it up together",
    )
    .option(
      "--key <file...>",
      "answer key, or those of all parts (default: beside the file, by its name; none is beside a database)",
    )
    .option(
      "--counts",
      "the copy is a CSV of counts by bucket, endpoint and status, as a dashboard exports it",
    )
    .option("--bucket-seconds <n>", "with --counts: length of its buckets", number("bucket-seconds"))
    .option("--limit <n>", "differences of each kind to show, 0 to 10000", number("limit"), 20)
    .option("--workers <n>", "threads that make the log again, 1 to 64", number("workers"))
    .option("--json", "the outcome as JSON")
    .action(async (copies, { key, counts, bucketSeconds, limit, workers, json }) => {
      if (bucketSeconds !== undefined && !counts)
        throw new InputError("--bucket-seconds: needs --counts, as records are compared without buckets");
      const result = counts
        ? await verifiedCounts(copies, key, { bucketSeconds, limit })
        : await working(async (work) => {
            const { verify } = await import("./check/verify.js");
            return verify(copies, key, { limit, workers }, work);
          });
      if (json) print(JSON.stringify({ ...result, differences: rows(result.differences) }));
      else {
        if (result.differences[Object.keys(result.differences)[0]].length > 0)
          print(await table(result.differences));
        tell(result.summary);
      }
      if (!result.valid) code = 1;
    });

  command("load", "load logs into the table `requests` of a database that lasts, each only once")
    .argument(
      "<log...>",
      "five-field CSV, Parquet or servers' own logs: files or patterns, rotated logs oldest first; plain, gzip or zstd",
    )
    .requiredOption(
      "--to <database>",
      "a DuckDB file, or postgres://USER@HOST:PORT/DATABASE (the password in PGPASSWORD or ~/.pgpass)",
    )
    .option("--format <name|file>", "what servers' own logs look like (default: by their first lines)")
    .option("--time-zone <zone>", "zone of times that name none, such as Europe/Berlin or +02:00")
    .option("--time-unit <unit>", "unit of response times where a log leaves it open: s, ms, us, ns or none")
    .option("--keep-query", "keep the query strings of paths")
    .option("--fold-ids", "fold identifiers in paths: /users/123 becomes /users/{id}")
    .option("--quarantine <file>", "where the lines of all logs go that are no records, as NDJSON")
    .option("--json", "tell the outcome as JSON on standard output")
    .action(async (paths, { to, format, quarantine, timeZone, timeUnit, keepQuery, foldIds, json }) => {
      const { load } = await import("./warehouse/load.js");
      const options = {
        to,
        format: format === undefined ? undefined : formatOption(format),
        quarantine,
        timeZone,
        timeUnit,
        query: keepQuery ? "keep" : undefined,
        identifiers: foldIds ? "fold" : undefined,
      } as const;
      const loaded = await working((work) => load(paths, options, work));
      if (json) print(JSON.stringify({ ...loaded, logs: rows(loaded.logs) }));
      else tell(loaded.summary);
    });

  command("ask", "ask a question of logs or of a database, in SQL; `server-logs questions` lists them")
    .argument("<question>", "a question's name, or an .sql file of your own")
    .requiredOption(
      "--on <log...>",
      "five-field CSV (plain, gzip or zstd), Parquet, a DuckDB file, or postgres://USER@HOST:PORT/DATABASE",
    )
    .option("--set <name=value...>", "values of the question's parameters")
    .option("--json", "answer as JSON, a list of rows")
    .option("--csv", "answer as CSV")
    .option(
      "--chart <file>",
      "draw the answer too: a .png picture, or an .html page that stands alone (5 MB)",
    )
    .action(async (question, { on, set = [], json, csv, chart }) => {
      const draw = chart === undefined ? undefined : await chartOption(question, chart);
      const { ask } = await import("./warehouse/ask.js");
      const answer = await working((work) => ask(question, on, pairs("set", set), work));
      await printColumns(answer, json, csv);
      await draw?.(answer);
    });

  command("questions", "list the questions that `ask` knows")
    .option("--json", "as JSON, a list of rows")
    .option("--csv", "as CSV")
    .action(async ({ json, csv }) => {
      const { questions } = await import("./warehouse/questions.js");
      await printColumns(questions(), json, csv);
    });

  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    return failure(error, program);
  }
}

async function verifiedCounts(
  tables: readonly string[],
  key: string[] | undefined,
  options: { bucketSeconds?: number; limit: number },
) {
  if (tables.length > 1) throw new InputError(`copy: --counts compares one table, not ${tables.length}`);
  if (key === undefined) throw new InputError("key: --counts needs --key FILE, the log's answer key");
  const { verifyCounts } = await import("./check/verifyCounts.js");
  return verifyCounts(tables[0], key, options);
}

/** Says in one sentence what went wrong, and gives the exit code. */
function failure(error: unknown, program: Command): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0; // --help
    if (error.code === "commander.help") {
      tell(program.helpInformation());
      return 2;
    }
    tell(error.message.replace(/^error: /, "server-logs: ").replace(/\n\(/, " ("));
    return 2;
  }
  if (error instanceof InterruptedError) {
    tell(`server-logs: ${error.message}`);
    return 130;
  }
  if ((error as NodeJS.ErrnoException).code === "EPIPE") {
    tell("server-logs: stopped, since nobody reads the output any more");
    return 1;
  }
  tell(`server-logs: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof InputError ? 2 : 1;
}

function tell(words: string): void {
  process.stderr.write(`${words}\n`);
}

function print(data: string): void {
  process.stdout.write(`${data}\n`);
}

/** What stops long work so that it can clean up: Ctrl-C, kill, and a terminal that is closed. */
const stops = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs long work: Ctrl-C stops it, and a terminal sees how far it has come. */
async function working<T>(run: (work: Work) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  for (const signal of stops) process.once(signal, interrupt);
  const began = performance.now();
  let shown = false;
  const onProgress = ({ done, total, unit }: Progress) => {
    if (!process.stderr.isTTY) return;
    shown = true;
    const seconds = (performance.now() - began) / 1000;
    const share = total ? ` of ${grouped(total)}` : "";
    const left = total && done > 0 ? `, ${Math.ceil((seconds * (total - done)) / done)} s left` : "";
    process.stderr.write(
      `\r\x1b[K${grouped(done)}${share} ${unit}, ${grouped(Math.round(done / seconds))}/s${left}`,
    );
  };
  try {
    return await run({ signal: controller.signal, onProgress });
  } finally {
    if (shown) process.stderr.write("\r\x1b[K");
    for (const signal of stops) process.off(signal, interrupt);
  }
}

function rows(columns: Columns): Record<string, unknown>[] {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
}

async function printColumns(columns: Columns, json: boolean, csv: boolean): Promise<void> {
  if (json) print(JSON.stringify(rows(columns)));
  else if (csv) {
    const { csvCell } = await import("./formats/csv.js");
    const lines = [Object.keys(columns), ...rows(columns).map(Object.values)];
    print(
      lines.map((cells) => cells.map((cell: unknown) => csvCell(String(cell ?? ""))).join(",")).join("\n"),
    );
  } else print(await table(columns));
}

async function table(columns: Columns): Promise<string> {
  const { columnsTable, textTable } = await import("./notebook/table.js");
  return textTable(columnsTable(columns));
}
