// Loaded into the kernel before tslab, which does not wait for what it sends to be sent. zeromq lets 512 messages
// go at once, takes its time over the next, and refuses whatever comes meanwhile: a cell that printed more than
// 512 lines lost the rest, and in a long session a lost "idle" left a cell running for ever. A publisher never
// has to wait for its readers, so: no time limit to send in (every message goes at once), and no limit to what
// is kept until Jupyter has taken it (ZeroMQ drops messages above 1,000 without a word).
// Threads inherit `--require`: those that a cell starts publish nothing, and have no tslab to be found.
const { createRequire } = require("node:module");
const { isMainThread } = require("node:worker_threads");

if (isMainThread) {
  const zmq = createRequire(process.argv[1])("zeromq");
  Object.defineProperty(zmq, "Publisher", {
    value: class extends zmq.Publisher {
      constructor(options) {
        super({ sendTimeout: 0, sendHighWaterMark: 0, ...options });
      }
    },
  });
}
