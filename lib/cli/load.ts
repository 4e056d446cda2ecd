import type { Command } from "commander";
import { command } from "./command.js";
import { formatOption, keepOptionFile } from "./options.js";
import { print, rows, tell } from "./output.js";
import { working } from "./progress.js";

/** Adds the command `load`. */
export function loadCommand(program: Command): void {
  command(program, "load", "load logs into the table `requests` of a database that lasts, each only once")
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
      const { isPostgres } = await import("../warehouse/place.js");
      const { load } = await import("../warehouse/load.js");
      const own = format === undefined ? undefined : formatOption(format);
      const options = {
        to,
        format: own?.value,
        quarantine,
        timeZone,
        timeUnit,
        query: keepQuery ? "keep" : undefined,
        identifiers: foldIds ? "fold" : undefined,
      } as const;
      if (own) await keepOptionFile(own, { to: isPostgres(to) ? undefined : to, quarantine });
      const loaded = await working((work) => load(paths, options, work));
      if (json) await print(JSON.stringify({ ...loaded, logs: rows(loaded.logs) }));
      else tell(loaded.summary);
    });
}
