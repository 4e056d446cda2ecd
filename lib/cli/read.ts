import type { Command } from "commander";
import { InputError } from "../errors.js";
import { command, type Exit } from "./command.js";
import { formatOption, keepOptionFile } from "./options.js";
import { print, tell } from "./output.js";
import { working } from "./progress.js";

/** Adds the command `read`. */
export function readCommand(program: Command, exit: Exit): void {
  command(
    program,
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
      const { read } = await import("../read/read.js");
      const own = formatOption(format);
      const options = {
        format: own.value,
        out,
        quarantine,
        timeZone,
        timeUnit,
        query: keepQuery ? "keep" : "cut",
        identifiers: foldIds ? "fold" : "keep",
      } as const;
      await keepOptionFile(own, { out, quarantine });
      const log = await working((work) => read(paths, options, work));
      if (json) await print(JSON.stringify(log));
      else tell(log.summary);
      if (out !== "-" && !json) tell(`written to ${log.path}`);
      if (log.damaged) exit.code = 1;
    });
}
