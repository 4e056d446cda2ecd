/** A log made, checked and questioned on a real Spark cluster of a master and two workers. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnswerKey } from "#lib/truth/answerKey";
import { WholeAnswer } from "#lib/warehouse/answer";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";
import { question, questions } from "#lib/warehouse/questions";
import { answersInSpark } from "#lib/warehouse/spark/answer";
import { checkLakes } from "#lib/warehouse/spark/check";
import { generate } from "#lib/write/generate";
import { runInDuckdb } from "../warehouse/duckdb.js";
import { type Server, startServer } from "../warehouse/server.js";
import { type Cluster, sparkEnvironment, startCluster } from "./spark.js";

const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const command = `'${process.execPath}' '${cli}'`;
// Eight hours, and so eight files when the executors write them.
const day = "2026-01-05";
const options = {
  rows: Number(process.env.CLUSTER_ROWS ?? 40_000),
  seed: 5,
  start: `${day}T08:00:00Z`,
  end: `${day}T16:00:00Z`,
  incidents: ["checkout_outage", "traffic_surge"],
};
const { rows, seed, start, end, incidents } = options;
const log = [
  `--rows=${rows}`,
  `--seed=${seed}`,
  `--start=${start}`,
  `--end=${end}`,
  "--incidents",
  ...incidents,
];
const folder = mkdtempSync(join(tmpdir(), "server-logs lake-"));
const at = (...path: string[]) => join(folder, ...path);
const lakes = { lines: at("lines"), files: at("files") };
const whole = at("whole.csv");

/** Files below a folder whose names end so; what is hidden is not finished. */
const filesIn = (path: string, end: string) =>
  (existsSync(path) ? readdirSync(path, { recursive: true, encoding: "utf8" }) : [])
    .filter((name) => name.endsWith(end) && !/(^|\/)[._]/.test(name))
    .map((name) => join(path, name));
const keysOf = (lake: string) =>
  filesIn(join(lake, "keys"), ".txt").flatMap((path) => readFileSync(path, "utf8").trim().split("\n"));

