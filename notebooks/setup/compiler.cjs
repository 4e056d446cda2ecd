// Loaded into the kernel before tslab, whose TypeScript compiler it corrects in two places.
// tslab knows one task of the compiler that waits, the next look at the cell, and fails at a second one: to try once
// more the modules that were not found, which the compiler asks for when a file that may be one appears. Every cell
// after that ended in "Unexpected pending rebuildTimer". So the second task is done at once.
// The compiler also reads whatever lies in node_modules/@types, of which cells need Node's alone: a tenth of its work.
// Threads inherit `--require`: those that a cell starts compile nothing, and have no tslab to be found.
const { createRequire } = require("node:module");
const { isMainThread } = require("node:worker_threads");

if (isMainThread) {
  const fromTslab = createRequire(process.argv[1]);
  const file = fromTslab.resolve("@tslab/typescript-for-tslab");
  const ts = fromTslab(file);
  const createWatchCompilerHost = (roots, options, ...rest) => {
    const host = ts.createWatchCompilerHost(roots, { ...options, types: ["node"] }, ...rest);
    const { setTimeout } = host;
    host.setTimeout = (task, ...args) =>
      task.name === "invalidateResolutionsOfFailedLookup" ? task() : setTimeout(task, ...args);
    return host;
  };
  // A copy, because the module's own properties cannot be replaced.
  fromTslab.cache[file].exports = { ...ts, createWatchCompilerHost };
}
