// Compiles AssemblyScript, which tsc leaves out, to WebAssembly, if it or this file is newer: it takes a second.
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const lib = fileURLToPath(new URL("..", import.meta.url));
const sources = ["read/fields/scan/jsonObject.ts", "warehouse/columns/scan/scanLines.ts"];
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const texts = new Set(
  sources.map(dirname).flatMap((folder) => readdirSync(lib + folder).map((file) => join(lib, folder, file))),
);
const newest = Math.max(...[...texts, fileURLToPath(import.meta.url)].map(changed));
for (const source of sources) {
  // It stands beside the module that loads it.
  const wasm = join("dist", dirname(source), "..", `${basename(source, ".ts")}.wasm`);
  if (changed(lib + wasm) >= newest) continue;
  const options = ["--baseDir", lib, "-O3", "--enable", "simd", "--runtime", "stub", "--noAssert"];
  const { error, stderr } = await asc.main([source, "--outFile", wasm, ...options]);
  if (error !== null) throw new Error(`${source}: ${stderr.toString()}`);
}
