import { type Command, Option } from "commander";
import type { DrillOptions } from "../monitor/drill/drill.js";
import { command } from "./command.js";
import { number } from "./options.js";
import { print, table, tell } from "./output.js";
import { working } from "./progress.js";

/** Adds the command `drill`. */
export function drillCommand(program: Command): void {
  command(
    program,
    "drill",
    "would the alert have fired, how late, and how often falsely? Plants incidents of each kind and size in logs that are never written",
  )
    .option("--kinds <list>", "kinds of incident, with commas between (default: all ten)")
    .option(
      "--sizes <list>",
      "multiples of each kind's default size, with commas between (default: 0.0625,0.125,0.25,0.5,1)",
      numbers("sizes"),
    )
    .option("--seeds <n>", "number of logs, each with its twin, 1 to 1000 (default: 20)", number("seeds"))
    .option("--first-seed <n>", "the first of the consecutive seeds (default: 1)", number("first-seed"))
    .option("--detector <list>", "built-in detectors, with commas between (default: all, and two objectives)")
    .option(
      "--rules <file...>",
      "Prometheus rules, each alert of which is tested; needs prometheus and promtool. The metrics are http_requests_total (labels code, handler), http_request_duration_seconds_bucket (le, handler), http_request_duration_seconds_count (handler) and http_request_duration_seconds_sum (handler)",
    )
    .option(
      "--command <command>",
      "a program that reads a series as JSON lines and writes alerts as JSON lines",
    )
    .option("--command-seconds <n>", "its time limit for a series (default: 60)", number("command-seconds"))
    .option("--rate <n>", "requests per second (default: 50)", number("rate"))
    .option("--minutes <n>", "length of each incident (default: 60)", number("minutes"))
    .option("--step <seconds>", "length of a series' steps (default: 60)", number("step"))
    .option("--workers <n>", "threads, 1 to 64 (default: the cores)", number("workers"))
    .option("--chart <file>", "chart of size against probability, as a .png, .svg or .html")
    .addOption(new Option("--json", "the result as JSON").conflicts("csv"))
    .option("--csv", "each detector, kind and size as CSV")
    .action((options) =>
      working(async (work) => {
        const { kinds, detector, json, csv, chart, ...others } = options;
        const { drill } = await import("../monitor/drill/drill.js");
        const { detectabilityTable, falseAlarmTable, smallestTable } = await import(
          "../monitor/drill/result.js"
        );
        if (chart !== undefined) {
          const { checkPicture } = await import("../notebook/chartFile.js");
          checkPicture(chart);
          const { checkWritable } = await import("../files/places.js");
          await checkWritable(chart, "chart");
        }
        const result = await drill({
          ...others,
          ...work,
          ...(kinds !== undefined && { kinds: list(kinds) as DrillOptions["kinds"] }),
          ...(detector !== undefined && { detectors: list(detector) as DrillOptions["detectors"] }),
        });
        if (chart !== undefined) {
          const { drillChart } = await import("../notebook/charts/drill.js");
          const { writePicture } = await import("../notebook/chartFile.js");
          await writePicture(drillChart(result), chart);
        }
        if (json) return print(JSON.stringify(result));
        if (csv) {
          const { printColumns } = await import("./output.js");
          return printColumns(detectabilityTable(result), "csv");
        }
        await print(await table(falseAlarmTable(result)));
        for (const hint of result.hints) tell(hint);
        const often = result.seeds === 1 ? "found on the one seed" : "found nine times in ten";
        tell(
          `\nthe smallest incident of ${result.incidentMinutes} minutes ${often} at no more than one false alarm a week${result.seeds === 1 ? "" : `, of ${result.seeds} seeds`} (95 % interval of the share found, median minutes to detection):`,
        );
        await print(await table(smallestTable(result)));
      }),
    );
}

function list(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

function numbers(name: string) {
  return (text: string) => list(text).map(number(name));
}
