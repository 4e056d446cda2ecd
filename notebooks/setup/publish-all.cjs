// Loaded into the kernel before tslab, which does not wait until its messages are sent. zeromq sends 512 messages at
// once, delays the next, and refuses all that follow meanwhile: a cell that printed more than 512 lines lost the rest,
// and in a long session a lost "idle" left a cell running for ever. A publisher never has to wait for its readers. So
// there is no send timeout (every message is sent at once) and no limit to the messages that are kept until Jupyter has
// taken them (ZeroMQ silently drops messages above 1,000). Threads and processes of a cell inherit `--require`, but
// publish nothing and cannot find tslab.
const { createRequire } = require("node:module");
const { basename } = require("node:path");
const { isMainThread } = require("node:worker_threads");

if (isMainThread && basename(process.argv[1] ?? "") === "tslab") {
  const zmq = createRequire(process.argv[1])("zeromq");
  Object.defineProperty(zmq, "Publisher", {
    value: class extends zmq.Publisher {
      constructor(options) {
        super({ sendTimeout: 0, sendHighWaterMark: 0, ...options });
      }
    },
  });
}
