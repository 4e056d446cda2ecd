// The thread in which the kernel compiles cells.
const { createRequire, Module } = require("node:module");
const { dirname } = require("node:path");
const { workerData } = require("node:worker_threads");

const { port, count, tslab } = workerData;
let functions;
let failure;
let ahead; // work that nobody waits for yet
try {
  functions = load(createRequire(tslab));
} catch (error) {
  failure = error;
}

function load(fromTslab) {
  const typescript = loadTypeScript(fromTslab);
  const createConverter = require("./quickConverter.cjs").quickConverter(fromTslab);
  const { isCompleteCode } = fromTslab("./converter.js");
  const { getCodeMetadata } = fromTslab("./metadata.js");
  const converters = [];
  return {
    isCompleteCode,
    getCodeMetadata,
    createConverter: (options) => converters.push(createConverter(options)) - 1,
    ask(number, method, args) {
      const value = converters[number][method](...args);
      // while the cell runs
      if (method === "convert" && value.declOutput) {
        ahead = setImmediate(() => {
          converters[number].prepare(value.declOutput);
          typescript.keep(); // with what a cell needs
        });
      }
      return value;
    },
  };
}

/** Loads tslab's TypeScript with its kept code: nine megabytes, of which half of the time is compiling. */
function loadTypeScript(fromTslab) {
  const filename = fromTslab.resolve("@tslab/typescript-for-tslab");
  const { keptScript } = require("../../lib/dist/notebook/keptCode.js");
  const kept = keptScript(filename, Module.wrap);
  const module = new Module(filename);
  Object.assign(module, { filename, paths: Module._nodeModulePaths(dirname(filename)) });
  const run = kept.script.runInThisContext();
  run.call(module.exports, module.exports, createRequire(filename), module, filename, dirname(filename));
  module.loaded = true;
  fromTslab.cache[filename] = module;
  return kept;
}

port.on("message", ({ id, what, args }) => {
  clearImmediate(ahead);
  try {
    if (failure !== undefined) throw failure;
    const value = functions[what](...args);
    delete value?.original; // the compiler's own list of completions, which cannot be sent
    port.postMessage({ id, value });
  } catch (error) {
    port.postMessage({ id, error });
  }
  Atomics.add(count, 0, 1);
  Atomics.notify(count, 0);
});

// As in tslab: what fails outside a request, such as the watching of a file, is said, and the compiler stays.
process.on("uncaughtException", (error) => console.error("UncaughtException:", error));
