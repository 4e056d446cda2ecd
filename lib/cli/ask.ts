import type { Command } from "commander";
import { command } from "./command.js";
import { chartOption, pairs } from "./options.js";
import { printColumns } from "./output.js";
import { working } from "./progress.js";

/** Adds the command `ask`. */
export function askCommand(program: Command): void {
  command(
    program,
    "ask",
    "ask a question of logs or of a database, in SQL; `server-logs questions` lists them",
  )
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
      const draw = chart === undefined ? undefined : await chartOption(question, chart, on);
      const { ask } = await import("../warehouse/ask.js");
      const answer = await working((work) => ask(question, on, pairs("set", set), work));
      await printColumns(answer, json, csv);
      await draw?.(answer);
    });
}
