// A report of combined lines as one page, beside GoAccess' of the same file, in one run.
//
//     npm run bench:report -- [lines]
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { loadavg } from "node:os";
import { machine, table, writeSection } from "./results.js";

const root = new URL("../../", import.meta.url).pathname;
const folder = `${root}.cache/bench`;
const lines = Number(process.argv[2] ?? 5_000_000);
const log = `${folder}/shop-${lines}.log`;
const cli = `${root}lib/bin/server-logs.js`;

mkdirSync(folder, { recursive: true });
if (!existsSync(log)) {
  const made = ["--rows", lines, "--seed", "42", "--scenario", "shop", "--format", "combined", "--no-key"];
  execFileSync(process.execPath, [cli, "generate", ...made, "--out", log], { stdio: "inherit" });
}

/** Runs a command that writes a page. @returns the row of the table */
function measured(name, page, command) {
  rmSync(page, { force: true });
  // GNU time, since a process does not tell the memory of one that it started.
  const timed = ["-f", "%e %U %S %M", ...command];
  const { status, stderr } = spawnSync("/usr/bin/time", timed, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name}: exit code ${status}\n${stderr}`);
  const [seconds, user, system, kilobytes] = stderr.trim().split("\n").at(-1).split(" ").map(Number);
  const size = statSync(page).size;
  return {
    seconds,
    row: [
      name,
      seconds.toFixed(2),
      (user + system).toFixed(2),
      Math.round(kilobytes / 1024),
      size.toLocaleString("en"),
    ],
  };
}

const own = measured("server-logs report", `${folder}/ours.html`, [
  process.execPath,
  cli,
  ...["report", log, "--out", `${folder}/ours.html`],
]);
const peer = measured("GoAccess", `${folder}/goaccess.html`, [
  "goaccess",
  ...[log, "--no-global-config", "--log-format=COMBINED", "--no-progress", "-o", `${folder}/goaccess.html`],
]);
writeSection("The report, measured", [
  `By \`npm run bench:report\` on ${machine()}: ${lines.toLocaleString("en")} combined lines of the preset shop, ${statSync(log).size.toLocaleString("en")} bytes, each with all cores; load of the machine ${loadavg()[0].toFixed(1)}.`,
  "",
  ...table(
    ["what", "seconds", "seconds of processor", "peak memory, MB", "page, bytes"],
    [own.row, peer.row],
  ),
  "",
  `Ours is ${(peer.seconds / own.seconds).toFixed(1)} times as fast by the clock.`,
  "GoAccess also counts referrers, browsers and hosts' names, which the five fields do not have; it has no response times",
  "over time, no alerts and no incidents.",
]);
