// Set-up: each step knows whether it is done; if not, it runs again from scratch.
import { build } from "./build.js";
import { dependencies } from "./dependencies.js";
import { faultOfFile } from "./fault.js";
import { kernel } from "./kernel.js";
import { withLock } from "./lock.js";
import { root } from "./project.js";
import { environment } from "./python.js";
import { say, seconds } from "./tool.js";

/**
 * A step: its name, its message when it begins, whether it is done, and how to do it.
 * @typedef {{ name: string, says: string, inPlace: () => boolean, perform: (note: (pid: number) => void) =>
 * Promise<void> }} Step
 */

/**
 * Makes the project ready to run. It reports what it does and for how long, skips what is done, and may be interrupted
 * at any moment: a step counts as done only when its stamp is written, at its end.
 * @param {{ python: boolean, more?: Step[] }} options python: Jupyter and the kernel too, not only packages and build;
 * more: steps after these
 */
export async function setUp({ python, more = [] }) {
  const steps = [dependencies, build, ...(python ? [environment, kernel] : []), ...more];
  try {
    if (!steps.every((step) => step.inPlace())) {
      await withLock(async (note) => {
        for (const step of steps) if (!step.inPlace()) await perform(step, note);
      });
    }
  } catch (error) {
    throw error.code ? faultOfFile(error, root) : error;
  }
  const names = steps.filter((step) => step.inPlace()).map((step) => step.name);
  say(
    `Set-up: ${names.slice(0, -1).join(", ")} and ${names.at(-1)} are in place (${process.uptime().toFixed(1)} s).`,
  );
}

async function perform(step, note) {
  const since = performance.now();
  say(`Set-up: ${step.name}: ${step.says}`);
  await step.perform(note);
  if (step.inPlace()) say(`Set-up: ${step.name}: done in ${seconds(since)}.`);
}
