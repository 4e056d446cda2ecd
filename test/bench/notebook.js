// Kernel start to last cell of generate_logs.ipynb, beside the same sections in pandas and matplotlib, in turn in one run.
//
//     npm run bench:notebook -- [runs]
import { execFileSync } from "node:child_process";
import { loadavg } from "node:os";
import { jupyterEnvironment } from "../../notebooks/setup/kernel.js";
import { here, python as jupyter } from "../../notebooks/setup/project.js";
import { machine, python, table, writeSection } from "./results.js";

const runs = Number(process.argv[2] ?? 5);
const pandas = python("notebook", ["pandas==3.1.1", "matplotlib==3.11.2", "ipykernel==7.4.0"]);
const answer = execFileSync(jupyter, [here("test", "bench", "notebook.py"), pandas, String(runs)], {
  env: jupyterEnvironment(),
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
});
const { ours, theirs, cells } = JSON.parse(answer);

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const of = (tries, what) => median(tries.map((each) => each[what]));
const row = (name, tries) => {
  const seconds = tries.map((each) => each.seconds);
  const shown = [of(tries, "seconds"), Math.min(...seconds), Math.max(...seconds), of(tries, "processor")];
  return [name, ...shown.map((value) => value.toFixed(2))];
};
const ratio = (what) => (of(ours, what) / of(theirs, what)).toFixed(2);
const slowest = cells.toSorted(([, a], [, b]) => b - a).slice(0, 6);
writeSection("A notebook, measured", [
  `By \`npm run bench:notebook\` on ${machine()}: from the start of the kernel to the end of the last cell, pictures included, ${runs} runs of each in turn; load of the machine at their end ${loadavg()[0].toFixed(1)}.`,
  "",
  ...table(
    ["what", "seconds, median", "least", "most", "seconds of processor, median"],
    [row("generate_logs.ipynb", ours), row("pandas 3.1.1 and matplotlib 3.11.2", theirs)],
  ),
  "",
  `Ours ÷ theirs: ${ratio("seconds")} by the clock, ${ratio("processor")} of processor time. Our slowest cells:`,
  "",
  ...table(
    ["cell", "seconds"],
    slowest.map(([source, seconds]) => [
      `\`${source.slice(0, 60).replaceAll("|", "\\|")}\``,
      seconds.toFixed(2),
    ]),
  ),
]);
