/** load on a disk that becomes full: all of it, or one sentence and nothing. A small tmpfs of its own is the disk. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "#lib/write/generate";

const cli = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;
// A file system of its own needs a namespace; where the kernel gives none, this cannot be tried.
const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "full-"));
  await generate({ rows: 60_000, out: join(folder, "log.csv"), key: false });
  await generate({ rows: 20_000, seed: 4, out: join(folder, "first.csv"), key: false });
  writeFileSync(join(folder, "count.sql"), "SELECT count(*) AS n FROM requests");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!canMount)("load into a new database", () => {
  it.each([1, 2, 3, 4, 8])("on a disk of %s MiB", (size) => {
    const script = `
      mkdir -p disk && mount -t tmpfs -o size=${size}M tmpfs disk && cd disk
      "$NODE" "$CLI" load ../log.csv --to x.duckdb; echo "code $?"
      ls -A
      [ ! -e x.duckdb ] || "$NODE" "$CLI" ask ../count.sql --on x.duckdb --csv`;
    const { stdout, stderr } = spawnSync("unshare", ["-rm", "sh", "-c", script], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, NODE: process.execPath, CLI: cli },
    });
    if (stdout.startsWith("code 0")) expect(stdout).toBe("code 0\nx.duckdb\nn\n60000\n");
    else {
      expect(stdout).toBe("code 1\n");
      expect(stderr).toMatch(/^server-logs: cannot load .*: the disk is full\n$/);
    }
    if (size === 8) expect(stdout).toMatch(/^code 0/);
    if (size === 1) expect(stdout).toMatch(/^code 1/);
  });
});

describe.skipIf(!canMount)("load into a database that has records", () => {
  it.each([0, 2000, 9000])(
    "with %s KiB left: it gets all of the log or none, and the next load completes it",
    (left) => {
      const script = `
      mkdir -p disk && mount -t tmpfs -o size=20M tmpfs disk && cd disk
      run() { "$NODE" "$CLI" "$@" 2>> ../errors; echo "code $?"; }
      count() { "$NODE" "$CLI" ask ../count.sql --on x.duckdb --csv | tail -1; }
      run load ../first.csv --to x.duckdb
      head -c $(( ($(df --output=avail -k . | tail -1) - ${left}) * 1024 )) /dev/zero > fill
      run load ../log.csv --to x.duckdb; count
      rm fill
      run load ../log.csv --to x.duckdb; count`;
      const { stdout } = spawnSync("unshare", ["-rm", "sh", "-c", script], {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, NODE: process.execPath, CLI: cli },
      });
      const during = left < 9000 ? "code 1\n20000\n" : "code 0\n80000\n";
      expect(stdout).toBe(`code 0\n${during}code 0\n80000\n`);
    },
  );
});
