// Loaded into the kernel before tslab, whose TypeScript compiler it moves to a thread of its own (compilerThread.cjs).
// There it reads its declarations while the kernel connects, and while it loads ahead what nearly every notebook
// imports. The threads and processes of a cell inherit `--require`, but compile nothing and cannot find tslab.
const { writeSync } = require("node:fs");
const { createRequire } = require("node:module");
const { basename, join } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { isMainThread, MessageChannel, receiveMessageOnPort, Worker } = require("node:worker_threads");

/** A compiler that is silent for longer is dead: out of memory, as a rule. */
const patience = 120_000; // milliseconds

if (isMainThread && basename(process.argv[1] ?? "") === "tslab") {
  // V8 optimises code that has run for a while, in threads of its own. Most of a kernel's has done its work before that
  // pays: later, a notebook takes a seventh less of the processor. The engines since Node 22 have no such flag.
  if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString("--interrupt-budget=300000"); // bytes of bytecode; by default about 70,000
  const fromTslab = createRequire(createRequire(process.argv[1]).resolve("../dist/main.js"));
  const ask = startCompiler(fromTslab);
  standIn(fromTslab, "./metadata.js", { getCodeMetadata: (text) => ask("getCodeMetadata", text)() });
  standIn(fromTslab, "./converter.js", {
    isCompleteCode: (text) => ask("isCompleteCode", text)(),
    createConverter(options) {
      const created = ask("createConverter", options);
      let number; // waited for when it is first used
      const method =
        (name) =>
        (...args) => {
          number ??= created();
          return ask("ask", number, name, args)();
        };
      const names = ["convert", "inspect", "complete", "addModule"];
      return { ...Object.fromEntries(names.map((name) => [name, method(name)])), close() {} };
    },
  });
  loadAhead(fromTslab);
}

/** Gives tslab a module of its own in place of one that would load the compiler. */
function standIn(fromTslab, name, exports) {
  const filename = fromTslab.resolve(name);
  fromTslab.cache[filename] = { id: filename, filename, loaded: true, exports, children: [], paths: [] };
}

/**
 * Starts the thread, and returns how to ask it. tslab's calls are not asynchronous: what `ask` returns waits for the
 * answer, and blocks meanwhile, as compiling did.
 */
function startCompiler(fromTslab) {
  const { port1: port, port2 } = new MessageChannel();
  const count = new Int32Array(new SharedArrayBuffer(4)); // answers so far
  const worker = new Worker(join(__dirname, "compilerThread.cjs"), {
    workerData: { port: port2, count, tslab: fromTslab.resolve("./main.js") },
    transferList: [port2],
    execArgv: [],
  });
  worker.unref();
  port.unref();
  let asked = 0;
  const answers = new Map();
  return (what, ...args) => {
    const id = ++asked;
    port.postMessage({ id, what, args });
    return () => {
      while (!answers.has(id)) {
        const seen = Atomics.load(count, 0);
        const answer = receiveMessageOnPort(port)?.message;
        if (answer !== undefined) answers.set(answer.id, answer);
        else if (Atomics.wait(count, 0, seen, patience) === "timed-out") {
          writeSync(2, "The TypeScript compiler of the kernel does not answer.\n");
          process.exit(1); // Jupyter says so and starts the kernel anew, as when it ended with its compiler
        }
      }
      const { value, error } = answers.get(id);
      answers.delete(id);
      if (error !== undefined) throw error;
      return value;
    };
  };
}

/** When the kernel has answered Jupyter, it loads the library, which a notebook of this project imports first. */
function loadAhead(fromTslab) {
  const { prototype } = fromTslab("./jupyter.js").JupyterHandlerImpl;
  const { handleKernel } = prototype;
  prototype.handleKernel = function () {
    prototype.handleKernel = handleKernel;
    setImmediate(() => {
      try {
        createRequire(join(process.cwd(), "cell.js"))("server-logs");
      } catch {
        // not found from this notebook's folder, or broken: the cell that imports it says so
      }
    });
    return handleKernel.call(this);
  };
}
