// Set-up meets what users' machines have in store: real scripts, real npm and pip, real faults.
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { pathOf } from "../requirements.js";
import {
  begin,
  builtProject,
  fill,
  isRunning,
  makeWheel,
  project,
  removeShared,
  searchPath,
  smallProject,
  temporaryFolder,
  wheel,
} from "./fixture.js";

afterAll(removeShared);

/** Where pip finds the tiny package without a network. */
function localPip(): Record<string, string> {
  const folder = temporaryFolder();
  makeWheel(folder);
  return { PIP_NO_INDEX: "1", PIP_FIND_LINKS: folder };
}

/** An index of packages that keeps pip waiting for the tiny package until it may go on. */
async function stallingIndex() {
  const packages = temporaryFolder();
  makeWheel(packages);
  const bytes = readFileSync(join(packages, wheel));
  let held: ServerResponse | undefined;
  let isOpen = false;
  let say = () => {};
  const stalled = new Promise<void>((resolve) => {
    say = resolve;
  });
  const index = createServer((request, response) => {
    if (!request.url!.endsWith(".whl")) {
      response.setHeader("content-type", "text/html").end(`<a href="/${wheel}">${wheel}</a>`);
    } else if (isOpen) response.end(bytes);
    else {
      held = response;
      say();
    }
  }).listen(0, "127.0.0.1");
  await once(index, "listening");
  onTestFinished(() => {
    index.closeAllConnections();
    index.close();
  });
  const { port } = index.address() as AddressInfo;
  return {
    env: { PIP_INDEX_URL: `http://127.0.0.1:${port}/simple`, PIP_NO_CACHE_DIR: "1" },
    stalled,
    goOn() {
      isOpen = true;
      held!.end(bytes);
    },
  };
}

/** What a fault must look like: the sentence last, and no stack trace anywhere. */
function sentence(stderr: string): string {
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  return stderr.trimEnd().split("\n").at(-1)!;
}

describe("a set-up", () => {
  test("started three times at once makes packages, build, Python and kernel once; a later one skips them all; elsewhere Python is made anew, and of a killed one nothing is believed and its orphan waited for", async () => {
    const folder = smallProject();
    const env = localPip();
    const first = await Promise.all([1, 2, 3].map(() => begin(folder, ["setup"], env).over));
    for (const outcome of first) expect(outcome).toMatchObject({ code: 0, stdout: "" });
    const said = first.map(({ stderr }) => stderr).join("");
    expect(said.match(/done in \d+\.\d s/g)).toHaveLength(4);
    for (const step of ["packages", "build", "Python", "kernel"]) {
      expect(said.split(`Set-up: ${step}: done`), step).toHaveLength(2);
    }
    expect(readFileSync(join(folder, "lib/dist/index.js"), "utf8")).toBe("built");
    expect(existsSync(join(folder, ".venv/bin/python"))).toBe(true);
    const spec = JSON.parse(
      readFileSync(join(folder, ".venv/share/jupyter/kernels/tslab/kernel.json"), "utf8"),
    );
    expect(spec.argv[0]).toBe(process.execPath);
    expect(spec.argv).toContain(join(folder, "node_modules/tslab/bin/tslab"));
    expect(spec.env.TZ).toBe("UTC");

    const made = statSync(join(folder, ".venv/.setup-stamp")).mtimeMs;
    const later = await begin(folder, ["setup"], env).over;
    expect(later.code).toBe(0);
    expect(later.stderr).toMatch(
      /^Set-up: packages, build, Python and kernel are in place \(\d+\.\d s\)\.\n$/,
    );
    expect(statSync(join(folder, ".venv/.setup-stamp")).mtimeMs).toBe(made);

    // A changed source asks for the build again, and for nothing else.
    fill(folder, { "lib/more.ts": "" });
    const rebuilt = await begin(folder, ["setup"], env).over;
    expect(rebuilt.stderr.match(/Set-up: \w+: done/g)).toEqual(["Set-up: build: done"]);

    // Scripts of a Python environment hold its path.
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    onTestFinished(() => rmSync(moved, { recursive: true, force: true }));
    rmSync(join(moved, ".venv/bin/python"));
    const index = await stallingIndex();
    const killed = begin(moved, ["setup"], index.env);
    await index.stalled;
    killed.child.kill("SIGKILL");
    await killed.over;
    expect(existsSync(join(moved, ".venv/bin/python")), "pip was in the middle of it").toBe(true);

    const next = begin(moved, ["setup"], index.env);
    await next.said(/Another set-up of this project is at work \(process \d+\): waiting for it\./);
    index.goOn();
    const { code, stderr } = await next.over;
    expect(code).toBe(0);
    expect(stderr.match(/Set-up: \w+: done/g)).toEqual(["Set-up: Python: done", "Set-up: kernel: done"]);
    execFileSync(join(moved, ".venv/bin/python"), ["-c", "import tiny"]);
    expect(readFileSync(join(moved, ".venv/bin/pip"), "utf8")).toContain(join(moved, ".venv/bin/python"));
    expect(readdirSync(join(moved, ".cache"))).toEqual([]);
  });

  test("stopped by a signal says so, ends its tools and lets go of the lock", async () => {
    const folder = smallProject();
    fill(folder, {
      "lib/build.js":
        'import { renameSync, writeFileSync } from "node:fs"; writeFileSync("part", String(process.pid)); renameSync("part", "builder"); setTimeout(() => {}, 600_000);',
    });
    const run = begin(folder, ["packages"]);
    await run.said(/build: the compiler/);
    while (!existsSync(join(folder, "builder"))) await new Promise((resolve) => setTimeout(resolve, 20));
    const pid = Number(readFileSync(join(folder, "builder"), "utf8"));
    run.child.kill("SIGINT");
    const { code, stderr } = await run.over;
    expect(code).toBe(130);
    expect(sentence(stderr)).toBe("Interrupted. Run the command again to go on.");
    expect(isRunning(pid)).toBe(false);
    expect(readdirSync(join(folder, ".cache"))).toEqual([]);
  });

  test("does not overwrite a .venv that it did not make", async () => {
    const folder = builtProject();
    fill(folder, { ".venv/precious.txt": "mine" });
    const { code, stderr } = await begin(folder, ["setup"], localPip()).over;
    expect(code).toBe(1);
    expect(sentence(stderr)).toMatch(
      /\.venv was not made by this set-up and would be overwritten: move it away or delete it/,
    );
    expect(readFileSync(join(folder, ".venv/precious.txt"), "utf8")).toBe("mine");
  });
});

