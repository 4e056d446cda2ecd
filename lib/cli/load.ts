import type { Command } from "commander";
import { command } from "./command.js";
import { asRows, print, tell } from "./output.js";
import { working } from "./progress.js";
import { addReadingOptions, readingOptionsOf } from "./readingOptions.js";

/** Adds the command `load`. */
export function loadCommand(program: Command): void {
  const load = command(
    program,
    "load",
    "load logs into the table `requests` of a database, each line only once: what was loaded before is left out, compressed or not, and if a log has grown, only its new lines are loaded",
  )
    .argument(
      "<log...>",
      "five-field CSV, Parquet or servers' own logs: files or patterns, rotated logs oldest first; plain, gzip or zstd",
    )
    .requiredOption(
      "--to <database>",
      "a DuckDB file, or postgres://USER@HOST:PORT/DATABASE (the password in PGPASSWORD or ~/.pgpass)",
    );
  addReadingOptions(load)
    .option("--quarantine <file>", "file for the lines of all logs that are not records, as NDJSON")
    .option("--json", "print the result as JSON on standard output")
    .action(async (paths, { to, quarantine, json, ...reading }) => {
      const { isPostgres } = await import("../warehouse/place.js");
      const { load } = await import("../warehouse/load.js");
      const outputs = { to: isPostgres(to) ? undefined : to, quarantine };
      const options = { ...(await readingOptionsOf(reading, outputs)), to, quarantine };
      const loaded = await working((work) => load(paths, options, work));
      if (json) await print(JSON.stringify({ ...loaded, logs: asRows(loaded.logs) }));
      else tell(loaded.summary);
    });
}
