// A real PostgreSQL server with a temporary data folder and a socket in it, which is removed after the tests.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

/** Starts a server. The caller stops it, and its tests have the tag `postgres`. */
export function startServer(): Server {
  const bin = dirname(pathOf("postgres"));
  const folder = mkdtempSync(join(tmpdir(), "pg-"));
  // PostgreSQL refuses to run as root; Debian's package makes a user for it.
  const asRoot = process.getuid?.() === 0;
  const run = (program: string, args: string[]) => {
    const [command, rest] = asRoot
      ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", join(bin, program), ...args]]
      : [join(bin, program), args];
    const { status, stdout, stderr, error } = spawnSync(command as string, rest as string[], {
      encoding: "utf8",
      cwd: folder,
      env: { ...process.env, PGPASSWORD: password, LC_ALL: "C.UTF-8" },
    });
    if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
    return stdout;
  };
  const secret = join(folder, "password");
  writeFileSync(secret, password, { mode: 0o644 });
  if (asRoot) spawnSync("chown", ["postgres:postgres", folder]);
  else chmodSync(folder, 0o700);
  const data = join(folder, "data");
  run("initdb", [
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
  run("pg_ctl", ["-D", data, "-w", "-l", join(folder, "log"), "-o", options, "start"]);
  let databases = 0;
  const address = (database: string) =>
    `postgres://tester:${password}@/${database}?host=${encodeURIComponent(folder)}`;
  return {
    database() {
      const name = `db${++databases}`;
      run("psql", ["-h", folder, "-U", "tester", "-d", "postgres", "-qc", `CREATE DATABASE ${name}`]);
      return address(name);
    },
    psql(at, sql) {
      const name = new URL(at.replace("@/", "@host/")).pathname.slice(1);
      return run("psql", ["-h", folder, "-U", "tester", "-d", name, "-qAtc", sql]).trim();
    },
    stop() {
      run("pg_ctl", ["-D", data, "-m", "immediate", "-w", "stop"]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
