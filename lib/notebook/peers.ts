import { createRequire } from "node:module";
import { InputError } from "../errors.js";

const require = createRequire(import.meta.url);

/**
 * Where a package lies that frames or charts need. They are large, and the command line does without them: so whoever
 * installs this package alone installs them beside it (`peerDependencies` of package.json).
 * @throws InputError naming the package and the command that installs it
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
