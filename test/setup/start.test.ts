// `npm start` serves JupyterLab to its user alone, and leaves nothing behind.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { jupyterEnvironment } from "../../notebooks/setup/kernel.js";
import { python } from "../../notebooks/setup/project.js";
import { begin, isRunning, project, temporaryFolder } from "./fixture.js";

const address = /(http:\/\/127\.0\.0\.1:\d+)(\/lab\/tree\/notebooks\/generate_logs\.ipynb)\?token=(\w+)/;

/** A running JupyterLab, in a home that was empty before. */
async function serve() {
  const home = temporaryFolder();
  const run = begin(project, ["start", "--no-browser"], {
    HOME: home,
    JUPYTER_TOKEN: "",
    JUPYTER_PATH: home,
  });
  onTestFinished(() => void run.child.kill("SIGTERM"));
  const [, origin, page, token] = await run.said(address);
  // Jupyter prints its address before it listens there (ServerApp.init_httpserver).
  while (
    !(await fetch(origin!).then(
      () => true,
      () => false,
    ))
  ) {
    expect(run.child.exitCode, run.stderr()).toBe(null);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(origin + path, { ...init, headers: { authorization: `token ${token}` } });
  return { run, home, origin: origin!, page: page!, token: token!, ask };
}

/** The process of a kernel that a notebook has just started. */
async function kernelOf(ask: Awaited<ReturnType<typeof serve>>["ask"]): Promise<number> {
  const reply = await ask("/api/kernels", { method: "POST", body: JSON.stringify({ name: "tslab" }) });
  const { id } = (await reply.json()) as { id: string };
  for (;;) {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (commandLine(pid).includes(`kernel-${id}.json`)) return Number(pid);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it has just ended
  }
}

test("shows the notebook to nobody without the token, ends on Ctrl-C with its kernels, and leaves nothing outside the project", async () => {
  const { run, home, origin, page, token, ask } = await serve();
  expect(run.stderr()).toMatch(/Data: data\/server_logs\.csv holds 1,000 records\./);
  expect((await fetch(`${origin}/api/contents`)).status).toBe(403);
  expect((await fetch(`${origin}/api/contents?token=${"0".repeat(48)}`)).status).toBe(403);
  expect(token).toMatch(/^[0-9a-f]{48}$/);
  // who listens on every address would answer on this one too
  await expect(fetch(origin.replace("127.0.0.1", "127.0.0.2"))).rejects.toThrow("fetch failed");
  expect((await ask(page)).status).toBe(200);
  const specs = (await (await ask("/api/kernelspecs")).json()) as { default: string; kernelspecs: object };
  expect(specs.default).toBe("tslab");
  expect(Object.keys(specs.kernelspecs)).toEqual(["tslab"]);

  const kernel = await kernelOf(ask);
  run.child.kill("SIGINT");
  const { code, stderr } = await run.over;
  expect(code).toBe(0);
  expect(stderr.trimEnd().split("\n").at(-1)).toBe("JupyterLab and its kernels have ended.");
  expect(isRunning(kernel)).toBe(false);
  await expect(fetch(origin)).rejects.toThrow();
  expect(readdirSync(home)).toEqual([]);
});

test("ends JupyterLab and its kernels even when it is killed itself", async () => {
  const { run, origin, ask } = await serve();
  const kernel = await kernelOf(ask);
  run.child.kill("SIGKILL");
  while (isRunning(kernel)) await new Promise((resolve) => setTimeout(resolve, 50));
  for (;;) {
    try {
      await fetch(origin);
      await new Promise((resolve) => setTimeout(resolve, 50));
    } catch {
      return; // nobody listens any more
    }
  }
});

test("Jupyter's compiled code is kept, in the project, also for a user who has Python keep none", () => {
  vi.stubEnv("PYTHONDONTWRITEBYTECODE", "1");
  const env = jupyterEnvironment();
  vi.unstubAllEnvs();
  const asked = "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)";
  expect(execFileSync(python, ["-c", asked], { env, encoding: "utf8" })).toBe(
    `False ${join(project, ".cache/bytecode")}\n`,
  );
});
