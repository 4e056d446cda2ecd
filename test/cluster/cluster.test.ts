/** A log made, checked and questioned on a real Spark cluster of a master and two workers. */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WholeAnswer } from "#lib/warehouse/answer";
import { ask } from "#lib/warehouse/ask";
import { question, questions } from "#lib/warehouse/questions";
import { answersInSpark } from "#lib/warehouse/spark/answer";
import { checkLake } from "#lib/warehouse/spark/check";
import { generate } from "#lib/write/generate";
import { type Cluster, sparkHome, startCluster } from "./spark.js";

const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const command = `'${process.execPath}' '${cli}'`;
const rows = Number(process.env.CLUSTER_ROWS ?? 200_000);
const log = ["--rows", String(rows), "--seed", "5", "--incidents", "checkout_outage", "traffic_surge"];
const options = { rows, seed: 5, incidents: ["checkout_outage", "traffic_surge"] };
const folder = mkdtempSync(join(tmpdir(), "server-logs-lake-"));
const lakes = { lines: join(folder, "lines"), files: join(folder, "files") };
const path = join(folder, "whole.csv");

describe("a cluster of two workers", { tags: ["java", "spark"] }, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    process.env.SPARK_HOME = sparkHome();
    cluster = await startCluster(2);
    await generate({ ...options, out: path });
  }, 600_000);
  afterAll(() => {
    cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (args: string[]) =>
    new Promise<{ status: number | null; stderr: string; stdout: string }>((resolve) => {
      const child = spawn(process.execPath, [cli, "spark", ...args], { stdio: ["ignore", "pipe", "pipe"] });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (data) => {
        stdout += data;
      });
      child.stderr.on("data", (data) => {
        stderr += data;
      });
      child.once("close", (status) => resolve({ status, stderr, stdout }));
    });
  const make = (lake: string, ...more: string[]) =>
    run(["generate", ...log, "--lake", lake, "--command", command, "--on", cluster.address, ...more]);

  it("writes files that are to the byte those of one machine, though a worker is killed in the middle", async () => {
    const made = make(lakes.files, "--files");
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    cluster.kill(0);
    expect(await made).toMatchObject({ status: 0 });
    const parts = readdirSync(join(lakes.files, "requests"), { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".parquet"),
    );
    expect(parts.length).toBe(24);
    for (const part of parts.filter((_, i) => i % 8 === 0)) {
      const hour = /hour=(\d\d)/.exec(part)![1];
      const from = `2026-01-05T${hour}:00:00Z`;
      const to =
        hour === "23"
          ? "2026-01-06T00:00:00Z"
          : `2026-01-05T${String(Number(hour) + 1).padStart(2, "0")}:00:00Z`;
      const here = await generate({ ...options, from, to, out: join(folder, "hour.parquet") });
      const bytes = readFileSync(join(lakes.files, "requests", part));
      expect([part, createHash("sha256").update(bytes).digest("hex")]).toEqual([part, here.sha256]);
      const key = JSON.parse(readFileSync(join(lakes.files, "keys", `2026-01-05T${hour}.json`), "utf8"));
      expect(key.file.sha256).toBe(here.sha256);
    }
    expect((await checkLake({ master: cluster.address, lake: lakes.files })).what).toEqual([]);
  });

  it("hands lines to Spark, which writes them to any storage; keys and records agree", async () => {
    expect(await make(lakes.lines, "--shards", "4")).toMatchObject({ status: 0 });
    expect((await checkLake({ master: cluster.address, lake: lakes.lines })).what).toEqual([]);
    // and one by one, on this machine: the parts' keys put together are the key of the whole
    const keys = readdirSync(join(lakes.lines, "keys"))
      .filter((name) => name.startsWith("part-"))
      .map((name) => join(lakes.lines, "keys", name));
    const parts = readdirSync(join(lakes.lines, "requests"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".parquet"))
      .map((name) => join(lakes.lines, "requests", name));
    const args = [cli, "verify", ...parts, "--key", ...keys, "--json"];
    expect(JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })).valid).toBe(true);
  });

  it.each([
    [
      "removed",
      (lake: string) => rmSync(join(lake, "requests", "date=2026-01-05", "hour=07"), { recursive: true }),
    ],
    [
      "doubled",
      (lake: string) => {
        const hour = join(lake, "requests", "date=2026-01-05", "hour=07");
        cpSync(join(hour, "part.parquet"), join(hour, "again.parquet"));
      },
    ],
    [
      "altered",
      (lake: string) => {
        // the neighbour's hour in its place
        const day = join(lake, "requests", "date=2026-01-05");
        cpSync(join(day, "hour=08", "part.parquet"), join(day, "hour=07", "part.parquet"));
      },
    ],
  ])("finds out a lake of which a partition was %s", async (_, damage) => {
    const lake = join(folder, "damaged");
    rmSync(lake, { recursive: true, force: true });
    cpSync(lakes.files, lake, { recursive: true });
    damage(lake);
    const { status, stdout, stderr } = await run([
      "check",
      "--lake",
      lake,
      "--on",
      cluster.address,
      "--json",
    ]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/the lake differs from its answer keys in \d+ counts/),
    ]);
    const buckets = JSON.parse(stdout).map(({ bucket }: { bucket: string | null }) => bucket?.slice(11, 13));
    expect(buckets).toContain("07");
  });

  it("refuses a lake of which an hour was never made", async () => {
    const lake = join(folder, "half");
    cpSync(lakes.files, lake, { recursive: true });
    renameSync(join(lake, "keys", "2026-01-05T07.json"), join(lake, "keys", ".gone"));
    await expect(ask("error_rate", `${cluster.address}?lake=${lake}`)).rejects.toThrow(
      /is not whole: 2026-01-05 07:00:00 to 2026-01-05 08:00:00 is missing/,
    );
  });

  it("answers every question as DuckDB does", async () => {
    const names = questions().question as string[];
    const asked = names.map((name) => ({ question: question(name), answer: new WholeAnswer() }));
    await answersInSpark(`${cluster.address}?lake=${lakes.files}`, asked, {});
    for (const [i, name] of names.entries())
      expect([name, asked[i].answer.columns()]).toEqual([name, await ask(name, path)]);
  });

  it("says in one sentence that an executor lacks our command", async () => {
    const { status, stderr } = await run([
      ...[
        "generate",
        ...log,
        "--lake",
        join(folder, "none"),
        "--command",
        "no-such-command",
        "--on",
        cluster.address,
      ],
      ...["--shards", "1"],
    ]);
    expect(status).toBe(1);
    expect(stderr.trim().split("\n").length).toBe(1);
    expect(stderr).toMatch(/Spark failed: .*(no-such-command|Subprocess exited)/);
  });
});
