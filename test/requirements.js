// What single tests need beyond the npm packages and the Python environment of the set-up: a line each.
//
// To add one: a line in `requirements`, with what finds it (its path, or nothing) and where it comes from.
//   debian  the Debian package that has it. Needs root: `.ci/run` installs it, `npm test` names it where it is missing.
//   node    a version of Node that the npm registry has: `npm test` puts it into .cache/node/.
//   python  pinned PyPI packages: `npm test` puts them into an environment of their own in .cache/python/. `after`
//           names requirements without which that would be in vain.
//   large   half a gigabyte or more: only the suite that needs it brings it (`npm run test:cluster`).
//   how     for what comes from nowhere of these: how to get it, in words.
// Each is a tag of vitest. A test that needs it says so, and is not run where it is missing, which the closing list of
// the run tells (`test/closingList.ts`) and which `.ci/run` counts as a failure:
//   test("counts as GoAccess does", { tags: ["goaccess"] }, () => { execFileSync(pathOf("goaccess"), …) })
//   describe("on a server", { tags: ["postgres"] }, () => { … beforeAll is left out too where all its tests are … })
// `node test/requirements.js` prints the Debian packages that are missing.

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * @typedef {{ find: () => string | undefined, debian?: string, node?: string, python?: string[], after?: string[], large?: boolean, how?: string }} Requirement
 */

const table = {
  node10: node("10"), // far too old: must be told so in a sentence
  node22: node("22"),
  node24: node("24"),
  pandas: python("pandas", [
    'pyarrow==26.0.1 ; python_version >= "3.11"',
    'pandas==3.1.1 ; python_version >= "3.11"',
    'pyarrow==25.0.1 ; python_version < "3.11"',
    'pandas==2.3.3 ; python_version < "3.11"',
  ]),
  spark: { ...python("spark", ["pyspark==4.3.0"], ["java"]), large: true },

  chromium: { debian: "chromium", find: () => existing("/usr/bin/chromium") },
  faketime: { debian: "faketime", find: () => program("faketime") },
  goaccess: { debian: "goaccess", find: () => program("goaccess") },
  java: { debian: "openjdk-17-jre-headless", find: () => program("java") },
  lnav: { debian: "lnav", find: () => program("lnav") },
  postgres: { debian: "postgresql", find: () => newest("/usr/lib/postgresql", "bin/initdb") },
  promtool: { debian: "prometheus", find: () => program("promtool") },
  rsyslog: { debian: "rsyslog", find: () => program("rsyslogd") },
  systemd: { debian: "systemd", find: () => program("systemd-analyze") },
  strace: { debian: "strace", find: () => program("strace") },
  // Debian's own interpreter, beside the one on the path
  debianPython: { debian: "python3-venv", find: () => withVenv("/usr/bin/python3") },

  smallDisk: {
    find: () => (spawnSync("unshare", ["--mount", "true"]).status === 0 ? "mount" : undefined),
    how: "run the tests as root, where disks may be mounted",
  },
  realLogs: {
    find: () => existing(fileURLToPath(new URL("../../shared/data", import.meta.url))),
    how: "the whole real logs, of which test/read has excerpts, belong into ../shared/data",
  },
};

/** @type {Record<keyof typeof table, Requirement>} */
export const requirements = table;

/**
 * Where something required is found; of a Node or a Python environment the program.
 * @param {keyof typeof table} name
 * @returns {string | undefined}
 */
export function found(name) {
  if (!paths.has(name)) paths.set(name, requirements[name].find());
  return paths.get(name);
}

/** @type {Map<string, string | undefined>} */
const paths = new Map();

/**
 * Where something required is, for a test that carries its tag.
 * @param {keyof typeof table} name
 * @returns {string}
 * @throws Error when it is missing
 */
export function pathOf(name) {
  const path = found(name);
  if (path === undefined) throw new Error(`${name} is missing: ${howToGet(name)}`);
  return path;
}

/**
 * How to get what is missing.
 * @param {keyof typeof table} name
 * @returns {string}
 */
export function howToGet(name) {
  const { debian, how, after = [] } = requirements[name];
  const first = after.find((other) => found(/** @type {keyof typeof table} */ (other)) === undefined);
  if (first !== undefined) return howToGet(/** @type {keyof typeof table} */ (first));
  if (debian !== undefined) return `apt-get install ${debian}`;
  return how ?? "npm test brings it, with a network";
}

const names = /** @type {(keyof typeof table)[]} */ (Object.keys(requirements));

/** The requirements as tags of vitest; a test that carries one that is missing is skipped. */
export const tags = names.map((name) => ({
  name,
  description: howToGet(name),
  ...(found(name) === undefined ? { skip: true } : {}),
}));

/** @param {string} version @returns {Requirement} */
function node(version) {
  return { node: version, find: () => existing(join(root, ".cache/node", version, "whole"), "../node") };
}

/** @param {string} name @param {string[]} pins @param {string[]} after @returns {Requirement} */
function python(name, pins, after = []) {
  const folder = join(root, ".cache/python", name);
  return { python: pins, after, find: () => existing(join(folder, "whole"), "../bin/python") };
}

/** The path, or the one that stands beside it so. @param {string} path @param {string} beside */
function existing(path, beside = "") {
  return existsSync(path) ? join(path, beside) : undefined;
}

/** A program of the search path, or of where Debian keeps those of the machine. @param {string} name */
function program(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A program in a folder that has a subfolder for each version. @param {string} folder @param {string} inside */
function newest(folder, inside) {
  const versions = existsSync(folder) ? readdirSync(folder).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(folder, version, inside)).find(isExecutable);
}

/** A Python that can make virtual environments with pip in them. @param {string} path */
function withVenv(path) {
  return spawnSync(path, ["-c", "import ensurepip, venv"]).status === 0 ? path : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = names.filter(
    (name) => requirements[name].debian !== undefined && found(name) === undefined,
  );
  console.log(missing.map((name) => requirements[name].debian).join("\n"));
}
