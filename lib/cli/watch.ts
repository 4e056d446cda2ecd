import type { Command } from "commander";
import { counted } from "../digits.js";
import { InputError } from "../errors.js";
import type { Slo } from "../monitor/slo.js";
import { command, type Exit } from "./command.js";
import { number, objectivesOption } from "./options.js";
import { tell } from "./output.js";
import { working } from "./progress.js";
import { addReadingOptions, readingOptionsOf } from "./readingOptions.js";

/** Adds the command `watch`. */
export function watchCommand(program: Command, exit: Exit): void {
  const watch = command(
    program,
    "watch",
    "follow a log through rotation and write burn-rate alerts as JSON lines; exit code 1 when an objective is broken",
  ).argument("<log...>", "a file that grows; - is standard input, read to its end; with --once whole logs");
  addReadingOptions(watch)
    .option("--once", "read the logs to their end and stop")
    .option(
      "--availability <share>",
      "objective: share of the requests without a server error, such as 0.999",
    )
    .option("--latency <share>", "objective: share of the requests within --milliseconds, such as 0.99")
    .option("--milliseconds <ms>", "longest good response time for --latency (default: 300)")
    .option("--slo <file>", "JSON list of objectives: name, kind, objective, milliseconds, days, minimumBad")
    .option("--step <seconds>", "length of a step, 1 to 300 (default: 10)")
    .option("--allowance <seconds>", "how long a step waits for late lines (default: 0)")
    .option(
      "--state <file>",
      "file for its state: killed and started again, it neither loses nor doubles an alert",
    )
    .action(async (paths, options) => {
      const { watch } = await import("../monitor/watch/watch.js");
      const { once, step, allowance, state } = options;
      const reading = await readingOptionsOf(options, { state });
      let stopped = false;
      const found = await working((work) => {
        work.signal?.addEventListener("abort", () => {
          stopped = true;
        });
        const watched = {
          slos: objectives(options),
          once,
          state,
          step: step === undefined ? undefined : number("step")(step),
          allowance: allowance === undefined ? undefined : number("allowance")(allowance),
          ...reading,
          tell,
        };
        return watch(paths, watched, work);
      });
      const { records, quarantined, late, alerts } = found;
      tell(
        [counted(records, "record"), counted(quarantined, "other line"), counted(alerts, "alert")].join(", "),
      );
      if (late > 0)
        tell(
          `${counted(late, "record")} came after their step had ended: the error budget counts them, the alerts do not; sort the log, or let steps wait for them with --allowance`,
        );
      for (const { name, words, budgetLeft } of found.objectives)
        tell(`${name}: ${words}; ${budgetInWords(budgetLeft)}`);
      if (found.broken) exit.code = 1;
      else if (stopped) exit.code = 130;
    });
}

function budgetInWords(left: number): string {
  if (left >= 0) return `${Math.round(left * 1000) / 10} % of the error budget is left`;
  return `the error budget is used ${Number((1 - left).toPrecision(3))} times over`;
}

/** The objectives that the options name; by default, 99.9 % without a server error. */
function objectives(
  options: Record<"availability" | "latency" | "milliseconds" | "slo", string | undefined>,
): Slo[] {
  const { availability, latency, milliseconds, slo } = options;
  const listed = slo === undefined ? [] : (objectivesOption(slo) as Slo[]);
  if (!Array.isArray(listed)) throw new InputError("slo: the file must hold a list of objectives");
  if (milliseconds !== undefined && latency === undefined)
    throw new InputError("milliseconds: is for --latency, which is not given");
  const named: Slo[] = [];
  if (availability !== undefined)
    named.push({
      name: "availability",
      kind: "availability",
      objective: number("availability")(availability),
    });
  if (latency !== undefined) {
    const limit = milliseconds === undefined ? undefined : number("milliseconds")(milliseconds);
    named.push({
      name: "latency",
      kind: "latency",
      objective: number("latency")(latency),
      milliseconds: limit,
    });
  }
  const all = [...listed, ...named];
  return all.length > 0 ? all : [{ name: "availability", kind: "availability", objective: 0.999 }];
}
