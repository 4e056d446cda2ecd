import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { InputError, InterruptedError } from "../../errors.js";

// The programs of Prometheus, as Debian's package `prometheus` installs them.

/** The output and the exit code of a program. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs promtool to its end.
 * @throws InputError when it is not installed
 */
export function promtool(args: readonly string[], signal?: AbortSignal): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("promtool", args, { stdio: ["ignore", "pipe", "pipe"], ...(signal && { signal }) });
    let output = "";
    const take = (text: Buffer) => {
      if (output.length < 1 << 20) output += text;
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error: NodeJS.ErrnoException) => reject(failure(error, "promtool")));
    child.on("close", (code) => resolve({ code, output }));
  });
}

function failure(error: NodeJS.ErrnoException, program: string): Error {
  if (error.name === "AbortError") return new InterruptedError();
  if (error.code === "ENOENT")
    return new InputError(
      `rules: need Prometheus' own program ${program}, which is not installed; Debian's package is called prometheus`,
    );
  return error;
}

/**
 * Checks a rules file with promtool.
 * @throws InputError with promtool's reason in one sentence
 */
export async function checkRules(path: string, signal?: AbortSignal): Promise<void> {
  const { code, output } = await promtool(["check", "rules", path], signal);
  if (code === 0) return;
  const reason = output
    .split("\n")
    .map((line) =>
      line
        .replaceAll(path, "")
        .replace(/^[\s:]+/, "")
        .trim(),
    )
    .filter((line) => line !== "" && !/^(Checking|FAILED:?|SUCCESS:.*)$/.test(line))
    .join("; ");
  throw new InputError(`rules: promtool refuses them: ${reason.slice(0, 400)}`);
}

/** A Prometheus server on 127.0.0.1, with the blocks that exist when it starts. */
export class PrometheusServer {
  readonly #url: string;
  readonly #end: () => Promise<void>;

  private constructor(url: string, end: () => Promise<void>) {
    this.#url = url;
    this.#end = end;
  }

  /**
   * Starts a server.
   * @param folder for its configuration, and for its data in `data`; it must exist
   * @param lookback age in seconds up to which an instant query takes an older sample
   * @throws InputError when it is not installed
   */
  static async start(
    folder: string,
    lookback: number,
    rules?: string,
    signal?: AbortSignal,
  ): Promise<PrometheusServer> {
    const port = await freePort();
    await mkdir(join(folder, "data"), { recursive: true });
    const config = join(folder, "prometheus.yml");
    // By its own clock it evaluates the rules once an hour, but these results are not used.
    await writeFile(
      config,
      `global: {evaluation_interval: 1h}\n${rules === undefined ? "" : `rule_files: [${JSON.stringify(rules)}]\n`}`,
    );
    const child = spawn(
      "prometheus",
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        "--storage.tsdb.retention.time=100y",
        `--web.listen-address=127.0.0.1:${port}`,
        `--query.lookback-delta=${lookback}s`,
        "--log.level=error",
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let said = "";
    child.stderr.on("data", (text: Buffer) => {
      said = `${said}${text}`.slice(-2000);
    });
    let ended = false;
    const closed = new Promise<void>((resolve) => {
      child.on("close", () => {
        ended = true;
        resolve();
      });
    });
    const failed = new Promise<never>((_, reject) => {
      child.on("error", (error) => reject(failure(error, "prometheus")));
    });
    failed.catch(() => {});
    const server = new PrometheusServer(`http://127.0.0.1:${port}`, async () => {
      child.kill("SIGKILL"); // its data are not needed any more
      if (!ended && child.pid !== undefined) await closed;
    });
    const ready = async () => {
      for (;;) {
        if (signal?.aborted) throw new InterruptedError();
        if (ended) throw new Error(`Prometheus ended before it was ready: ${said}`);
        const answer = await fetch(`${server.#url}/-/ready`).catch(() => undefined);
        if (answer?.ok) return server;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    try {
      return await Promise.race([ready(), failed]);
    } catch (error) {
      await server.end();
      throw error;
    }
  }

  /** Asks its HTTP API; gives the answer's `data`. @throws Error with the server's message */
  async ask(
    path: string,
    parameters: Record<string, string | number>,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) body.set(name, String(value));
    const post = path.includes("query") || path.endsWith("series");
    const response = await fetch(`${this.#url}/api/v1/${path}`, {
      ...(post && { method: "POST", body }),
      ...(signal && { signal }),
    }).catch((error) => {
      throw signal?.aborted ? new InterruptedError() : error;
    });
    const answer = (await response.json()) as { status: string; data: unknown; error?: string };
    if (answer.status !== "success") throw new Error(`Prometheus: ${answer.error}`);
    return answer.data;
  }

  /** Ends it. */
  end(): Promise<void> {
    return this.#end();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
