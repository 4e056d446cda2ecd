/** A real Spark cluster on 127.0.0.1: a master and workers, each a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathOf } from "../requirements.js";

/** The folder of Spark inside the Python environment of the requirement. */
export function sparkHome(): string {
  const lib = join(dirname(pathOf("spark")), "..", "lib");
  const [python] = readdirSync(lib).filter((name) => name.startsWith("python3"));
  return join(lib, python, "site-packages", "pyspark");
}

/** A running cluster. */
export interface Cluster {
  /** `spark://127.0.0.1:PORT` */
  readonly address: string;
  readonly folder: string;
  readonly workers: readonly ChildProcess[];
  /** Kills a worker with all that it started, as a machine that fails does. */
  kill(worker: number): void;
  stop(): void;
}

/** Starts a master and workers with a core and a gigabyte each. */
export async function startCluster(workerCount: number): Promise<Cluster> {
  const home = sparkHome();
  const folder = mkdtempSync(join(tmpdir(), "server-logs-cluster-"));
  const [port, ui] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    SPARK_HOME: home,
    SPARK_LOCAL_IP: "127.0.0.1",
    SPARK_LOG_DIR: join(folder, "logs"),
    SPARK_NO_DAEMONIZE: "true",
  };
  // groups of their own, so that whatever they start ends with them
  const start = (args: string[]) =>
    spawn(join(home, "bin", "spark-class"), args, { env, stdio: "ignore", detached: true });
  const master = start([
    "org.apache.spark.deploy.master.Master",
    ...["--host", "127.0.0.1", "--port", String(port), "--webui-port", String(ui)],
  ]);
  const address = `spark://127.0.0.1:${port}`;
  await listening(port);
  const workers: ChildProcess[] = [];
  for (let i = 0; i < workerCount; i++) {
    workers.push(
      start([
        "org.apache.spark.deploy.worker.Worker",
        ...["--host", "127.0.0.1", "--webui-port", String(await freePort())],
        ...["--cores", "1", "--memory", "1g", "--work-dir", join(folder, `worker-${i}`), address],
      ]),
    );
  }
  const kill = (child: ChildProcess) => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {} // it has ended
  };
  return {
    address,
    folder,
    workers,
    kill: (worker) => kill(workers[worker]),
    stop() {
      for (const child of [...workers, master]) kill(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
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

async function listening(port: number): Promise<void> {
  const { connect } = await import("node:net");
  for (let tries = 0; tries < 600; tries++) {
    const heard = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (heard) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the Spark master does not listen on port ${port}`);
}
