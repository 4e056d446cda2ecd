// Runs the tools that do the work (npm, python) quietly, shows how long they take, and ends them when this process
// ends.
import { spawn } from "node:child_process";
import { Fault, faultOf, Interrupted } from "./fault.js";
import { root } from "./project.js";

/** A line for the user. On stderr, so that `npm run generate -- --out -` keeps stdout for data. */
export const say = (line) => process.stderr.write(`${line}\n`);

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs a tool to its end and returns what it printed.
 * @param {string} tool its name for the user
 * @param {string[]} command program and arguments
 * @param {{ env?: NodeJS.ProcessEnv, onStart?: (pid: number) => void }} options
 * @throws {Fault} in one sentence, when it fails
 */
export async function runTool(tool, [program, ...args], { env = process.env, onStart } = {}) {
  const since = performance.now();
  // Its own process group, so that only this process gets Ctrl-C, and ends the tool with all its children.
  const child = spawn(program, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  const keep = (chunk) => {
    output = (output + chunk).slice(-200_000);
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  if (child.pid) onStart?.(child.pid);
  const ticking = showElapsed(tool, since);
  const { signal, code, error, interrupted } = await ended(child);
  ticking.stop();
  if (interrupted) throw new Interrupted();
  if (error)
    throw new Fault(`${tool} cannot be started (${error.code}): install it and run the command again.`);
  if (code !== 0) {
    throw faultOf({ tool, output, folder: root, ended: signal ? `ended by ${signal}` : `exit code ${code}` });
  }
  return output;
}

/** Waits for the child. A signal to this process ends the child's whole group, by force after three seconds. */
export function ended(child, graceMs = 3000) {
  return new Promise((resolve) => {
    let interrupted = false;
    let force;
    const stop = () => {
      interrupted = true;
      signalGroup(child, "SIGTERM");
      force ??= setTimeout(() => signalGroup(child, "SIGKILL"), graceMs);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const name of signals) process.on(name, stop);
    const done = (outcome) => {
      clearTimeout(force);
      for (const name of signals) process.off(name, stop);
      resolve({ ...outcome, interrupted });
    };
    child.once("error", (error) => done({ error }));
    child.once("close", (code, signal) => done({ code, signal }));
  });
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has already ended.
  }
}

/** Shows the time of long steps: in place on a terminal, elsewhere as a line every 20 s. */
function showElapsed(tool, since) {
  const terminal = process.stderr.isTTY;
  const timer = setInterval(
    () => {
      const line = `  ${tool}: ${Math.round((performance.now() - since) / 1000)} s ...`;
      process.stderr.write(terminal ? `\r${line}` : `${line}\n`);
    },
    terminal ? 1000 : 20_000,
  );
  return {
    stop() {
      clearInterval(timer);
      if (terminal) process.stderr.write("\r\x1b[K");
    },
  };
}
