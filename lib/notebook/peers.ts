import { createRequire } from "node:module";
import { InputError } from "../errors.js";

const require = createRequire(import.meta.url);

/**
 * The packages that frames and charts need. They are large, and the command line does not need them. Someone who
 * installs this package alone must install them separately (`peerDependencies` in package.json).
 */
const uses = {
  frames: ["danfojs-node"],
  "pages of charts": ["plotly"],
  "pictures of charts": ["plotly", "jsdom", "@resvg/resvg-js", "@expo-google-fonts/open-sans"],
} as const;

type Use = keyof typeof uses;

/** @throws InputError that names all packages of this use that are missing, and the command that installs them */
export function needPeers(use: Use): void {
  const missing = uses[use].filter((name) => found(name) === undefined);
  if (missing.length === 0) return;
  const { peerDependencies } = require("../../package.json") as {
    peerDependencies: Record<string, string>;
  };
  const versions = missing.map((name) => `${name}@${peerDependencies[name]}`);
  throw new InputError(
    `${use} need ${missing.length === 1 ? "the package" : "the packages"} ${missing.join(", ")}, not installed here: npm install ${versions.join(" ")}`,
  );
}

/** The main file of a package that a use needs. @throws InputError as `needPeers` does */
export function peer<U extends Use>(use: U, name: (typeof uses)[U][number]): string {
  needPeers(use);
  return found(name)!;
}

function found(name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
