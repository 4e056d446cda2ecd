/** A real Spark cluster on 127.0.0.1: a master and workers, each a process of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathOf } from "../requirements.js";

/** The folder of Spark inside the Python environment of the requirement. */
export function sparkHome(): string {
  const lib = join(dirname(pathOf("spark")), "..", "lib");
  const [python] = readdirSync(lib).filter((name) => name.startsWith("python3"));
  return join(lib, python, "site-packages", "pyspark");
}

/** Options for a short-lived Java: only the fast compiler, and one thread for garbage collection. */
const shortLived = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

/** The environment of every program of the cluster and of its clients: small heaps, two partitions. */
export function sparkEnvironment(folder: string, more: Record<string, string> = {}): Record<string, string> {
  const settings = {
    "spark.driver.memory": "512m",
    "spark.driver.extraJavaOptions": shortLived,
    "spark.executor.memory": "512m",
    "spark.executor.extraJavaOptions": shortLived,
    "spark.sql.shuffle.partitions": "2",
    "spark.local.dir": join(folder, "local"),
    ...more,
  };
  const conf = mkdtempSync(join(folder, "conf-"));
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(join(conf, "spark-defaults.conf"), lines.join(""));
  return {
    SPARK_HOME: sparkHome(),
    SPARK_CONF_DIR: conf,
    SPARK_LOCAL_IP: "127.0.0.1",
    SPARK_LOG_DIR: join(folder, "logs"),
    SPARK_DAEMON_MEMORY: "256m",
    SPARK_DAEMON_JAVA_OPTS: shortLived,
    // never those of an installed Hadoop
    HADOOP_CONF_DIR: "",
  };
}

/** A running cluster. */
export interface Cluster {
  /** `spark://127.0.0.1:PORT` */
  readonly address: string;
  /** The environment that a client needs. */
  readonly environment: Record<string, string>;
  readonly folder: string;
  /** The numbers of its workers. */
  readonly workers: readonly number[];
  /**
   * Starts another worker with a core and half a gigabyte.
   * @param fullDisk - a folder that is a full disk for this worker only
   */
  addWorker(fullDisk?: string): Promise<void>;
  /** Kills a worker with everything that it started, like a machine that fails. */
  kill(worker: number): void;
  /** Ends everything that was started, and waits for the end. */
  stop(): Promise<void>;
}

/** Starts a master and workers. */
export async function startCluster(workerCount: number): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "server-logs cluster-"));
  mkdirSync(join(folder, "local"));
  const environment = sparkEnvironment(folder);
  const program = join(environment.SPARK_HOME, "bin", "spark-class");
  const [port, ui] = [await freePort(), await freePort()];
  const workers: number[] = [];
  const started: { child: ChildProcess; log: string }[] = [];
  // their own process groups, so that their children end with them; and they end with the test, even if it is killed
  const start = (command: string, args: string[]) => {
    const log = join(folder, `${started.length}.log`);
    const env = { ...process.env, ...environment, LOG: log };
    const child = spawn(
      "setpriv",
      ["--pdeathsig", "KILL", "sh", "-c", 'exec "$@" >"$LOG" 2>&1', "sh", command, ...args],
      { env, stdio: "ignore", detached: true },
    );
    started.push({ child, log });
    return log;
  };
  const address = `spark://127.0.0.1:${port}`;
  const log = start(program, [
    "org.apache.spark.deploy.master.Master",
    ...["--host", "127.0.0.1", "--port", String(port), "--webui-port", String(ui)],
  ]);
  await said(log, /I have been elected leader/);
  const addWorker = async (fullDisk?: string) => {
    const number = started.length;
    const worker = [
      program,
      "org.apache.spark.deploy.worker.Worker",
      ...["--host", "127.0.0.1", "--webui-port", String(await freePort())],
      ...["--cores", "1", "--memory", "512m", "--work-dir", join(folder, `worker-${number}`), address],
    ];
    const mount = 'mount -t tmpfs -o size=4k tmpfs "$0" && exec "$@"';
    const its =
      fullDisk === undefined
        ? start(worker[0], worker.slice(1))
        : start("unshare", ["--mount", "sh", "-c", mount, fullDisk, ...worker]);
    await said(its, /Successfully registered with master/);
    workers.push(number);
  };
  const kill = (number: number) => {
    try {
      process.kill(-started[number].child.pid!, "SIGKILL");
    } catch {} // it has ended
  };
  const cluster = {
    address,
    environment,
    folder,
    workers,
    addWorker,
    kill,
    async stop() {
      for (const number of started.keys()) kill(number);
      for (const { child } of started) while (groupLives(child.pid!)) await sleep(50);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  for (let i = 0; i < workerCount; i++) await addWorker();
  return cluster;
}

/** Whether a process of a group still runs. A zombie does not. */
function groupLives(group: number): boolean {
  const { stdout } = spawnSync("ps", ["-eo", "pgid=,stat="], { encoding: "utf8" });
  return stdout.split("\n").some((line) => {
    const [itsGroup, state] = line.trim().split(/\s+/);
    return Number(itsGroup) === group && !state.startsWith("Z");
  });
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Waits until a program has written words to its log. */
async function said(log: string, words: RegExp): Promise<void> {
  let text = "";
  for (let tries = 0; tries < 1200; tries++) {
    try {
      text = readFileSync(log, "utf8");
    } catch {} // not yet there
    if (words.test(text)) return;
    await sleep(100);
  }
  throw new Error(`${words} does not come in two minutes: ${text.slice(-500)}`);
}
