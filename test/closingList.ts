// The last lines of a run: which tests did not run, what they lacked, and how to get it. A skipped test has not passed.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { found, howToGet, requirements } from "./requirements.js";

/** A reporter of vitest. With the variable COUNTS it also writes the run's numbers as JSON, to that file. */
export default class ClosingList implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === "skipped");
    const lines = missing(skipped);
    if (lines.length > 0)
      console.log(`\nDid not run:\n${lines.join("\n")}\n(.ci/run installs what Debian has.)`);

    const path = process.env.COUNTS;
    if (path === undefined) return;
    const counts = {
      passed: tests.filter((test) => test.result().state === "passed").length,
      // a file that cannot be loaded has no tests that fail
      failed:
        tests.filter((test) => test.result().state === "failed").length +
        modules.filter((module) => module.errors().length > 0).length,
      skipped: skipped.length,
    };
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(counts));
  }
}

/** A line for each requirement that skipped tests lack, and for each reason that a test itself gave. */
function missing(skipped: readonly TestCase[]): string[] {
  const counts = new Map<string, number>();
  const count = (reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1);
  for (const test of skipped) {
    const names = Object.keys(requirements) as (keyof typeof requirements)[];
    const lacks = names.find((name) => test.tags.includes(name) && found(name) === undefined);
    const { note } = test.result() as { note?: string };
    if (lacks !== undefined) count(`without ${lacks} (${howToGet(lacks)})`);
    else if (note !== undefined) count(note);
  }
  return [...counts].map(
    ([reason, n]) => `  ${String(n).padStart(4)} ${n === 1 ? "test" : "tests"} ${reason}`,
  );
}
