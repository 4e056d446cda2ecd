import type { Command } from "commander";
import { command } from "./command.js";
import { print } from "./output.js";
import { working } from "./progress.js";

/** Adds the command `detect`. */
export function detectCommand(program: Command): void {
  command(
    program,
    "detect",
    "run a detector over a series: timestamp,value in, timestamp,value,anomaly_score out; a score of 0.5 or more where an alarm begins",
  )
    .argument(
      "<series>",
      'CSV with the columns timestamp and value, plain or compressed, or "-"; moments without a zone are UTC',
    )
    .option("--detector <name>", "novelty, shift, jump or seasonal", "novelty")
    .action((series, { detector }) =>
      working(async (work) => {
        const { detectSeries } = await import("../monitor/detect/detectSeries.js");
        let lines: string[] = [];
        for await (const line of detectSeries(series, detector, work)) {
          if (lines.push(line) < 10_000) continue;
          await print(lines.join("\n"));
          lines = [];
        }
        if (lines.length > 0) await print(lines.join("\n"));
      }),
    );
}
