import type { Command } from "commander";
import { InputError } from "../errors.js";
import { command, type Exit } from "./command.js";
import { print, tell } from "./output.js";
import { working } from "./progress.js";
import { addReadingOptions, readingOptionsOf } from "./readingOptions.js";

/** Adds the command `read`. */
export function readCommand(program: Command, exit: Exit): void {
  const read = command(
    program,
    "read",
    "read servers' own logs into five-field CSV, losing no line; exit code 1 when a file is cut short or damaged",
  )
    .argument(
      "<log...>",
      'log files, plain, gzip or zstd; patterns such as "access.log*", rotated logs oldest first; - is standard input',
    )
    .option(
      "--out <file>",
      "CSV file to write, compressed as .csv.gz or .csv.zst; - is standard output; without it, only a summary of the log is printed",
    );
  addReadingOptions(read)
    .option("--quarantine <file>", "file for the lines that are not records, as NDJSON; - is standard output")
    .option("--json", "print the result as JSON on standard output")
    .action(async (paths, { out, quarantine, json, ...reading }) => {
      if (json && (out === "-" || quarantine === "-")) {
        const [option, carried] = out === "-" ? ["--out", "records"] : ["--quarantine", "quarantine"];
        throw new InputError(`--json: needs ${option} FILE, as standard output carries the ${carried}`);
      }
      const { dryRun, read } = await import("../read/read.js");
      const options = { ...(await readingOptionsOf(reading, { out, quarantine })), out, quarantine };
      const log = await working((work) => (out === undefined ? dryRun : read)(paths, options, work));
      if (json) await print(JSON.stringify(log));
      else tell(log.summary);
      if (out === undefined && !json) tell("no record was written: --out FILE writes them");
      else if (out !== "-" && !json) tell(`written to ${log.path}`);
      if (log.damaged) exit.code = 1;
    });
}
