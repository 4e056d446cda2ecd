import { parentPort } from "node:worker_threads";
import { isStopped, processIdle, threadJob } from "../../thread.js";
import type { ColumnMessage, ColumnTask } from "./columns.js";
import { Pieces } from "./pieces.js";

const port = parentPort!;
const { path, size, pieceSize, folder, claimed } = threadJob<ColumnTask>();
const pieces = new Pieces(path, size, pieceSize, folder);
let isPlain = true;
while (isPlain && !isStopped()) {
  const piece = Atomics.add(claimed, 0, 1);
  if (piece >= pieces.count) break;
  const records = pieces.write(piece);
  isPlain = records !== undefined;
  port.postMessage({ piece, records } satisfies ColumnMessage);
}
pieces.close();
port.postMessage({ isDone: true } satisfies ColumnMessage);
await processIdle();
