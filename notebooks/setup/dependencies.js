// The npm packages, exactly as the lock file has them.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Fault } from "./fault.js";
import { hashOf, here, textOf, writeWhole } from "./project.js";
import { runTool } from "./tool.js";

const stamp = here("node_modules", ".setup-stamp");

export const dependencies = {
  name: "packages",
  says: "npm installs node_modules from package-lock.json, half a minute with a quick registry",

  inPlace() {
    if (textOf(stamp) === wanted()) return true;
    if (existsSync(stamp) && textOf(stamp)?.split(" ")[1] !== platform) return false;
    if (!installedByHand()) return false;
    writeWhole(stamp, wanted());
    return true;
  },

  async perform(note) {
    // `npm ci` begins by removing node_modules, and the stamp with it: an interrupted run cannot look complete.
    // No package here needs its install scripts; dev packages are needed whatever NODE_ENV says.
    const options = [
      "--include=dev",
      "--include=optional",
      "--ignore-scripts",
      "--prefer-offline",
      "--loglevel=error",
      "--no-progress",
    ];
    await runTool("npm", [...npm(), "ci", ...options], { env: npmEnvironment(), onStart: note });
    writeWhole(stamp, wanted());
  },
};

/** Packages with binaries have them for one platform, and for every Node on it. */
const platform = `${process.platform}-${process.arch}`;

function wanted() {
  return `${lockHash()} ${platform}`;
}

/** The hash of the lock file. */
export function lockHash() {
  const lock = textOf(here("package-lock.json"));
  if (lock === undefined) {
    throw new Fault("package-lock.json is missing: get it back with `git checkout package-lock.json`.");
  }
  return hashOf([lock]);
}

/** Whether the user's own run of npm has installed the packages of the lock file. npm records that when it ends. */
function installedByHand() {
  const note = textOf(here("node_modules", ".package-lock.json"));
  if (note === undefined) return false;
  const installed = JSON.parse(note).packages;
  const locked = JSON.parse(textOf(here("package-lock.json"))).packages;
  return Object.entries(locked).every(([path, { version, integrity, optional }]) => {
    if (!path.includes("node_modules/")) return true;
    const found = installed[path];
    return found ? found.version === version && found.integrity === integrity : optional === true;
  });
}

/** The command that starts npm: the npm that called us, or the one that came with this Node. */
export function npm() {
  const caller = process.env.npm_execpath ?? "";
  if (/npm-cli\.[cm]?js$/.test(caller) && existsSync(caller)) return [process.execPath, caller];
  const beside = join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  return existsSync(beside) ? [process.execPath, beside] : ["npm"];
}

/** npm waits 10 s and then 60 s before it tries a dead network again; 1 s is enough to say so. */
function npmEnvironment() {
  return {
    npm_config_fetch_retry_mintimeout: "1000",
    npm_config_fetch_retry_maxtimeout: "5000",
    ...process.env,
  };
}
