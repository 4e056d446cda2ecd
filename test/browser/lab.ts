// A real JupyterLab, started by the project's own code on a copy of its notebooks and data, and a real browser.
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { pathOf } from "../requirements.js";

const project = resolve(import.meta.dirname, "../..");
export const python = join(project, ".venv/bin/python");

export interface Lab {
  /** The folder that JupyterLab serves: a copy of notebooks/ and data/. */
  folder: string;
  /** The address of a file of it in JupyterLab, with the token. */
  address: (path: string) => string;
  end: () => Promise<void>;
}

/** JupyterLab as `npm start -- --no-browser --port N` runs it after set-up. */
export async function startLab(): Promise<Lab> {
  const parent = join(project, ".cache/browser");
  mkdirSync(parent, { recursive: true });
  // Inside the project, so that the kernel finds the packages; its Jupyter has no settings of an earlier one.
  const folder = mkdtempSync(join(parent, "lab-"));
  for (const part of ["notebooks", "data"])
    cpSync(join(project, part), join(folder, part), {
      recursive: true,
      filter: (path) => !path.includes(".ipynb_checkpoints"),
    });
  symlinkSync(join(project, ".venv"), join(folder, ".venv"));
  const port = await freePort();
  const start = join(folder, "notebooks/setup/start.js");
  const script = `const { start } = await import(process.argv[1]); await start({ browser: false, port: ${port} });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, start], {
    cwd: folder,
    env: { ...process.env, JUPYTER_TOKEN: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const [, origin, token] = await said(child, /(http:\/\/127\.0\.0\.1:\d+)\/lab\S*\?token=(\w+)/);
    return { folder, address: (path) => `${origin}/lab/tree/${path}?token=${token}`, end };
  } catch (error) {
    await end();
    throw error;
  }
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: pathOf("chromium"),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer().once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

function said(child: ChildProcess, words: RegExp): Promise<RegExpMatchArray> {
  return new Promise((done, failed) => {
    let text = "";
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
        const match = text.match(words);
        if (match) done(match);
      });
    }
    child.once("exit", () => failed(new Error(`JupyterLab did not start; it said:\n${text}`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done();
    child.once("exit", () => done());
    child.kill("SIGINT");
  });
}
