import type { Command } from "commander";
import { command } from "./command.js";
import { outputForm, printColumns } from "./output.js";

/** Adds the command `questions`. */
export function questionsCommand(program: Command): void {
  command(program, "questions", "list the questions that `ask` knows")
    .option("--json", "as JSON, a list of rows")
    .option("--csv", "as CSV")
    .action(async ({ json, csv }) => {
      const { questions } = await import("../warehouse/questions.js");
      await printColumns(questions(), outputForm({ json, csv }));
    });
}
