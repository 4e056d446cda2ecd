// What remains of runs that are killed (kill -9), and whether the next run repairs it.
//
//     npm run kill9 -- --runs 200 [--seed 1] [--only write,read,duckdb,postgres,stream,schedule] [--postgres postgres://…]
//
// For each run: a command is started, and killed after a random time, with all its threads. Then (1) every file under a
// final name is either the whole old one or the whole new one; (2) the same command, run again, succeeds; (3) nothing
// else is left: no hidden file beside the outputs, nothing in the temporary folder; (4) the outputs are byte for byte
// those of a run that was not killed, and a database has each record once. PostgreSQL is included if the address of an
// empty database is given. A stream's file may be a prefix of the final file; its receiver has each record at least
// once, in order, and no other.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
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
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { ask } from "#lib/warehouse/ask";

const cli = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;

/** The commands that are killed: what each writes, and how what it loaded is counted. */
function commandsOf(fixture, postgres, receiver) {
  const log = join(fixture, "combined.log");
  const csv = join(fixture, "log.csv");
  const loaded = (to) => (records) => ({
    args: ["load", csv, log, "--to", to, "--quarantine", "q.ndjson"],
    count: to,
    records,
  });
  const streamed = ["stream", "--rows", "10000", "--seed", "4", "--start", "2026-01-05"];
  return {
    write: { args: ["generate", "--rows", "60000", "--seed", "2", "--labels", "--out", "o.csv"], old: true },
    "write packed, with threads": {
      // so many at night, when they are work for several threads
      args: [
        ...[
          "generate",
          "--rows",
          "100000",
          "--start",
          "2026-01-05T02:00:00Z",
          "--end",
          "2026-01-05T04:00:00Z",
        ],
        ...["--seed", "2", "--workers", "3", "--labels", "--out", "o.csv.gz"],
      ],
      old: true,
    },
    read: { args: ["read", log, "--out", "o.csv", "--quarantine", "q.ndjson"] },
    "duckdb, new": loaded("x.duckdb")(true),
    "duckdb, there": {
      ...loaded("x.duckdb")(true),
      before: ["load", join(fixture, "before.csv"), "--to", "x.duckdb"],
    },
    "stream to a file": {
      args: [...streamed, "--out", "s.csv", "--rotate", "150kB", "--gzip"],
      growing: ["s.csv"],
    },
    "stream over http": {
      args: [
        ...streamed,
        "--record-ids",
        "--batch",
        "500",
        "--state",
        "state.json",
        "--out",
        receiver.address,
      ],
      growing: ["state.json"],
      received: receiver.file,
    },
    ...(postgres && { postgres: loaded(postgres)(true) }),
    "schedule, files": scheduled({ file: "{yyyy}/{MM}/{dd}/{HH}{offset}.csv.gz", labels: true }),
    "schedule, lake": scheduled({ lake: "." }),
    "schedule, duckdb": { ...scheduled({ table: "x.duckdb" }), count: "x.duckdb" },
    ...(postgres && { "schedule, postgres": { ...scheduled({ table: postgres }), count: postgres } }),
  };
}

/** Makes the parts of a log hour by hour; all of them are due. */
function scheduled(where) {
  const log = { rate: 3, seed: 5, start: "2026-10-24T23:00:00Z", end: "2026-10-25T03:00:00Z" };
  const job = { name: "hourly", cron: "5 * * * *", timeZone: "Europe/Berlin", makes: "last-hour", ...where };
  return {
    args: ["run", "schedule.json", "--once", "--log-level", "error"],
    files: { "schedule.json": JSON.stringify({ log, jobs: [job] }) },
    growing: ["schedule.state.json"], // the next run shows whether it is right
  };
}

