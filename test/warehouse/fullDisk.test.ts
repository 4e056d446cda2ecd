/** load on a disk that becomes full: all of it, or one sentence and nothing. A small tmpfs of its own is the disk. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";
import { generate } from "#lib/write/generate";

const cli = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;
// A file system of its own needs a namespace; where the kernel gives none, this cannot be tried.
const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "full-"));
  await generate({ rows: 60_000, out: join(folder, "log.csv"), key: false });
  await generate({ rows: 20_000, seed: 4, out: join(folder, "first.csv"), key: false });
  await load(join(folder, "first.csv"), { to: join(folder, "first.duckdb") });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script on a disk of its own; what it copies to `kept` remains. */
const onDisk = (size: string, script: string) =>
  spawnSync(
    "unshare",
    ["-rm", "sh", "-c", `mkdir -p disk && mount -t tmpfs -o size=${size} tmpfs disk && cd disk\n${script}`],
    {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, NODE: process.execPath, CLI: cli },
    },
  );

/** How many records a database holds that a script kept. */
const kept = async (name: string) => (await ask("error_rate", join(folder, name))).requests[0];

describe.skipIf(!canMount)("load into a new database", () => {
  it.each([1, 2, 3, 4, 8])("on a disk of %s MiB", async (size) => {
    const { stdout, stderr } = onDisk(
      `${size}M`,
      `"$NODE" "$CLI" load ../log.csv --to x.duckdb; echo "code $?"
       ls -A
       [ ! -e x.duckdb ] || cp x.duckdb ../${size}.duckdb`,
    );
    if (stdout.startsWith("code 0")) {
      expect(stdout).toBe("code 0\nx.duckdb\n");
      expect(await kept(`${size}.duckdb`)).toBe(60_000);
    } else {
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
    async (left) => {
      const { stdout } = onDisk(
        "20M",
        `load() { "$NODE" "$CLI" load ../log.csv --to x.duckdb 2>> ../errors; echo "code $?"; }
         cp ../first.duckdb x.duckdb
         head -c $(( ($(df --output=avail -k . | tail -1) - ${left}) * 1024 )) /dev/zero > fill
         load; for file in x.duckdb*; do cp "$file" "../during-${left}.\${file#x.}"; done
         rm fill
         load; cp x.duckdb ../after-${left}.duckdb`,
      );
      expect(stdout).toBe(left < 9000 ? "code 1\ncode 0\n" : "code 0\ncode 0\n");
      expect(await kept(`during-${left}.duckdb`)).toBe(left < 9000 ? 20_000 : 80_000);
      expect(await kept(`after-${left}.duckdb`)).toBe(80_000);
    },
  );
});
