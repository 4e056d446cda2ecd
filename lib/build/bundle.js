// The command line starts from two files instead of sixty modules, because each module costs Node 0.4 ms: one file
// holds the commands and their help, the other all that `generate` needs. Threads share them. The code of the other
// commands is in files beside them.
import { copyFileSync, cpSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const out = join(dist, "bundle");

/** The packages to bundle. All others are loaded from where they are installed, when they are needed. */
const inside = ["commander", "tinyqueue", "valibot"];

const core = new Set();
const findCore = {
  name: "core",
  buildEnd() {
    const add = (module) => {
      if (core.has(module)) return;
      core.add(module);
      this.getModuleInfo(module)?.importedIds.forEach(add);
    };
    // the last two are small; each would otherwise become a file of its own
    for (const file of ["write/generate.js", "digits.js", "thread.js"]) add(join(dist, file));
  },
};

const bundle = await rolldown({
  input: [
    "cli/main.js",
    "write/worker.js",
    "warehouse/columns/columnWorker.js",
    "check/verify/verifyWorker.js",
    "notebook/pictureWorker.js",
    "monitor/drill/drillWorker.js",
  ].map((file) => join(dist, file)),
  platform: "node",
  external: (id) => !id.startsWith(".") && !id.startsWith("/") && !inside.includes(id),
  plugins: [findCore],
});
const { output } = await bundle.write({
  dir: out,
  chunkFileNames: "[name].js", // the same at every build, so that it overwrites the old files
  codeSplitting: { groups: [{ name: "core", test: (module) => core.has(module) }] },
});
await bundle.close();

// The data files that the code reads, and the licences of the bundled packages.
for (const wasm of ["read/fields/jsonObject.wasm", "warehouse/columns/scanLines.wasm"])
  copyFileSync(join(dist, wasm), join(out, basename(wasm)));
cpSync(join(dist, "warehouse", "queries"), join(out, "queries"), { recursive: true });
cpSync(join(dist, "monitor", "series"), join(out, "series"), { recursive: true });
cpSync(join(dist, "report", "page"), join(out, "page"), { recursive: true });
cpSync(join(dist, "warehouse", "spark", "sql"), join(out, "sql"), { recursive: true });
for (const module of output.flatMap(({ moduleIds = [] }) => moduleIds)) {
  const [, folder, name] = module.match(/^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//) ?? [];
  if (folder === undefined) continue;
  const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  copyFileSync(join(folder, licence), join(out, `${name.replace("/", "-")}.LICENSE`));
}
