// The library, compiled from lib to lib/dist.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lockHash, npm } from "./dependencies.js";
import { hashOf, here, textOf, writeWhole } from "./project.js";
import { runTool } from "./tool.js";

const stamp = here("lib", "dist", ".setup-stamp");

export const build = {
  name: "build",
  says: "the compiler turns lib into lib/dist, a few seconds",

  inPlace() {
    return textOf(stamp) === sourceHash();
  },

  async perform(note) {
    const sources = sourceHash(); // taken before the build, so that a file saved during it counts as changed
    await runTool("The build", [...npm(), "run", "--silent", "build"], { onStart: note });
    writeWhole(stamp, sources);
  },
};

/** One hash of everything that the build reads: the sources, their names, the settings and the compiler. */
function sourceHash() {
  const texts = [lockHash(), readFileSync(here("tsconfig.json"), "utf8")];
  for (const path of sourcePaths("lib").sort()) texts.push(path, readFileSync(here(path), "latin1"));
  return hashOf(texts);
}

function sourcePaths(folder) {
  return readdirSync(here(folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name === "dist" || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourcePaths(path) : [path];
  });
}
