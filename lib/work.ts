import { checkOptions, InputError, InterruptedError, quoted } from "./errors.js";

/** How a caller watches and stops long work. Every long function takes these two options. */
export interface Work {
  /** Stops the work within a tenth of a second; the function then throws an InterruptedError. */
  signal?: AbortSignal | undefined;
  /** Called about ten times a second while the work runs. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** How far long work has come. */
export interface Progress {
  /** Units done so far. */
  done: number;
  /** Units in all; undefined when nobody knows. */
  total: number | undefined;
  /** What is counted: "records", "bytes". */
  unit: string;
}

/** Names of the options by which long work is watched and stopped. */
export const workOptions = Object.keys({
  signal: true,
  onProgress: true,
} satisfies Record<keyof Work, true>);

/**
 * Checks what shall watch and stop long work, before it begins.
 * @throws InputError when it is no such thing
 */
export function checkWork(work: Work): void {
  checkOptions(work, workOptions, "work");
  const { signal, onProgress } = work;
  if (signal !== undefined && typeof signal?.aborted !== "boolean") {
    throw new InputError(
      `signal: must be an AbortSignal, as a controller's signal is, not ${quoted(signal)}`,
    );
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new InputError(`onProgress: must be a function, not ${quoted(onProgress)}`);
  }
}

/**
 * Paces a long loop: call `step` at least every 20 ms or so of work. It yields to the event loop every
 * 50 ms, so that an interrupt is heard, and reports every 100 ms.
 */
export class Pace {
  readonly #work: Work;
  #yielded = performance.now();
  #reported = performance.now();

  constructor(work: Work) {
    this.#work = work;
    this.check();
  }

  /** Throws an InterruptedError once the caller's signal is aborted. */
  check(): void {
    if (this.#work.signal?.aborted) throw new InterruptedError();
  }

  /** Yields and reports when it is time to; throws an InterruptedError when the work is to stop. */
  async step(done: number, total: number | undefined, unit: string): Promise<void> {
    const now = performance.now();
    if (now - this.#yielded >= 50) {
      await new Promise(setImmediate);
      this.#yielded = performance.now();
    }
    this.check();
    if (now - this.#reported >= 100) {
      this.#reported = now;
      this.#work.onProgress?.({ done, total, unit });
    }
  }
}

/**
 * How a step of longer work tells its progress: as a part of the whole, counted in bytes.
 * @param before - bytes of the whole that lie before the step
 * @param size - bytes of the whole that the step is; undefined when nobody knows, and the step counts bytes itself
 * @param whole - bytes of the whole; undefined when nobody knows
 */
export function partOf(
  { signal, onProgress }: Work,
  before: number,
  size: number | undefined,
  whole: number | undefined,
): Work {
  if (!onProgress) return { signal };
  return {
    signal,
    onProgress: ({ done, total }) => {
      const bytes = total && size !== undefined ? (size * done) / total : done;
      onProgress({ done: Math.round(before + bytes), total: whole, unit: "bytes" });
    },
  };
}
