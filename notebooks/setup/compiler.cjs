// Loaded into the kernel before tslab, whose TypeScript compiler it corrects in two places. tslab can handle only one
// pending task of the compiler, the next check of the cell. It fails at a second one, which the compiler schedules when
// a file appears that may be a missing module: to resolve the missing modules again. Every later cell then ended in
// "Unexpected pending rebuildTimer". So the second task is done at once. The compiler also reads everything in
// node_modules/@types, of which cells need only Node's types: a tenth of its work. Threads inherit `--require`, but the
// threads of a cell compile nothing and cannot find tslab.
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
