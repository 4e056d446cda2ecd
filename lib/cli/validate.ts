import type { Command } from "commander";
import { command, type Exit } from "./command.js";
import { asRows, print, table, tell } from "./output.js";
import { working } from "./progress.js";
import { addReadingOptions, readingOptionsOf, tellRead } from "./readingOptions.js";

/** Adds the command `validate`. */
export function validateCommand(program: Command, exit: Exit): void {
  const validate = command(
    program,
    "validate",
    "check a five-field CSV or a server's own log against every rule; exit code 1 when it breaks one",
  ).argument("<log>", "five-field CSV or a server's own log: plain, gzip or zstd");
  addReadingOptions(validate)
    .option("--json", "the table of rules as JSON")
    .option(
      "--unordered",
      "records out of time order are a warning, as they are in a server's own log, not an error",
    )
    .action(async (path, { json, unordered, ...reading }) => {
      const { validate } = await import("../check/validate/validate.js");
      const order = unordered ? "warning" : undefined;
      const options = { ...(await readingOptionsOf(reading, {})), onRead: tellRead, order } as const;
      const result = await working((work) => validate(path, { ...options, ...work }));
      if (json)
        await print(
          JSON.stringify({
            valid: result.valid,
            records: result.records,
            warnings: result.warnings,
            rules: asRows(result.rules),
          }),
        );
      else await print(await table(result.rules));
      if (!json) tell([result.summary.split("\n")[0], ...result.warnings].join("\n"));
      if (!result.valid) exit.code = 1;
    });
}
