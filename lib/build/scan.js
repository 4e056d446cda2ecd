// Compiles AssemblyScript, which tsc leaves out, to WebAssembly, if it or this file is newer: it takes a second.
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const lib = fileURLToPath(new URL("..", import.meta.url));
const source = "warehouse/columns/scan/scanLines.ts";
const wasm = "dist/warehouse/columns/scanLines.wasm";
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (changed(lib + wasm) < Math.max(changed(lib + source), changed(fileURLToPath(import.meta.url)))) {
  const options = ["--baseDir", lib, "-O3", "--enable", "simd", "--runtime", "stub", "--noAssert"];
  const { error, stderr } = await asc.main([source, "--outFile", wasm, ...options]);
  if (error !== null) throw new Error(`${source}: ${stderr.toString()}`);
}