/** A small generator of random numbers, from 0 to 1 (mulberry32), so that a seed names a series of runs. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The files of a folder with their hashes; of databases and locks only that they are there, as they vary. */
function contentOf(folder) {
  const all = readdirSync(folder, { withFileTypes: true, recursive: true });
  const entries = all.flatMap((entry) => {
    if (entry.isDirectory()) return [];
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (entry.isSymbolicLink()) return [[name, "a lock"]];
    if (/\.duckdb(\.wal)?$/.test(name)) return [[name, "a database"]];
    return [[name, createHash("sha256").update(readFileSync(path)).digest("hex")]];
  });
  return Object.fromEntries(entries.sort());
}

/** A hash of the distinct lines of a file, in the order of their first occurrence. */
function onceEach(file) {
  const lines = new Set(existsSync(file) ? readFileSync(file, "latin1").split("\n") : []);
  return createHash("sha256")
    .update([...lines].join("\n"))
    .digest("hex");
}

/** Whether a file is a prefix of one of those in a folder, which may be compressed. */
function isBeginning(file, folder) {
  const bytes = readFileSync(file);
  return readdirSync(folder).some((name) => {
    const whole = readFileSync(join(folder, name));
    const plain = name.endsWith(".gz") ? gunzipSync(whole) : whole;
    return plain.subarray(0, bytes.length).equals(bytes);
  });
}

/** Starts the receiver of the streams, in its own process. */
async function startReceiver(file) {
  const program = new URL("receiver.js", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, file], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(child.stdout, "data");
  return { file, address: `http://127.0.0.1:${String(port).trim()}`, stop: () => child.kill() };
}

/** Whether a file is what another holds packed: one that a stream has closed, and has yet to compress. */
function isUnpacked(file, packed) {
  return existsSync(packed) && gunzipSync(readFileSync(packed)).equals(readFileSync(file));
}

const emptied = (folder) => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
};

/**
 * Kills runs at random moments and checks what remains.
 * @param {{ runs: number, seed?: number, only?: readonly string[], postgres?: string, timings?: number,
 *   told?: (words: string) => void }} options
 *   timings: how many runs are timed. A run's length is the shortest of them: one that another program has held up would
 *   put most kills behind the end.
 * @returns {Promise<{ kinds: Record<string, { runs: number, killed: number }>, faults: string[] }>}
 */
