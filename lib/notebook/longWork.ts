import "./errors.js";
import { InterruptedError } from "../errors.js";
import { escapeHtml, visible } from "../visible.js";
import { checkWork, type Progress, type Work } from "../work.js";
import { count } from "./numbers.js";
import { type Bundle, inNotebook, type LiveOutput, liveOutput } from "./show.js";

/** Shorter work shows no progress. */
const patience = 1000; // milliseconds
/** Work that has not stopped this long after an interrupt is left to the kernel, which abandons the cell. */
const grace = 2000; // milliseconds

/**
 * Runs long work in a cell. After a second, its progress is shown and updated in place. Jupyter's stop button, or
 * Ctrl-C in a script, stops it through its signal, and the cell ends when it has cleaned up.
 * @param label name of the work, shown with the progress: "Generating"
 * @param work the caller's own signal and progress function, which are used as well
 * @throws InterruptedError once the work has stopped
 */
export async function longWork<T>(
  label: string,
  run: (work: Work) => Promise<T>,
  work: Work = {},
): Promise<T> {
  checkWork(work);
  const { signal, onProgress } = work;
  const bar = new ProgressBar(label);
  try {
    const result = await interruptible((interrupted) =>
      run({
        signal: signal === undefined ? interrupted : AbortSignal.any([signal, interrupted]),
        onProgress(progress) {
          bar.report(progress);
          onProgress?.(progress);
        },
      }),
    );
    bar.end("done");
    return result;
  } catch (error) {
    bar.end(error instanceof InterruptedError ? "interrupted" : "failed");
    throw error;
  }
}

const running = new Set<AbortController>();
let others: NodeJS.SignalsListener[] = [];
let fallback: NodeJS.Timeout | undefined;

// On SIGINT, tslab abandons the cell's promise at once, while the work continues. So its listener is set aside during
// work that can stop by itself, and is called only if the work does not stop.
async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  // Up to its first await, a cell runs under Node's own handling of SIGINT, which removes all listeners and, at its
  // end, restores them. A listener added now would be lost, and the signal would end the process.
  await undefined;
  if (running.size === 0) {
    others = process.rawListeners("SIGINT") as NodeJS.SignalsListener[];
    process.removeAllListeners("SIGINT");
    process.on("SIGINT", interrupt);
  }
  running.add(controller);
  try {
    return await run(controller.signal);
  } finally {
    if (running.delete(controller) && running.size === 0) giveBack();
  }
}

function interrupt(): void {
  const again = fallback !== undefined;
  for (const controller of running) controller.abort();
  if (again) abandon();
  else fallback = setTimeout(abandon, grace).unref();
}

function abandon(): void {
  running.clear(); // the next work must not take these for running beside it, and leave the signal to them
  giveBack();
  process.kill(process.pid, "SIGINT");
}

function giveBack(): void {
  clearTimeout(fallback);
  fallback = undefined;
  process.off("SIGINT", interrupt);
  for (const listener of others.splice(0)) process.on("SIGINT", listener);
}

/** One line of progress, in a cell or, in a terminal, on standard error. */
class ProgressBar {
  readonly #label: string;
  readonly #from = performance.now();
  #output: LiveOutput | undefined;
  #last: Progress | undefined;
  #onTerminal = false;

  constructor(label: string) {
    this.#label = visible(label);
  }

  report(progress: Progress): void {
    this.#last = progress;
    if (performance.now() - this.#from >= patience) this.#show(undefined);
  }

  /** The last state stays in the saved notebook. It contains no durations, so that a second run saves the same. */
  end(outcome: "done" | "interrupted" | "failed"): void {
    if (this.#output !== undefined || this.#onTerminal) this.#show(outcome);
    if (this.#onTerminal) process.stderr.write("\n");
  }

  #show(outcome: string | undefined): void {
    const bundle = progressBundle(this.#label, this.#last!, outcome);
    if (inNotebook()) {
      // `npm run notebooks` recognises it by this metadata and leaves it out, since a fast machine shows no progress.
      if (this.#output === undefined) this.#output = liveOutput(bundle, { "server-logs": "progress" });
      else this.#output.update(bundle);
    } else if (process.stderr.isTTY) {
      this.#onTerminal = true;
      process.stderr.write(`\r\x1b[K${bundle["text/plain"]}`);
    }
  }
}

function progressBundle(label: string, { done, total, unit }: Progress, outcome: string | undefined): Bundle {
  const share = outcome === "done" ? 1 : total ? Math.min(done / total, 1) : undefined;
  const amount = total === undefined ? `${count(done)} ${unit}` : `${count(done)} of ${count(total)} ${unit}`;
  const finished = outcome === "done" ? `${count(Math.max(done, total ?? 0))} ${unit}` : amount;
  const words = `${label}: ${outcome === undefined ? amount : `${finished}, ${outcome}`}`;
  const width = 30;
  const filled = Math.round((share ?? 0) * width);
  const bar =
    outcome === "done" || share === undefined ? "" : `${"█".repeat(filled)}${"░".repeat(width - filled)} `;
  const meter = share === undefined ? "" : `<progress max="1" value="${share.toFixed(3)}"></progress> `;
  return {
    "text/html": `<div>${outcome === "done" ? "" : meter}${escapeHtml(words)}</div>`,
    "text/plain": `${bar}${words}`,
  };
}
