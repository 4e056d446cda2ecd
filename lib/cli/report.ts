import type { Command } from "commander";
import { grouped } from "../digits.js";
import { command } from "./command.js";
import { number } from "./options.js";
import { tell } from "./output.js";
import { working } from "./progress.js";
import { addReadingOptions, readingOptionsOf } from "./readingOptions.js";

/** Adds the command `report`. */
export function reportCommand(program: Command): void {
  const report = command(
    program,
    "report",
    "make one HTML page of everything that a log shows: traffic, errors, response times, clients, alerts, incidents",
  )
    .argument(
      "<log...>",
      "servers' own logs, five-field CSV, Parquet, a DuckDB file, or postgres://USER@HOST:PORT/DATABASE",
    )
    .requiredOption("--out <file>", "HTML file to write; - is standard output");
  addReadingOptions(report)
    .option("--title <text>", "heading of the page (default: the log's name)")
    .option("--key <file>", "answer key, for the incidents (default: the one beside the log)")
    .option(
      "--availability <share>",
      "share of the requests that must not fail on the server's side, for the alerts (default: 0.999)",
      number("availability"),
    )
    .action(async (logs, { out, title, key, availability, ...reading }) => {
      const { report } = await import("../report/report.js");
      const how = await readingOptionsOf(reading, { out });
      const { path, html } = await working((work) =>
        report(logs, { ...how, out, title, key, availability, ...work }),
      );
      if (path !== undefined) tell(`written to ${path}, ${grouped(Buffer.byteLength(html))} bytes`);
    });
}
