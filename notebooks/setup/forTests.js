// What tests need from registries: other versions of Node, and Python packages in environments of their own. If
// something cannot be installed, this is reported and set-up continues: the tests that need it do not run, and the
// closing list of the tests names them.
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { found, requirements } from "../../test/requirements.js";
import { npm } from "./dependencies.js";
import { Fault } from "./fault.js";
import { here, textOf, writeWhole } from "./project.js";
import { findPython, pythonEnvironment } from "./python.js";
import { runTool, say } from "./tool.js";

/** A step of the set-up for each requirement from npm or PyPI; large ones only if they are requested. */
export const stepsForTests = (withLarge = false) =>
  Object.entries(requirements).flatMap(([name, { node, python, large = false, after = [] }]) => {
    if (large && !withLarge) return [];
    if (after.some((other) => found(other) === undefined)) return [];
    if (node !== undefined) return [otherNode(node)];
    return python === undefined ? [] : [pythonPackages(name, python)];
  });

function otherNode(version) {
  const folder = here(".cache", "node", version);
  // The packages for Apple's processors have different names.
  const { platform, arch } = process;
  const packed = `node-${platform === "darwin" && arch === "arm64" ? "bin-" : ""}${platform}-${arch}`;
  return brought(`Node ${version}`, folder, packed, async (env, onStart) => {
    writeWhole(join(folder, "package.json"), '{ "private": true }\n');
    const options = [
      "--ignore-scripts",
      "--no-save",
      "--no-package-lock",
      "--no-progress",
      "--loglevel=error",
    ];
    const command = [...npm(), "install", "--prefix", folder, ...options, `${packed}@${version}`];
    await runTool("npm", command, { env, onStart });
    symlinkSync(join("node_modules", packed, "bin", "node"), join(folder, "node"));
  });
}

function pythonPackages(name, pins) {
  const folder = here(".cache", "python", name);
  return brought(name, folder, `${folder}\n${pins.join("\n")}`, async (env, onStart) => {
    await runTool("python -m venv", [findPython(), "-m", "venv", folder], { env, onStart });
    const options = ["--no-compile", "--disable-pip-version-check", "--no-input", "--quiet"];
    const command = [join(folder, "bin", "python"), "-m", "pip", "install", ...options, ...pins];
    await runTool("pip", command, { env, onStart });
  });
}

/** A step that fills its own folder, each time from scratch, and stamps it at the end. */
function brought(name, folder, wanted, bring) {
  const stamp = join(folder, "whole");
  return {
    name,
    says: "for the tests, into .cache",

    inPlace() {
      return textOf(stamp) === wanted;
    },

    async perform(note) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      mkdirSync(folder, { recursive: true });
      try {
        await bring(pythonEnvironment(), note);
        writeWhole(stamp, wanted);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
        say(`Set-up: ${name} is not to be had, and the tests that need it will not run: ${error.message}`);
      }
    },
  };
}
