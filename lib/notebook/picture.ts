import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Drawing } from "./draw.js";
import type { PictureAnswer, PictureRequest } from "./pictureWorker.js";
import { inNotebook } from "./show.js";

/**
 * A picture takes a tenth of a second, the first at most two seconds, and ten times that on a busy machine. A worker
 * that is silent for longer is broken.
 */
const patience = 60_000; // milliseconds

class SilentError extends Error {}

/** The thread that draws, and the way to ask it. */
class Painter {
  readonly #port: MessagePort;
  readonly #answers = new Int32Array(new SharedArrayBuffer(4));
  #asked = 0;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const worker = new Worker(new URL("./pictureWorker.js", import.meta.url), {
      workerData: { port: port2, answers: this.#answers },
      transferList: [port2],
      execArgv: [],
      stdout: true, // keeps the output of its libraries out of the cells
      stderr: true,
    });
    worker.on("error", () => {}); // the next picture finds the worker silent, or its failure in the answer
    worker.unref();
    port1.unref();
  }

  /**
   * The picture, as bytes of a PNG or text of an SVG. Blocks this thread until it is there, so that a chart that is the
   * last expression of a cell has its picture in that cell.
   * @throws Error when the worker fails
   */
  paint(request: Omit<PictureRequest, "id">): Uint8Array | string {
    const id = ++this.#asked;
    const until = performance.now() + patience;
    this.#port.postMessage({ ...request, id });
    for (;;) {
      const seen = Atomics.load(this.#answers, 0);
      const answer = receiveMessageOnPort(this.#port)?.message as PictureAnswer | undefined;
      if (answer?.id === id) {
        if (answer.failure !== undefined) throw new Error(answer.failure);
        return answer.drawn;
      }
      if (answer !== undefined) continue; // the late answer to an abandoned request
      if (Atomics.wait(this.#answers, 0, seen, until - performance.now()) === "timed-out") {
        throw new SilentError("the drawing thread does not answer");
      }
    }
  }
}

/** Pixels of a picture to each CSS pixel: sharp where the front end knows the size, and not cut off where it does not. */
const pictureScale = 1.25;

let painter: Painter | undefined;
let silent = false;
const warned = new Set<string>();

// A notebook will draw charts, so the thread loads now and is ready for the first.
if (inNotebook()) painter = new Painter();

/**
 * The figure as a PNG picture, the same bytes for the same figure everywhere; undefined if it cannot be drawn. Each
 * reason for that is printed once.
 * @param width
 * @param height size in CSS pixels
 */
export function picture(figure: object, width: number, height: number): Uint8Array | undefined {
  return painted(figure, width, height, "png") as Uint8Array | undefined;
}

/** The figure as the text of an SVG; undefined when it cannot be drawn, as for `picture`. */
export function drawing(figure: object, width: number, height: number): string | undefined {
  return painted(figure, width, height, "svg") as string | undefined;
}

function painted(figure: object, width: number, height: number, format: Drawing["format"]) {
  if (silent) return undefined;
  try {
    painter ??= new Painter();
    return painter.paint({ figure: JSON.stringify(figure), width, height, scale: pictureScale, format });
  } catch (error) {
    const { message } = error as Error;
    silent = error instanceof SilentError; // waiting again would only block the next cell too
    if (!warned.has(message)) console.warn(`Charts come without a picture: ${message}`);
    warned.add(message);
    return undefined;
  }
}