describe("a cluster of two workers", { tags: ["java", "spark", "postgres", "smallDisk"] }, () => {
  let cluster: Cluster;
  let postgres: Server;
  beforeAll(async () => {
    cluster = await startCluster(2);
    Object.assign(process.env, cluster.environment);
    postgres = startServer();
    await generate({ ...options, out: whole });
  });
  afterAll(async () => {
    await cluster?.stop();
    postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Ended {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }
  const run = (args: string[], env: Record<string, string> = {}) =>
    new Promise<Ended>((resolve) => {
      const child = spawn(process.execPath, [cli, ...args], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...env },
      });
      const [stdout, stderr]: Buffer[][] = [[], []];
      child.stdout.on("data", (data) => stdout.push(data));
      child.stderr.on("data", (data) => stderr.push(data));
      child.once("close", (status) =>
        resolve({
          status,
          stdout: Buffer.concat(stdout).toString(),
          stderr: Buffer.concat(stderr).toString(),
        }),
      );
    });
  const make = (lake: string, more: string[] = [], how = { on: cluster.address, command }) =>
    run(["spark", "generate", ...log, "--lake", lake, "--command", how.command, "--on", how.on, ...more]);

  it("writes files that are to the byte those of one machine, though a worker is killed in the middle", async () => {
    const made = make(lakes.files, ["--files"]);
    const parts = () => filesIn(join(lakes.files, "requests"), ".parquet");
    let ended = false;
    void made.then(() => {
      ended = true;
    });
    while (!ended && parts().length < 2) await sleep(50);
    cluster.kill(cluster.workers[0]);
    expect(parts().length).toBeLessThan(8);
    expect(await made).toMatchObject({ status: 0 });

    const keys = keysOf(lakes.files).map((text) => JSON.parse(text) as AnswerKey);
    expect(keys.map((key) => key.from.slice(11, 13)).sort()).toEqual([
      "08",
      "09",
      "10",
      "11",
      "12",
      "13",
      "14",
      "15",
    ]);
    for (const key of keys) {
      const file = join(
        lakes.files,
        "requests",
        `date=${day}`,
        `hour=${key.from.slice(11, 13)}`,
        key.file!.name!,
      );
      const out = at("hour.parquet");
      const { sha256 } = await generate({ ...options, from: key.from, to: key.to, out });
      expect([key.from, key.file!.sha256]).toEqual([key.from, sha256]);
      expect(readFileSync(file).equals(readFileSync(out))).toBe(true);
    }
  });

  it("hands lines to Spark, which writes them to any storage; a worker that is new takes part", async () => {
    await cluster.addWorker();
    expect(await make(lakes.lines, ["--shards", "4"])).toMatchObject({ status: 0 });
    expect(keysOf(lakes.lines).length).toBe(4);
  });

  it.each(["lines", "files"] as const)(
    "keys that travelled with %s are together the key of the whole",
    (way) => {
      const keys = keysOf(lakes[way]).map((text, i) => {
        const path = at(`${way}-${i}.truth.json`);
        writeFileSync(path, text);
        return path;
      });
      const parts = filesIn(join(lakes[way], "requests"), ".parquet");
      const args = [cli, "verify", ...parts, "--key", ...keys, "--json"];
      expect(JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })).valid).toBe(true);
    },
  );

  it("answers every question as DuckDB and PostgreSQL do", async () => {
    const names = questions().question as string[];
    const data = { lake: lakes.files };
    const asked = names.map((name) => ({ question: question(name), data, answer: new WholeAnswer() }));
    await answersInSpark(cluster.address, asked, {});
    const to = postgres.database();
    await load(whole, { to });
    for (const { question, answer } of asked) {
      const { name } = question;
      expect([name, answer.columns()]).toEqual([name, await ask(name, whole)]);
      expect([name, answer.columns()]).toEqual([name, await ask(name, to)]);
    }
  });

  const partOf = (lake: string, hour: string, file = `part-${hour}0000.parquet`) =>
    join(lake, "requests", `date=${day}`, `hour=${hour}`, file);
  /** A copy of the lake of files, with something done to it. */
  const damaged = (name: string, damage: (lake: string) => void) => {
    const lake = at(name);
    cpSync(lakes.files, lake, { recursive: true });
    damage(lake);
    return lake;
  };

  it("finds out, on the cluster, an hour that was removed, doubled, or has one altered record", async () => {
    const hour = JSON.parse(
      keysOf(lakes.files).find((text) => text.includes(`"from":"${day}T09`))!,
    ) as AnswerKey;
    const { written } = hour.lines;
    const removed = damaged("removed", (lake) => rmSync(partOf(lake, "09", "")!, { recursive: true }));
    const doubled = damaged("doubled", (lake) =>
      cpSync(partOf(lake, "09"), partOf(lake, "09", "again.parquet")),
    );
    const altered = damaged("altered", (lake) => rmSync(partOf(lake, "09")));
    const oneRecord = "* REPLACE (if(row_number() OVER () = 1, 199, status_code) AS status_code)";
    await runInDuckdb(
      ":memory:",
      `COPY (SELECT ${oneRecord} FROM '${partOf(lakes.files, "09")}') TO '${partOf(altered, "09")}' (FORMAT parquet)`,
      "UTC",
    );
    const all = [lakes.files, lakes.lines, removed, doubled, altered];
    const { status, stdout, stderr } = await run([
      ...["spark", "check", "--on", cluster.address, "--json", "--lake", ...all],
    ]);
    const differences = JSON.parse(stdout) as Difference[];
    const cells = (lake: string) =>
      differences.filter((each) => each.lake === lake && each.what === "requests");
    const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0);
    expect(status).toBe(1);
    expect(stderr).toMatch(`${lakes.files} is what was made`);
    expect(stderr).toMatch(`${lakes.lines} is what was made`);
    expect(sum(cells(removed).map((cell) => cell.expected))).toBe(written);
    expect(sum(cells(removed).map((cell) => cell.found))).toBe(0);
    expect(sum(cells(doubled).map((cell) => cell.expected))).toBe(written);
    expect(cells(doubled).every((cell) => cell.found === 2 * cell.expected)).toBe(true);
    expect(
      cells(altered)
        .map((cell) => cell.found - cell.expected)
        .sort(),
    ).toEqual([-1, 1]);
    expect(differences.filter((each) => each.lake === altered).length).toBe(2);
    expect(new Set(differences.flatMap(({ bucket }) => bucket?.slice(0, 13) ?? []))).toEqual(
      new Set([`${day}T09`]),
    );
  });

  it("asks no lake that is not whole", async () => {
    const half = damaged("half", (lake) => {
      const key = filesIn(join(lake, "keys"), ".txt").find((path) =>
        readFileSync(path, "utf8").includes(`"from":"${day}T09`),
      )!;
      rmSync(key);
    });
    const asked = (lake: string) => ask("error_rate", `spark://local[1]?lake=${lake}`);
    await Promise.all([
      expect(asked(at("removed"))).rejects.toThrow(
        /^lake: ".*removed" is not whole: its keys tell of \d+ records, and it holds \d+$/,
      ),
      expect(asked(half)).rejects.toThrow(
        `lake: "${half}" is not whole: ${day}T09:00:00Z to ${day}T10:00:00Z is missing`,
      ),
    ]);
  });

  describe("tells a failure in one sentence", () => {
    const words = ({ stderr }: Ended) => stderr.trim().split("\n");

    it("an executor without our command", async () => {
      const made = await make(at("none"), [], { on: cluster.address, command: "no-such-command" });
      expect([made.status, words(made)]).toEqual([
        1,
        [
          'server-logs: Spark failed: an executor lacks the program "no-such-command": install it there, or ship it with archives',
        ],
      ]);
      expect(keysOf(at("none"))).toEqual([]);
    });

    it("a lake that holds files already", async () => {
      const made = await make(lakes.files, ["--files"], { on: "spark://local[1]", command });
      expect([made.status, words(made)]).toEqual([
        2,
        [
          expect.stringMatching(
            /^server-logs: lake: ".*files\/keys" holds files already: remove them, or name/,
          ),
        ],
      ]);
    });

    it("a cluster without an executor to spare", async () => {
      const more = { "spark.starvation.timeout": "1s", "spark.executor.memory": "4g" };
      const args = ["ask", "error_rate", "--on", `${cluster.address}?lake=${lakes.files}`];
      const asked = await run(args, sparkEnvironment(cluster.folder, more));
      expect([asked.status, words(asked)]).toEqual([
        1,
        [expect.stringMatching(/Spark failed: no worker of the cluster has a free core and the memory/)],
      ]);
    });

    it("a full disk: one that all share fails, one of a single worker does not matter", async () => {
      const lake = at("full");
      mkdirSync(join(lake, "requests"), { recursive: true });
      const script = 'mount -t tmpfs -o size=4k tmpfs "$0" && exec "$@"';
      const generate = ["spark", "generate", ...log, "--lake", lake, "--files", "--command", command];
      const made = spawnSync(
        "unshare",
        ["--mount", "sh", "-c", script, join(lake, "requests"), process.execPath, cli, ...generate].concat([
          "--on",
          "spark://local[1]",
        ]),
        { encoding: "utf8" },
      );
      expect([made.status, words(made)]).toEqual([1, [expect.stringMatching(/the disk is full$/)]]);
      expect(keysOf(lake)).toEqual([]);

      await cluster.addWorker(join(lake, "requests"));
      const again = await make(lake, ["--files"]);
      expect(again).toMatchObject({ status: 0 });
      expect((await checkLakes({ master: cluster.address, lakes: [lake] })).what).toEqual([]);
    });
  });
});

/** A row of what `spark check --json` prints. */
interface Difference {
  readonly lake: string;
  readonly what: string;
  readonly bucket: string | null;
  readonly expected: number;
  readonly found: number;
}
