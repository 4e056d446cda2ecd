import { createRequire } from "node:module";
import { InputError } from "../errors.js";

const require = createRequire(import.meta.url);

/**
 * The folder of a package that frames or charts need. These packages are large, and the command line does not need
 * them. Someone who installs this package alone must install them separately (`peerDependencies` in package.json).
 * @throws InputError that names the package and the command that installs it
 */
export function peer(name: string): string {
  try {
    return require.resolve(name);
  } catch {
    const { peerDependencies } = require("../../package.json") as {
      peerDependencies: Record<string, string>;
    };
    throw new InputError(
      `frames and charts need the package ${name}, which is not installed: npm install ${name}@${peerDependencies[name]}`,
    );
  }
}
