/**
 * The thread that draws. It loads at its start and makes trial drawings until it is asked for a picture, because the
 * first drawing of each kind takes two to three times as long as later ones, and no cell should wait for that. A second
 * round would gain as much again, but take it from the cells before the first chart on a machine of two cores.
 */
import { setImmediate } from "node:timers/promises";
import { type MessagePort, workerData } from "node:worker_threads";
import { type Drawing, loadDrawing } from "./draw.js";
import { trials } from "./trials.js";

/** What the thread is asked for, and what it answers. */
export type PictureRequest = Drawing & { readonly id: number };
/** What the drawing thread answers. */
export type PictureAnswer =
  | { readonly id: number; readonly drawn: Uint8Array | string; readonly failure?: never }
  | { readonly id: number; readonly drawn?: never; readonly failure: string };

const { port, answers } = workerData as { port: MessagePort; answers: Int32Array };

let asked = false;

const drawing = (async () => {
  const draw = loadDrawing();
  for (const trial of trials) {
    if (asked) break;
    await draw({ figure: JSON.stringify(trial), width: 720, height: 400, scale: 1, format: "png" });
    await setImmediate(); // receives a request
  }
  return draw;
})();
drawing.catch(() => {}); // the answer to every later request

port.on("message", async ({ id, ...request }: PictureRequest) => {
  asked = true;
  let answer: PictureAnswer;
  try {
    answer = { id, drawn: await (await drawing)(request) };
  } catch (error) {
    answer = { id, failure: (error instanceof Error ? error.message : String(error)).split("\n")[0]! };
  }
  port.postMessage(answer);
  Atomics.add(answers, 0, 1); // wakes the thread that waits for it
  Atomics.notify(answers, 0);
});
