import type { Command } from "commander";
import { command } from "./command.js";
import { outputForm, print, printColumns } from "./output.js";

/** Adds the command `questions`. */
export function questionsCommand(program: Command): void {
  command(program, "questions", "list the questions that `ask` knows")
    .option("--json", "as JSON, a list of rows")
    .option("--csv", "as CSV")
    .action(async ({ json, csv }) => {
      const { parameterTexts, question, questions } = await import("../warehouse/questions.js");
      const form = outputForm({ json, csv });
      if (form !== "table") return printColumns(questions(), form);
      // In a table, the parameters would be cut: this is where they are looked up.
      const told = (questions().question as string[])
        .map((name) => question(name))
        .flatMap((each) => [
          each.name,
          `  ${each.sentence}`,
          ...parameterTexts(each).map((text) => `  --set ${text}`),
        ]);
      await print(told.join("\n"));
    });
}
