import type { Command } from "commander";
import { command, type Exit } from "./command.js";
import { print, rows, table, tell } from "./output.js";
import { working } from "./progress.js";

/** Adds the command `validate`. */
export function validateCommand(program: Command, exit: Exit): void {
  command(program, "validate", "check a five-field CSV against every rule; exit code 1 when it breaks one")
    .argument("<log>", "CSV file, plain or gzip")
    .option("--json", "the table of rules as JSON")
    .option("--unordered", "records out of time order are a warning, not an error")
    .action(async (path, { json, unordered }) => {
      const { validate } = await import("../check/validate/validate.js");
      const order = unordered ? "warning" : "error";
      const result = await working((work) => validate(path, { ...work, order }));
      if (json)
        await print(
          JSON.stringify({ valid: result.valid, records: result.records, rules: rows(result.rules) }),
        );
      else await print(await table(result.rules));
      if (!json) tell(result.summary.split("\n")[0]);
      if (!result.valid) exit.code = 1;
    });
}