export async function killRuns({ runs, seed = 1, only, postgres, timings = 2, told = () => {} }) {
  const root = mkdtempSync(join(tmpdir(), "kill9-"));
  const fixture = join(root, "fixture");
  const work = join(root, "work");
  const temporary = join(root, "temporary");
  const env = { ...process.env, TMPDIR: temporary };
  const run = (args, cwd = work) =>
    spawnSync(process.execPath, [cli, ...args], { cwd, env, encoding: "utf8" });
  /** A run that must succeed. */
  const sound = (args, cwd) => {
    const { status, stdout, stderr } = run(args, cwd);
    if (status !== 0) throw new Error(`${args.join(" ")}: exit code ${status}: ${stderr}`);
    return stdout;
  };
  const count = async (to) => {
    const sql = "SELECT count(*) AS n, count(DISTINCT timestamp) AS m FROM requests";
    return JSON.stringify(await ask(sql, to === postgres ? to : join(work, to)));
  };
  const faults = [];
  const kinds = {};
  const receiver = await startReceiver(join(root, "received"));
  try {
    for (const folder of [fixture, work, temporary]) mkdirSync(folder);
    sound(["generate", "--rows", "30000", "--out", "log.csv", "--no-key"], fixture);
    sound(["generate", "--rows", "500", "--seed", "9", "--out", "before.csv", "--no-key"], fixture);
    const defects = ["--defects", "malformed=0.01"];
    sound(
      [
        "generate",
        "--rows",
        "30000",
        "--seed",
        "7",
        "--format",
        "combined",
        "--out",
        "combined.log",
        "--no-key",
        ...defects,
      ],
      fixture,
    );
    const commands = Object.entries(commandsOf(fixture, postgres, receiver)).filter(
      ([name]) => only === undefined || only.some((kind) => name.startsWith(kind)),
    );
    const draw = random(seed);
    const clear = async () => {
      emptied(work);
      rmSync(receiver.file, { force: true });
      if (postgres) await clearPostgres(postgres);
    };
    const prepared = [];
    for (const [name, command] of commands) {
      await clear();
      for (const [file, text] of Object.entries(command.files ?? {})) writeFileSync(join(work, file), text);
      // The state before the run: nothing, an older log, or a database with records.
      if (command.old) sound(command.args.map((arg, i) => (command.args[i - 1] === "--seed" ? "1" : arg)));
      if (command.before) sound(command.before);
      const old = join(root, `old ${name}`);
      cpSync(work, old, { recursive: true });
      const before = contentOf(work);
      let took = Number.POSITIVE_INFINITY;
      for (let timed = 0; timed < timings; timed++) {
        await clear();
        cpSync(old, work, { recursive: true });
        const began = performance.now();
        sound(command.args);
        took = Math.min(took, performance.now() - began);
      }
      prepared.push({
        name,
        ...command,
        old,
        before,
        after: contentOf(work),
        took,
        total: command.count && (await count(command.count)),
        each: command.received && onceEach(command.received),
        whole: join(root, `whole ${name}`),
      });
      cpSync(work, join(root, `whole ${name}`), { recursive: true });
      kinds[name] = { runs: 0, killed: 0 };
    }
    for (let i = 0; i < runs; i++) {
      const command = prepared[i % prepared.length];
      const { name, args, old, before, after, took } = command;
      await clear();
      cpSync(old, work, { recursive: true });
      emptied(temporary);
      const wait = draw() * took * 1.05;
      const child = spawn(process.execPath, [cli, ...args], { cwd: work, env, stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal)));
      await new Promise((resolve) => setTimeout(resolve, wait));
      child.kill("SIGKILL");
      kinds[name].runs++;
      if ((await ended) === "SIGKILL") kinds[name].killed++;
      const fault = (what) => {
        faults.push(`run ${i} of ${name}, seed ${seed}, killed after ${wait.toFixed(0)} ms: ${what}`);
        told(faults.at(-1)); // at once: the rest may take hours
      };
      for (const [file, hash] of Object.entries(contentOf(work))) {
        if (basename(file).startsWith(".") || file.endsWith(".wal")) continue;
        if (command.growing?.includes(file)) {
          if (file === "s.csv" && !isBeginning(join(work, file), command.whole))
            fault(`${file} is not the beginning of what belongs there`);
          continue;
        }
        if (
          hash !== before[file] &&
          hash !== after[file] &&
          !isUnpacked(join(work, file), `${join(command.whole, file)}.gz`)
        )
          fault(`${file} is neither the old nor the new one`);
      }
      const again = run(args);
      if (again.status !== 0) fault(`the next run ended with ${again.status}: ${again.stderr.trim()}`);
      else {
        const left = contentOf(work);
        for (const file of new Set([...Object.keys(left), ...Object.keys(after)]))
          if (left[file] !== after[file])
            fault(`after the next run ${file} is ${left[file] ?? "not there"}, not ${after[file] ?? "gone"}`);
        const total = command.count && (await count(command.count));
        if (total !== command.total) fault(`the database holds ${total}, not ${command.total}`);
        if (command.received && onceEach(command.received) !== command.each)
          fault("the receiver does not have each record, in order, and no other");
      }
      const scratch = existsSync(temporary) ? readdirSync(temporary) : [];
      if (scratch.length > 0) fault(`the temporary folder holds ${scratch.join(", ")}`);
      if ((i + 1) % 20 === 0) told(`${i + 1} runs, ${faults.length} faults`);
    }
    return { kinds, faults };
  } finally {
    receiver.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

async function clearPostgres(address) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query("DROP TABLE IF EXISTS requests, loads");
  await client.end();
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "100" },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
      postgres: { type: "string" },
    },
  });
  const { kinds, faults } = await killRuns({
    runs: Number(values.runs),
    seed: Number(values.seed),
    only: values.only?.split(","),
    postgres: values.postgres,
    told: (words) => console.error(words),
  });
  console.table(kinds);
  for (const fault of faults) console.log(fault);
  console.log(`${faults.length} faults`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
