import { Outputs, type Put } from "../../files/outputs.js";
import type { Plan } from "../../generate/plan.js";
import type { LogSlice } from "../../write/sliceEncoder.js";
import type { StreamSink } from "../sink.js";
import type { Extras, Position, Stretch } from "../stretch.js";

/** Streams to standard output, a named pipe or a device, as fast as its reader reads. */
export class PipeSink implements StreamSink {
  readonly wants: Extras;
  readonly #path: string;
  readonly #outputs: Outputs;
  #put: Put | undefined;

  /**
   * @param path "-" is standard output
   * @param ids where records carry their ids
   * @param giveUp aborts the wait for a reader that does not read
   */
  constructor(path: string, ids?: Extras["ids"], giveUp?: AbortSignal) {
    this.wants = { ids };
    this.#path = path;
    this.#outputs = new Outputs({ signal: giveUp });
  }

  async open(_plan: Plan, { from }: LogSlice): Promise<Position> {
    this.#put = (await this.#outputs.open(this.#path, "out")).put;
    return { at: from, skip: 0 };
  }

  async put({ bytes }: Stretch): Promise<void> {
    await this.#put!(bytes);
  }

  async idle(): Promise<void> {}

  end(): Promise<void> {
    return this.#outputs.commit();
  }

  abandon(): Promise<void> {
    return this.#outputs.discard();
  }
}
