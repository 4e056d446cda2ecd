import { grouped } from "../digits.js";
import type { Progress, Work } from "../work.js";

/** What stops long work so that it can clean up: Ctrl-C, kill, and a terminal that is closed. */
const stops = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs long work: Ctrl-C stops it, and a terminal sees how far it has come. */
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

/** Milliseconds that work which was told to end has for what it began. */
const GRACE = 5000;

/**
 * Runs work that goes on until it is stopped: Ctrl-C ends it in good order. `giveUp` is aborted when that takes too long,
 * or at a second Ctrl-C.
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
