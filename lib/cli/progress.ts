import { grouped } from "../digits.js";
import type { Progress, Work } from "../work.js";

/** The signals that stop long work so that it can clean up: Ctrl-C, kill, and the closing of the terminal. */
const stops = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs long work. Ctrl-C stops it, and a terminal shows its progress. */
export async function working<T>(run: (work: Work) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  for (const signal of stops) process.once(signal, interrupt);
  const began = performance.now();
  let shown = false;
  const onProgress = ({ done, total, unit }: Progress) => {
    if (!process.stderr.isTTY) return;
    shown = true;
    const seconds = (performance.now() - began) / 1000;
    const share = total ? ` of ${grouped(total)}` : "";
    const left = total && done > 0 ? `, ${Math.ceil((seconds * (total - done)) / done)} s left` : "";
    process.stderr.write(
      `\r\x1b[K${grouped(done)}${share} ${unit}, ${grouped(Math.round(done / seconds))}/s${left}`,
    );
  };
  try {
    return await run({ signal: controller.signal, onProgress });
  } finally {
    if (shown) process.stderr.write("\r\x1b[K");
    for (const signal of stops) process.off(signal, interrupt);
  }
}

/** Milliseconds in which work that was told to end may finish what it began. */
const GRACE = 5000;

/**
 * Runs work that continues until it is stopped. Ctrl-C ends it in good order. If that takes too long, or at a second
 * Ctrl-C, `giveUp` is aborted.
 */
export async function stopping<T>(
  run: (stop: { signal: AbortSignal; giveUp: AbortSignal }) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const giveUp = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) giveUp.abort();
    stop.abort();
    setTimeout(() => giveUp.abort(), GRACE).unref();
  };
  for (const signal of stops) process.on(signal, interrupt);
  try {
    return await run({ signal: stop.signal, giveUp: giveUp.signal });
  } finally {
    for (const signal of stops) process.off(signal, interrupt);
  }
}