describe("in one sentence with the remedy, set-up answers", () => {
  test.each([
    ["18.20.8", false],
    ["20.18.3", false],
    ["21.7.3", false],
    ["22.11.0", false],
    ["20.19.0", true],
    ["22.12.0", true],
    ["24.0.0", true],
  ])("Node %s (fits: %s)", (version, fits) => {
    const folder = smallProject();
    fill(folder, {
      "disguise.cjs": `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`,
    });
    const script = join(folder, "notebooks/setup/begin.cjs");
    const args = ["-r", join(folder, "disguise.cjs"), script, "nonsense"];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(status).toBe(fits ? 2 : 1);
    expect(sentence(stderr)).toMatch(
      fits
        ? /^Unknown command "nonsense"/
        : new RegExp(`^This project needs Node 20\\.19 .* this is Node ${version}: install a newer one`),
    );
  });

  test("a Node so old that it cannot read today's syntax", { tags: ["node10"] }, () => {
    const { status, stdout, stderr } = spawnSync(
      pathOf("node10"),
      [join(project, "notebooks/setup/begin.cjs")],
      {
        encoding: "utf8",
      },
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(
      /^This project needs Node 20\.19 or newer .* Node 10\.\S+: install a newer one.*\n$/,
    );
  });

  test.each([
    ["no Python", {}, /^No Python was found: install Python 3\.10 or newer/],
    [
      "an old Python",
      { python3: "printf '3.8\\n/usr/bin/python3.8\\ncomplete\\n'" },
      /^Python 3\.8 \(\/usr\/bin\/python3\.8\) is too old: install Python 3\.10 or newer/,
    ],
    [
      "a Python without its venv module, as Debian has it",
      { python3: `exec $REAL -c "import sys; sys.modules['ensurepip'] = None; exec(sys.argv[1])" "$2"` },
      /^Python 3\.\d+ \(.*\) lacks its venv module: install it \(Debian and Ubuntu: sudo apt install python3\.\d+-venv\)/,
    ],
  ])("%s", async (_name, programs, answer) => {
    const folder = builtProject();
    const real = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
    const { code, stderr } = await begin(folder, ["setup"], {
      PATH: searchPath(programs),
      REAL: real.trim(),
    }).over;
    expect(code).toBe(1);
    expect(sentence(stderr)).toMatch(answer);
    expect(existsSync(join(folder, ".venv"))).toBe(false);
  });

  test("the second Python on the path when the first will not do", () => {
    const real = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
    const PATH = searchPath({ python3: "exit 127", python: `exec ${real.trim()} "$@"` });
    const module = new URL("../../notebooks/setup/python.js", import.meta.url).href;
    const script = `console.log((await import(${JSON.stringify(module)})).findPython())`;
    const env = { ...process.env, PATH };
    expect(
      execFileSync(process.execPath, ["--input-type=module", "-e", script], { env, encoding: "utf8" }),
    ).toBe(real);
  });

  test("no network, for npm and for pip", async () => {
    const folder = builtProject();
    const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
    const dependencies = { absent: "1.0.0" };
    lock.packages[""].dependencies = dependencies;
    lock.packages["node_modules/absent"] = { version: "1.0.0", integrity: `sha512-${"A".repeat(86)}==` };
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    fill(folder, {
      "package.json": JSON.stringify({ ...manifest, dependencies }),
      "package-lock.json": JSON.stringify(lock),
    });
    const closed = await closedPort();
    const npm = await begin(folder, ["setup"], {
      npm_config_registry: `http://127.0.0.1:${closed}/`,
      npm_config_cache: temporaryFolder(),
      npm_config_fetch_retries: "0",
    }).over;
    expect(npm.code).toBe(1);
    expect(sentence(npm.stderr)).toMatch(/^npm cannot reach its package registry: check the network/);

    const pip = await begin(builtProject(), ["setup"], {
      PIP_INDEX_URL: `http://127.0.0.1:${closed}/simple`,
      PIP_RETRIES: "1",
    }).over;
    expect(pip.code).toBe(1);
    expect(sentence(pip.stderr)).toMatch(/^pip cannot reach its package registry: check the network/);
  });

  test("a full disk, and the set-up goes on once there is room", { tags: ["smallDisk"] }, async () => {
    const folder = temporaryFolder();
    const mount = (options: string) => spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
    expect(mount("size=3m").status).toBe(0);
    onTestFinished(() => {
      spawnSync("umount", [folder]);
    });
    smallProject(folder);
    const env = localPip();
    const { code, stderr } = await begin(folder, ["setup"], env).over;
    expect(code).toBe(1);
    expect(sentence(stderr)).toMatch(
      /^The disk that holds .* is full: free 1 GB there and run the command again/,
    );
    expect(mount("remount,size=200m").status).toBe(0);
    expect((await begin(folder, ["setup"], env).over).code).toBe(0);
  });

  test("a lock file that does not fit package.json", async () => {
    const folder = smallProject();
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    fill(folder, { "package.json": JSON.stringify({ ...manifest, dependencies: { absent: "1.0.0" } }) });
    const env = {
      npm_config_registry: `http://127.0.0.1:${await closedPort()}/`,
      npm_config_fetch_retries: "0",
    };
    const { code, stderr } = await begin(folder, ["packages"], env).over;
    expect(code).toBe(1);
    expect(sentence(stderr)).toMatch(
      /package\.json and package-lock\.json do not agree|cannot reach its package/,
    );
  });

  test("a build that fails, with the compiler's own words", async () => {
    const folder = smallProject();
    fill(folder, { "lib/build.js": 'console.error("index.ts(1,1): error TS2304"); process.exit(2);' });
    const { code, stderr } = await begin(folder, ["packages"]).over;
    expect(code).toBe(1);
    expect(stderr).toContain("index.ts(1,1): error TS2304");
    expect(sentence(stderr)).toMatch(/^The build failed \(exit code 2\)/);
  });

  test.each([
    [["--port", "0"], '--port must be a whole number from 1 to 65535, not "0".'],
    [["--port", "65536"], '--port must be a whole number from 1 to 65535, not "65536".'],
    [["--port", "88x"], '--port must be a whole number from 1 to 65535, not "88x".'],
    [["--nonsense"], "Unknown option '--nonsense': use `npm start -- [--no-browser] [--port N]`."],
    [["stray"], /^Unexpected argument 'stray'.*: use `npm start/],
  ])("npm start -- %j, before anything is done", async (args, answer) => {
    const folder = smallProject();
    const { code, stderr } = await begin(folder, ["start", ...args]).over;
    expect(code).toBe(2);
    expect(stderr).toMatch(answer instanceof RegExp ? answer : `${answer}\n`);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(existsSync(join(folder, "node_modules"))).toBe(false);
  });

  test("npm start -- --help, and does nothing else", async () => {
    const folder = smallProject();
    const { code, stdout } = await begin(folder, ["start", "--help"]).over;
    expect(code).toBe(0);
    for (const option of ["--port", "--no-browser"]) expect(stdout).toContain(option);
    expect(existsSync(join(folder, "node_modules"))).toBe(false);
  });

  test("a taken port", async () => {
    const socket = createSocket().listen(0, "127.0.0.1");
    onTestFinished(() => void socket.close());
    await once(socket, "listening");
    const { port } = socket.address() as AddressInfo;
    const { code, stderr } = await begin(project, ["start", "--no-browser", "--port", String(port)]).over;
    expect(code).toBe(1);
    expect(sentence(stderr)).toMatch(
      new RegExp(`^Port ${port} is taken by another program: end that, or choose another port, as in`),
    );
  });
});

/** A port of this machine on which nobody listens. */
async function closedPort(): Promise<number> {
  const socket = createSocket().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
}
