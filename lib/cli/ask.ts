import type { Command } from "commander";
import { command } from "./command.js";
import { chartOption, pairs } from "./options.js";
import { columnsPrinter, outputForm, printColumns } from "./output.js";
import { working } from "./progress.js";
import { addReadingOptions, readingOptionsOf, tellRead } from "./readingOptions.js";

/** Adds the command `ask`. */
export function askCommand(program: Command): void {
  const ask = command(
    program,
    "ask",
    "ask a question of logs or of a database, in SQL; `server-logs questions` lists them. Each call reads the log again: for many questions, run `server-logs load LOG --to FILE.duckdb` once, and ask --on FILE.duckdb",
  )
    .argument("<question>", "a question's name, an .sql file of your own, or SQL itself: SELECT … or WITH …")
    .requiredOption(
      "--on <log...>",
      "servers' own logs, five-field CSV (plain, gzip or zstd), Parquet, a DuckDB file, or postgres://USER@HOST:PORT/DATABASE",
    )
    .option("--set <name=value...>", "values of the question's parameters, or of $name in SQL itself");
  addReadingOptions(ask)
    .option("--json", "answer as JSON, a list of rows")
    .option("--csv", "answer as CSV")
    .option(
      "--chart <file>",
      "draw the answer too: a .png or .svg picture, or an .html page that stands alone (5 MB)",
    )
    .action(async (question, { on, set = [], json, csv, chart, ...reading }) => {
      const params = pairs("set", set);
      const draw = chart === undefined ? undefined : await chartOption(question, params, chart, on);
      const { ask, askInPieces } = await import("../warehouse/ask.js");
      const options = { ...(await readingOptionsOf(reading, { chart })), onRead: tellRead };
      const form = outputForm({ json, csv });
      if (draw === undefined) {
        return working(async (work) => {
          const printer = await columnsPrinter(form, work.signal);
          await askInPieces(question, on, params, { ...options, ...work }, printer.put);
          await printer.end();
        });
      }
      const answer = await working((work) => ask(question, on, params, { ...options, ...work }));
      await printColumns(answer, form);
      await draw(answer);
    });
}
