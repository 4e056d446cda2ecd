import type { Command } from "commander";
import { InputError, quoted } from "../errors.js";
import type { Level } from "../schedule/jobs/run.js";
import { command, type Exit } from "./command.js";
import { number } from "./options.js";
import { outputForm, print, printColumns, tell } from "./output.js";
import { working } from "./progress.js";

const levels = ["error", "warn", "info"] as const satisfies readonly Level[];

/** Adds the command `run`. */
export function runCommand(program: Command, exit: Exit): void {
  command(
    program,
    "run",
    "run the jobs of a schedule: each makes its part of a log at its time, and missed parts at once; exit code 0 everything that was due is made, 1 a job failed and is still due, 2 the schedule is wrong or another run has it open, 130 --once was interrupted",
  )
    .argument("<schedule>", "JSON file with the jobs; its paths are relative to its folder")
    .option("--once", "make what is due and end, for cron and systemd's timers")
    .option("--dry-run", "print the next runs and their parts of the log, and make nothing")
    .option("--runs <n>", "with --dry-run: number of runs of each job (default: 5)", number("runs"))
    .option("--state <file>", "file for the progress (default: SCHEDULE.state.json)")
    .option("--log-level <level>", `${levels.join(", ")}: what is told on standard error`, "info")
    .option("--json", "print the result, or with --dry-run the runs, as JSON on standard output")
    .addHelpText(
      "after",
      "\nAs a line for cron:\n  * * * * * server-logs run /etc/server-logs/schedule.json --once --log-level warn",
    )
    .action(async (schedule: string, { once, dryRun, runs, state, logLevel, json }) => {
      const most = (levels as readonly string[]).indexOf(logLevel);
      if (most < 0)
        throw new InputError(`log-level: must be one of ${levels.join(", ")}, not ${quoted(logLevel)}`);
      if (runs !== undefined && !dryRun) throw new InputError("runs: is for --dry-run, which is not given");
      const { nextRuns, runSchedule } = await import("../schedule/jobs/run.js");
      if (dryRun) return printColumns(await nextRuns(schedule, { count: runs, state }), outputForm({ json }));
      const log = (level: Level, words: string) => {
        if (levels.indexOf(level) <= most)
          tell(`${new Date().toISOString()} ${level.toUpperCase().padEnd(5)} ${words}`);
      };
      const outcome = await working((work) => runSchedule(schedule, { once, state, tell: log }, work));
      if (json) await print(JSON.stringify(outcome));
      if (outcome.failed.length > 0) exit.code = 1;
      // A service is stopped by a signal: that is its regular end.
      else if (once && outcome.stopped) exit.code = 130;
    });
}
