/**
 * `npm run realism`: the targets of the presets beside the measures of their logs. Exit code 1 when a line is outside
 * its tolerance. The weekly lines are taken from a week at 5 requests/s and the doubled intensity from a day at 10,
 * which is enough for them; all others from a day at 100 requests/s, 8.64 million records. The demonstration shop is
 * made up and aims at nothing.
 *
 * Options: names of presets (default all that aim at something), `--seed N`, `--all` for lines without a target.
 */
import { parseArgs } from "node:util";
import { measureDay, measureDoubling, measureWeek } from "../measures/measures.js";
import { doubledIntensity, week, withLog } from "./made.js";
import { digits, targets } from "./targets.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string", default: "42" }, all: { type: "boolean", default: false } },
});
const seed = Number(values.seed);
const names = positionals.length > 0 ? positionals : Object.keys(targets);
let failed = 0;

for (const name of names) {
  const target = targets[/** @type {keyof typeof targets} */ (name)];
  if (target === undefined) {
    console.error(
      `realism: no preset ${JSON.stringify(name)} aims at figures; ${Object.keys(targets).join(", ")} do`,
    );
    process.exit(2);
  }
  console.log(`\n${name}`);
  const began = performance.now();
  const scenario = { scenario: name, seed };
  report(await withLog({ ...scenario, rows: 8_640_000 }, measureDay), target.day);
  if (Object.keys(target.week).length > 0 || values.all) {
    report(await withLog({ ...week(name, 3_024_000), seed }, measureWeek), target.week);
  }
  report(await withLog({ ...doubledIntensity(name, 864_000), seed }, measureDoubling), {
    "median latency, intensity doubled": target.doubled,
  });
  console.log(`  (${((performance.now() - began) / 1000).toFixed(0)} s)`);
}
console.log(
  failed === 0 ? "\nevery line is inside its tolerance" : `\n${failed} lines are outside their tolerance`,
);
process.exitCode = failed === 0 ? 0 : 1;

/**
 * @param {Record<string, number>} measured
 * @param {Record<string, import("./targets.js").Target>} aims
 */
function report(measured, aims) {
  for (const line of new Set([...Object.keys(aims), ...(values.all ? Object.keys(measured) : [])])) {
    const aim = aims[line];
    const value = measured[line] ?? 0;
    const pass = aim === undefined || (value >= aim.low && value <= aim.high);
    if (!pass) failed++;
    const verdict = aim === undefined ? "free" : pass ? "pass" : "FAIL";
    console.log(
      `  ${line.padEnd(46)}${(aim?.words ?? "").padStart(18)}${digits(value).padStart(10)}  ${verdict}`,
    );
  }
}
