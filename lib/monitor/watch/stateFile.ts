import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { InputError, quoted } from "../../errors.js";
import type { StepsState } from "../steps.js";
import type { ObjectivesState } from "./objectives.js";
import type { TailPlace } from "./tail.js";

/** The state of a watcher after some lines of a log. */
export interface WatchState {
  readonly version: 2;
  readonly place: TailPlace;
  /** The lines by which the log's format was detected, base64; absent before there were any. */
  readonly head?: string;
  readonly steps: StepsState;
  readonly objectives: ObjectivesState;
  /** The alerts from these lines, to be written to standard output after this state is safe. */
  readonly pending: readonly string[];
}

/**
 * A watcher's state in a file, which is replaced as a whole. A second line is added once the pending alerts have been
 * written. After a kill in between, it is unknown whether they were written, and the caller finds that out if it can.
 */
export class StateFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * The state, and whether its alerts were written; undefined if there is no file.
   * @throws InputError when the file is not a state
   */
  load(): { state: WatchState; isWritten: boolean } | undefined {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return undefined;
      throw new InputError(`state: cannot read ${quoted(this.path)}: ${code}`);
    }
    const [first, second] = text.split("\n");
    let state: { version?: unknown; place?: { offset?: unknown }; objectives?: unknown } = {};
    try {
      state = JSON.parse(first) ?? {};
    } catch {} // reported below
    if (state.version === 1)
      throw new InputError(
        `state: ${quoted(this.path)} is of an earlier version of watch; give another file`,
      );
    if (
      state.version !== 2 ||
      typeof state.place?.offset !== "number" ||
      typeof state.objectives !== "object"
    )
      throw new InputError(`state: ${quoted(this.path)} is not a state of watch; give another file`);
    return { state: state as WatchState, isWritten: second === WRITTEN };
  }

  /** Replaces the state. */
  save(state: WatchState): void {
    const fresh = `${this.path}.new`;
    writeFileSync(fresh, `${JSON.stringify(state)}\n${state.pending.length === 0 ? `${WRITTEN}\n` : ""}`);
    renameSync(fresh, this.path);
  }

  /** Records that the pending alerts have been written. */
  written(): void {
    appendFileSync(this.path, `${WRITTEN}\n`);
  }
}

const WRITTEN = "written";
