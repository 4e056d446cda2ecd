// A project that can be set up in seconds, with the real set-up scripts in it, and faulty environments.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const project = fileURLToPath(new URL("../../", import.meta.url));

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "setup-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files by relative path into a folder. */
export function fill(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A clone as a new user has it, except for its packages: no npm package and one tiny Python package. */
export function smallProject(folder = temporaryFolder()): string {
  cpSync(join(project, "notebooks", "setup"), join(folder, "notebooks", "setup"), { recursive: true });
  const root = { name: "small", version: "1.0.0" };
  fill(folder, {
    "package.json": JSON.stringify({
      ...root,
      private: true,
      type: "module",
      scripts: { build: "node lib/build.js" },
    }),
    "package-lock.json": JSON.stringify({
      ...root,
      lockfileVersion: 3,
      requires: true,
      packages: { "": root },
    }),
    "tsconfig.json": "{}",
    "lib/build.js":
      'import { mkdirSync, writeFileSync } from "node:fs";\nmkdirSync("lib/dist", { recursive: true });\nwriteFileSync("lib/dist/index.js", "built");\n',
    "notebooks/setup/requirements.txt": "tiny==1.0\n",
  });
  return folder;
}

let built: string | undefined;

/** The same, with its packages and its build in place. */
export function builtProject(): string {
  if (built === undefined) {
    built = smallProject(mkdtempSync(join(tmpdir(), "setup-built-")));
    execFileSync(process.execPath, [join(built, "notebooks/setup/begin.cjs"), "packages"], { stdio: "pipe" });
  }
  const folder = temporaryFolder();
  cpSync(built, folder, { recursive: true });
  return folder;
}

/** Removes what the tests of a file share. */
export function removeShared(): void {
  if (built !== undefined) rmSync(built, { recursive: true, force: true });
  built = undefined;
}

/** The name of the tiny package's file. */
export const wheel = "tiny-1.0-py3-none-any.whl";

/** Makes the tiny package, by hand and whole, in the folder. */
export function makeWheel(folder: string): void {
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    info = "tiny-1.0.dist-info/"
    wheel.writestr("tiny.py", "")
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "tiny.py,,\\n" + "".join(info + n + ",,\\n" for n in ("METADATA", "WHEEL", "RECORD")))
`;
  execFileSync("python3", ["-c", script, join(folder, wheel)]);
}

/** A search path with a shell, Node and the programs of the test. */
export function searchPath(programs: Record<string, string>): string {
  const folder = temporaryFolder();
  symlinkSync("/bin/sh", join(folder, "sh"));
  symlinkSync(process.execPath, join(folder, "node"));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A running command of the set-up. */
export interface Run {
  child: ChildProcess;
  stderr: () => string;
  /** Waits until it has printed this; fails if it ends first. */
  said: (words: RegExp) => Promise<RegExpMatchArray>;
  over: Promise<Outcome>;
}

/** Starts `begin.cjs` of a project, as the npm scripts do, with only these changes to the environment. */
export function begin(
  folder: string,
  args: string[],
  env: Record<string, string | undefined> = {},
  node: string[] = [],
): Run {
  const script = join(folder, "notebooks", "setup", "begin.cjs");
  const child = spawn(process.execPath, [...node, script, ...args], {
    cwd: folder,
    env: { ...process.env, PIP_CONFIG_FILE: "/dev/null", PIP_FIND_LINKS: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout!.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr!.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const over = new Promise<Outcome>((resolve) => {
    // "exit" and not "close": a tool that outlives a killed set-up holds the pipes open.
    child.once("exit", (code) => setTimeout(() => resolve({ code, stdout, stderr }), 50));
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const said = async (words: RegExp) => {
    for (;;) {
      const match = stderr.match(words);
      if (match) return match;
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`it ended without saying ${words}; it said:\n${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, stderr: () => stderr, said, over };
}

/** Whether a process runs. A zombie does not. */
export function isRunning(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}
