// A real PostgreSQL server with a temporary data folder and a socket in it, which is removed after the tests. A run of
// vitest has one for all its files, where its configuration names oneServer.ts: to make one takes a second.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inject } from "vitest";
import { found, pathOf } from "../requirements.js";

/** Whether there is a PostgreSQL to start. */
export const canServe = found("postgres") !== undefined;

export interface Server {
  /** Address of a new, empty database of the server. */
  database(): string;
  /** The output of psql, unaligned, without headers. */
  psql(address: string, sql: string): string;
  stop(): void;
}

/** The password of the server's user, which no message may show. */
export const password = "s3cret-Pa55";

/** The run's server, or one of the caller's own. The caller stops it, and its tests have the tag `postgres`. */
export function startServer(): Server {
  const shared = inject("postgres");
  const folder = shared ?? mkdtempSync(join(tmpdir(), "pg-"));
  if (shared === undefined) start(folder);
  else startOnce(folder);
  return {
    database() {
      const name = `db${randomInt(2 ** 47)}`; // other files have databases of their own
      run(folder, "psql", ["-h", folder, "-U", "tester", "-d", "postgres", "-qc", `CREATE DATABASE ${name}`]);
      return `postgres://tester:${password}@/${name}?host=${encodeURIComponent(folder)}`;
    },
    psql(at, sql) {
      const name = new URL(at.replace("@/", "@host/")).pathname.slice(1);
      return run(folder, "psql", ["-h", folder, "-U", "tester", "-d", name, "-qAtc", sql]).trim();
    },
    stop: () => shared ?? stopServer(folder),
  };
}

/** Stops a server that was started in a folder, if one was, and removes the folder. */
export function stopServer(folder: string): void {
  if (existsSync(join(folder, "data")))
    run(folder, "pg_ctl", ["-D", join(folder, "data"), "-m", "immediate", "-w", "stop"]);
  rmSync(folder, { recursive: true, force: true });
}

/** The first process to ask starts the server; others wait until it has. */
function startOnce(folder: string): void {
  const started = join(folder, "started");
  try {
    mkdirSync(join(folder, "starting"));
  } catch {
    for (let waited = 0; !existsSync(started); waited += 50) {
      if (waited > 60_000) throw new Error("PostgreSQL was not started within a minute");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
    return;
  }
  start(folder);
  writeFileSync(started, "");
}

function run(folder: string, program: string, args: string[]): string {
  const path = join(dirname(pathOf("postgres")), program);
  // PostgreSQL refuses to run as root; Debian's package makes a user for it.
  const [command, rest] = isRoot
    ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, ...args]]
    : [path, args];
  const { status, stdout, stderr, error } = spawnSync(command as string, rest as string[], {
    encoding: "utf8",
    cwd: folder,
    env: { ...process.env, PGPASSWORD: password, LC_ALL: "C.UTF-8" },
  });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  return stdout;
}

const isRoot = process.getuid?.() === 0;

function start(folder: string): void {
  const secret = join(folder, "password");
  writeFileSync(secret, password, { mode: 0o644 });
  if (isRoot) spawnSync("chown", ["postgres:postgres", folder]);
  else chmodSync(folder, 0o700);
  const data = join(folder, "data");
  run(folder, "initdb", [
    "-D",
    data,
    "-U",
    "tester",
    "-A",
    "scram-sha-256",
    `--pwfile=${secret}`,
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
    // Texts are sorted as in a language, /apple before /Zebra: the answers must not depend on this.
    "--locale-provider=icu",
    "--icu-locale=en-US",
    "--no-sync",
  ]);
  const options = `-k ${folder} -c listen_addresses='' -c fsync=off -c timezone=America/New_York`;
  run(folder, "pg_ctl", ["-D", data, "-w", "-l", join(folder, "log"), "-o", options, "start"]);
}
