// `npm run randomness`: puts the random generator through batteries of TestU01 and writes results.md.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const batteries = ["SmallCrush", "SmallCrushReversed", "Rabbit", "Alphabit"];
/** What is tested, in the words of the report; the last two must be rejected. */
const arrangements = {
  stream: "one stream",
  addresses: "4096 neighbouring seconds, interleaved",
  seeds: "4096 neighbouring seeds, interleaved",
  unhashed: "bad on purpose: 4096 neighbouring seconds, seeded without the hash",
  congruential: "bad on purpose: a linear congruential generator modulo 2^32",
};
const bad = ["unhashed", "congruential"];
/** L'Ecuyer & Simard (2007, section 7): a p-value beyond this is a clear failure, one beyond the other suspicious. */
const failure = 1e-10;
const suspicion = 1e-3;
const beyond = (p, bound) => p < bound || p > 1 - bound;

const folder = mkdtempSync(join(tmpdir(), "server-logs-randomness-"));
const battery = join(folder, "battery");
const libraries = ["-ltestu01", "-ltestu01probdist", "-ltestu01mylib", "-lm"];
const built = spawnSync(
  "cc",
  ["-O2", "-I/usr/include/testu01", "-o", battery, join(here, "battery.c"), ...libraries],
  {
    encoding: "utf8",
  },
);
if (built.status !== 0) {
  console.error(
    `TestU01 or a C compiler is missing, nothing was tested: apt-get install gcc libtestu01-0-dev (Debian's component non-free)\n${built.stderr ?? built.error}`,
  );
  process.exit(1);
}

async function run(name, arrangement) {
  const words = spawn(process.execPath, [join(here, "words.js"), arrangement], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const test = spawn(battery, [name], { stdio: [words.stdout, "ignore", "pipe"] });
  words.stdout.destroy(); // only the battery reads it, so that the words end with the battery
  let report = "";
  test.stderr.on("data", (text) => (report += text));
  const [code] = await once(test, "close");
  words.kill();
  if (code !== 0) throw new Error(`${name} of ${arrangement}: ${report}`);
  const lines = report.trim().split("\n");
  const taken = Number(lines.pop().split(" ")[1]);
  const statistics = lines.map((line) => ({
    p: Number(line.split(" ")[0]),
    test: line.slice(line.indexOf(" ") + 1).trim(),
  }));
  return { taken, statistics };
}

const rows = [];
let wrong = 0;
for (const [arrangement, words] of Object.entries(arrangements)) {
  for (const name of batteries) {
    if (bad.includes(arrangement) && name !== "SmallCrush") continue;
    const { taken, statistics } = await run(name, arrangement);
    const failed = statistics.filter(({ p }) => beyond(p, failure));
    const suspicious = statistics.filter(({ p }) => beyond(p, suspicion) && !beyond(p, failure));
    const listed = suspicious.map(
      ({ p, test }) => `${test} ${p < 0.5 ? p.toPrecision(2) : `1 − ${(1 - p).toPrecision(2)}`}`,
    );
    if (failed.length > 0 !== bad.includes(arrangement)) wrong++;
    const row = [
      words,
      name,
      taken.toLocaleString("en"),
      statistics.length,
      failed.length,
      listed.join(", ") || "none",
    ];
    rows.push(row);
    console.error(row.join(" | "));
  }
}
rmSync(folder, { recursive: true });

const good = rows.filter(([words]) => !words.startsWith("bad"));
const tests = good.reduce((sum, row) => sum + row[3], 0);
const installed = spawnSync("dpkg-query", ["-W", "libtestu01-0-dev"], { encoding: "utf8" });
const version = installed.stdout?.split("\t")[1]?.trim() ?? "unknown";
writeFileSync(
  join(here, "results.md"),
  `# The random generator, tested

By \`npm run randomness\`: batteries of TestU01 (L'Ecuyer & Simard 2007, "TestU01: A C library for empirical testing of random number generators", version ${version} of Debian), on words of \`lib/generate/random.ts\` as they are, and for SmallCrush with the bits reversed too; Rabbit and Alphabit on 2^30 bits. A statistic fails when its p-value lies within 10^−10 of 0 or 1. Those within 0.001 are listed: of ${tests} statistics of the good arrangements about ${(tests * 2 * suspicion).toFixed(1)} should be, by chance. Interleaving takes a word of each neighbour in turn, and new neighbours after 256 words of each.

| words | battery | words read | statistics | failed | within 0.001 |
|---|---|---|---|---|---|
${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}

${wrong === 0 ? "The generator passes all; the bad ones are rejected." : `${wrong} lines are not as they should be: a good arrangement fails, or a bad one passes.`}
`,
);
process.exitCode = wrong === 0 ? 0 : 1;
