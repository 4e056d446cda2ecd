import type { Plan } from "../generate/plan.js";
import type { LogSlice } from "../write/sliceEncoder.js";
import type { HandIncident } from "./streamIncidents.js";
import type { Extras, Position, Stretch } from "./stretch.js";

/** The destination of a stream. Each method is called only after the previous call has finished. */
export interface StreamSink {
  /** What it needs besides the lines. */
  readonly wants?: Extras;
  /**
   * Opens the destination and returns the position at which to start: the beginning of the log, or the end of an
   * earlier run.
   * @throws InputError when it cannot be used, or holds another log
   */
  open(plan: Plan, slice: LogSlice): Promise<Position>;
  /** Takes lines. It resolves when it can take more. @throws Error when the destination fails for good */
  put(stretch: Stretch): Promise<void>;
  /** Called at least every second while nothing is due. @param now milliseconds since 1970 */
  idle(now: number): Promise<void>;
  /** Stores incidents that were begun by hand in its checkpoint, before it gets records of them. */
  note?(incidents: readonly HandIncident[]): Promise<void>;
  /** Finishes everything that it took. @throws Error when that fails */
  end(): Promise<void>;
  /** Releases its resources after a failure. It never throws. */
  abandon(): Promise<void>;
}
