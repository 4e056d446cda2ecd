// JupyterLab and its packages in the project's own virtual environment.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { Fault } from "./fault.js";
import { hashOf, here, python, textOf, writeWhole } from "./project.js";
import { runTool } from "./tool.js";

const folder = here(".venv");
const stamp = here(".venv", ".setup-stamp");
const ours = here(".venv", ".made-by-setup");
const requirements = here("notebooks", "setup", "requirements.txt");

export const environment = {
  name: "Python",
  says: "JupyterLab goes into .venv, half a minute with a quick registry",

  inPlace() {
    return textOf(stamp) === wanted() && existsSync(python);
  },

  async perform(note) {
    const base = findPython();
    if (existsSync(folder) && !existsSync(ours)) {
      throw new Fault(
        `${folder} was not made by this set-up and would be overwritten: move it away or delete it, and run the command again.`,
      );
    }
    // From scratch: if pip was killed while it installed a package, it takes that package for installed. Downloads come
    // from pip's cache.
    rmSync(stamp, { force: true });
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    mkdirSync(folder);
    writeWhole(ours, "Made by `npm start`; delete it at will, it is made again.\n");
    const env = pythonEnvironment();
    await runTool("python -m venv", [base, "-m", "venv", folder], { env, onStart: note });
    // Every package is pinned in the file, so pip has nothing to resolve.
    const options = ["--no-deps", "--no-compile", "--disable-pip-version-check", "--no-input"];
    await runTool("pip", [python, "-m", "pip", "install", ...options, "--requirement", requirements], {
      env,
      onStart: note,
    });
    writeWhole(stamp, wanted());
  },
};

/** Scripts in a virtual environment contain its path, so a project that was moved gets a new environment. */
function wanted() {
  return hashOf([readFileSync(requirements, "utf8"), folder]);
}

/** The user's environment variables without those that would lead Python or pip out of the virtual environment. */
export function pythonEnvironment() {
  const env = { ...process.env, PIP_REQUIRE_VIRTUALENV: "1", PIP_USER: "0" };
  for (const name of ["PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON"]) {
    delete env[name];
  }
  return env;
}

const minors = [15, 14, 13, 12, 11, 10].map((minor) => `python3.${minor}`);
const candidates = ["python3", "python", ...minors];

/** Asks a Python for its version, its path, and whether it can make a virtual environment with pip in it. */
const question = `
import sys
print("%d.%d" % sys.version_info[:2])
print(sys.executable)
import venv, ensurepip
print("complete")
`;

/** The first Python of the machine that is 3.10 or newer and complete. */
export function findPython() {
  const incomplete = [];
  const old = [];
  for (const name of candidates) {
    const { stdout } = spawnSync(name, ["-c", question], { encoding: "utf8", env: pythonEnvironment() });
    const [version, path, complete] = stdout?.trim().split("\n") ?? [];
    if (!version || !path) continue;
    const [major, minor] = version.split(".").map(Number);
    if (major < 3 || (major === 3 && minor < 10)) old.push({ version, path });
    else if (!complete) incomplete.push({ version, path });
    else return path;
  }
  if (incomplete[0]) {
    const { version, path } = incomplete[0];
    throw new Fault(
      `Python ${version} (${path}) lacks its venv module: install it (Debian and Ubuntu: sudo apt install python${version}-venv) and run the command again.`,
    );
  }
  const remedy =
    "install Python 3.10 or newer (Debian and Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python; or https://www.python.org) and run the command again.";
  if (old[0]) throw new Fault(`Python ${old[0].version} (${old[0].path}) is too old: ${remedy}`);
  throw new Fault(`No Python was found: ${remedy}`);
}
