import type { Plan } from "../generate/plan.js";
import type { LogSlice } from "../write/sliceEncoder.js";
import type { HandIncident } from "./streamIncidents.js";
import type { Extras, Position, Stretch } from "./stretch.js";

/** Where a stream goes. Its calls come one after the other, each when the one before has answered. */
export interface StreamSink {
  /** What it wants with the lines. */
  readonly wants?: Extras;
  /**
   * Gets ready, and gives the position from which the log is wanted: its beginning, or where an earlier run came to.
   * @throws InputError when it cannot be used, or holds another log
   */
  open(plan: Plan, slice: LogSlice): Promise<Position>;
  /** Takes lines; answers when it can take more. @throws Error when it fails for good */
  put(stretch: Stretch): Promise<void>;
  /** Called while nothing is due, at least every second. @param now milliseconds since 1970 */
  idle(now: number): Promise<void>;
  /** Keeps incidents that were begun by hand where it keeps its position, before records of them come. */
  note?(incidents: readonly HandIncident[]): Promise<void>;
  /** Finishes all that it took. @throws Error when that fails */
  end(): Promise<void>;
  /** Lets go of what it holds after a failure; it never throws. */
  abandon(): Promise<void>;
}
