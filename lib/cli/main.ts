import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { InputError, InterruptedError, quoted } from "../errors.js";
import { missingPackage, reason } from "../files/fault.js";
import { processIdle } from "../thread.js";
import { askCommand } from "./ask.js";
import type { Exit } from "./command.js";
import { completionCommand } from "./completion.js";
import { detectCommand } from "./detect.js";
import { drillCommand } from "./drill.js";
import { generateCommand } from "./generate.js";
import { incidentCommand } from "./incident.js";
import { loadCommand } from "./load.js";
import { tell } from "./output.js";
import { questionsCommand } from "./questions.js";
import { readCommand } from "./read.js";
import { reportCommand } from "./report.js";
import { runCommand } from "./run.js";
import { scoreCommand } from "./score.js";
import { sparkCommand } from "./spark.js";
import { streamCommand } from "./stream.js";
import { validateCommand } from "./validate.js";
import { verifyCommand } from "./verify.js";
import { watchCommand } from "./watch.js";

/** The commands, in the order in which `--help` lists them. A new one is a file beside this one and a line here. */
const commands = [
  generateCommand,
  streamCommand,
  incidentCommand,
  runCommand,
  readCommand,
  validateCommand,
  verifyCommand,
  loadCommand,
  askCommand,
  questionsCommand,
  scoreCommand,
  detectCommand,
  drillCommand,
  reportCommand,
  sparkCommand,
  watchCommand,
  completionCommand,
];

/** The program with all its commands, which set the exit code of their run. */
export function programOf(exit: Exit): Command {
  const program = new Command("server-logs")
    .description("Make realistic server logs, and check and question any log.")
    .version(version(), "-V, --version", "print the version of this package")
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  for (const add of commands) add(program, exit);
  return program;
}

/**
 * The command line: a thin face over the functions of the library. Data goes to standard output and words for
 * people to standard error. Exit code 0: done; 1: the data fell short (a log to read was damaged, say) or the machine
 * failed; 2: the call was wrong; 130: interrupted.
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  process.stdout.on("error", () => {}); // the write that failed reports it
  process.stderr.on("error", () => {}); // there is nobody to tell
  const exit = { code: 0 };
  const program = programOf(exit);
  try {
    await program.parseAsync([...args], { from: "user" });
    return exit.code;
  } catch (error) {
    return failure(error, program);
  }
}

/**
 * Runs the command line as this process's program, and ends the process. Node 20 hangs when its event loop has nothing
 * to wait for while V8 compiles in the background (see `processIdle`), for example WebAssembly. So there is always a
 * timer to wait for.
 */
export async function run(args: readonly string[]): Promise<never> {
  setInterval(() => {}, 2 ** 30);
  const code = await main(args);
  if (code === interrupted && !(await processIdle(5, SOON))) dieOfInterrupt();
  await processIdle(5);
  process.exit(code);
}

/** The exit code of an interrupted command. */
const interrupted = 130;

/** Milliseconds that an interrupted command may still compute: threads that have just started compile for seconds. */
const SOON = 100;

/**
 * Ends the process by the signal itself: shells expect that (and report it as 130), and nothing else ends a process
 * whose threads are compiling. Only the first process of a container survives, because the system keeps such signals
 * from it.
 */
function dieOfInterrupt(): void {
  process.emit("exit", interrupted); // removes files that must not remain
  process.removeAllListeners("SIGINT");
  process.kill(process.pid, "SIGINT");
}

/** The version of this package. Its package.json is two folders up, from this file and from the bundle. */
function version(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}

/** What failed, in one sentence. Node reports faults of the machine as codes and calls; this puts them into words. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const missing = missingPackage(error);
  if (missing !== undefined) return missing;
  const { syscall, path } = error as NodeJS.ErrnoException;
  if (error instanceof InputError || syscall === undefined) return error.message;
  const fault = reason(error, ["open", "read", "stat", "scandir"].includes(syscall) ? "read" : "write");
  return path === undefined ? fault : `cannot use ${quoted(path)}: ${fault}`;
}

/** Says in one sentence what went wrong, and gives the exit code. */
function failure(error: unknown, program: Command): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0; // --help, --version
    if (error.code === "commander.help") {
      tell(program.helpInformation());
      return 2;
    }
    const where = error.code === "commander.unknownCommand" ? "; --help lists the commands" : "";
    tell(error.message.replace(/^error: /, "server-logs: ").replace(/\n\(/, " (") + where);
    return 2;
  }
  if (error instanceof InterruptedError) {
    tell(`server-logs: ${error.message}`);
    return interrupted;
  }
  if ((error as NodeJS.ErrnoException).code === "EPIPE") {
    tell("server-logs: stopped, since nobody reads the output any more");
    return 1;
  }
  tell(`server-logs: ${wordsOf(error)}`);
  return error instanceof InputError ? 2 : 1;
}
