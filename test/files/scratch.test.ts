/** Folders for what is needed for a while: those of killed processes are removed by the next one. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ownName } from "#lib/files/owner";

const module = new URL("../../lib/dist/files/scratch.js", import.meta.url).href;
const script = `console.log(await (await import(${JSON.stringify(module)})).scratchFolder())`;

it("what dead processes left is gone; what is another's or may be in use stays", () => {
  const folder = mkdtempSync(join(tmpdir(), "scratch-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const dead = spawnSync("true").pid;
  const [, start, here, number] = ownName().split("-");
  const old = `server-logs-${dead}-${start}-00000001-${number}`; // of another container, and a day old
  const young = `server-logs-${dead}-${start}-00000002-${number}`;
  const alive = `server-logs-${ownName()}`;
  const names = [`server-logs-${dead}-${start}-${here}-${number}`, old, young, alive, "server-logs-mine"];
  for (const name of names) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "requests.csv"), "x");
  }
  const dayBefore = Date.now() / 1000 - 25 * 3600;
  for (const path of [join(old, "requests.csv"), old]) utimesSync(join(folder, path), dayBefore, dayBefore);
  // a process sweeps once, so the next one is needed
  const env = { ...process.env, TMPDIR: folder };
  const own = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    env,
    encoding: "utf8",
  });
  expect(statSync(own.trim()).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder).sort()).toEqual([young, alive, "server-logs-mine", basename(own.trim())].sort());
});
