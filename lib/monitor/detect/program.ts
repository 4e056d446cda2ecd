import { spawn } from "node:child_process";
import { InputError, InterruptedError, quoted } from "../../errors.js";
import { checkWork, type Work } from "../../work.js";
import type { Alert } from "../alert.js";
import type { Series } from "../series.js";

/** Maximum number of characters that a program may write; one that writes more is stopped. */
const MOST_OUTPUT = 64 * 2 ** 20;

/** A step of a series, as a line of JSON for a program. */
export interface StepLine {
  /** Beginning of the step, ISO 8601 with Z. */
  readonly time: string;
  /** Length of the step in seconds. */
  readonly step: number;
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly timed: number;
  readonly slow: number;
  /** Quantiles of the response time in milliseconds; null if the step has no response times. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** A series as lines of JSON, one for each step. */
function* lines(series: Series): Generator<string> {
  for (let i = 0; i < series.length; i++) {
    const { time, step, requests, clientErrors, serverErrors, timed, slow, quantile } = series.point(i);
    const known = (p: number) => (timed > 0 ? quantile(p) : null);
    const line: StepLine = {
      time: new Date(time).toISOString(),
      step: step / 1000,
      requests,
      clientErrors,
      serverErrors,
      timed,
      slow,
      p50: known(0.5),
      p95: known(0.95),
      p99: known(0.99),
    };
    yield `${JSON.stringify(line)}\n`;
  }
}

/**
 * Runs a program, in any language, as a detector on a series. It reads the steps from standard input as lines of JSON
 * (see `StepLine`) and writes alerts to standard output as lines of JSON: `start`, and optionally `end`, `name` and
 * `why`, with moments in ISO 8601 with Z. A shell runs the command.
 * @param seconds time limit
 * @throws InputError in one sentence, when it fails, exceeds the time limit, or writes anything else
 */
export async function programAlerts(
  command: string,
  series: Series,
  seconds = 60,
  work: Work = {},
): Promise<Alert[]> {
  checkWork(work);
  const told = quoted(command);
  const child = spawn(command, { shell: true, stdio: ["pipe", "pipe", "pipe"], detached: true });
  // ends the shell's process group, so that no program it started survives
  const kill = () => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      child.kill("SIGKILL");
    }
  };
  let late = false;
  let wild = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, seconds * 1000);
  work.signal?.addEventListener("abort", kill, { once: true });
  let out = "";
  let complaints = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (out.length <= MOST_OUTPUT) return;
    wild = true;
    out = "";
    kill();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  child.stdin.on("error", () => {}); // a program need not read its input to the end
  for (const line of lines(series)) child.stdin.write(line);
  child.stdin.end();
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (work.signal?.aborted) throw new InterruptedError();
    if (late)
      throw new InputError(`command: ${told} did not end within ${seconds} s of a series and was stopped`);
    if (wild) throw new InputError(`command: ${told} wrote more than 64 MiB, and was stopped`);
    if (code !== 0) {
      const last = complaints.trim().split("\n").at(-1);
      throw new InputError(
        `command: ${told} ended with exit code ${code ?? "none"}${last ? `, saying ${quoted(last)}` : ""}`,
      );
    }
  } finally {
    clearTimeout(timer);
    work.signal?.removeEventListener("abort", kill);
  }
  return out
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, i) => alertOf(line, i + 1, told, command));
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Parses an alert from a line of a program's output. */
function alertOf(line: string, number: number, told: string, command: string): Alert {
  const junk = (what: string) =>
    new InputError(
      `command: line ${number} of the output of ${told} ${what}; it must be JSON such as {"start":"2026-01-05T10:00:00Z","why":"…"}`,
    );
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    throw junk(`is no JSON: ${quoted(line)}`);
  }
  if (Object.prototype.toString.call(read) !== "[object Object]") throw junk(`is no object: ${quoted(line)}`);
  const { start, end, name = command, why } = read as Record<string, unknown>;
  const moment = (field: string, value: unknown) => {
    const time = typeof value === "string" && MOMENT.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(time)) throw junk(`has no moment with Z as "${field}" but ${quoted(value)}`);
    return time;
  };
  for (const [field, value] of Object.entries({ name, why }))
    if (value !== undefined && typeof value !== "string")
      throw junk(`has no text as "${field}" but ${quoted(value)}`);
  return {
    name: name as string,
    start: moment("start", start),
    ...(end !== undefined && end !== null && { end: moment("end", end) }),
    ...(why !== undefined && { why: why as string }),
  };
}
