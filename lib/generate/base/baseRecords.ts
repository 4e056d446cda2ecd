import { BATCH_SIZE, type Batch, newBatch, trim } from "../batch.js";
import type { Plan } from "../plan.js";
import { BusySite } from "./busySite.js";
import { QuietSite } from "./quietSite.js";

/**
 * Visitors' requests per second from which on a site counts as busy. On a busy site, sessions are found by arithmetic;
 * on a quiet one, they are listed.
 */
const BUSY_RATE = 4;

/**
 * Records in the first batch; later batches grow to the full size. The engine compiles a loop well only after it has
 * seen some loops end. If the first loops were long, it would compile them, throw the code away and interpret them
 * again.
 */
const SHORT_BATCH = 256;

/** Makes the records of a plan. Its tables are prepared once, for any number of slices. */
export class BaseRecords {
  readonly #plan: Plan;
  readonly #site: BusySite | QuietSite;
  readonly #batch = newBatch();
  #limit = SHORT_BATCH;

  constructor(plan: Plan) {
    this.#plan = plan;
    const people = plan.rate * (1 - plan.scenario.visitors.bots.share);
    this.#site = people < BUSY_RATE ? new QuietSite(plan) : new BusySite(plan);
  }

  /**
   * The records from one moment to another, in order of time, in batches. The same batch object is filled again and
   * again, so use it before you ask for the next.
   * @param from milliseconds since 1970, included; default the window's start
   * @param to excluded; default the window's end
   */
  *batches(from = this.#plan.start * 1000, to = this.#plan.end * 1000): Generator<Batch> {
    const { start, end } = this.#plan;
    const batch = this.#batch;
    batch.length = 0;
    const first = Math.max(0, Math.floor(from / 1000) - start);
    const last = Math.min(end, Math.ceil(to / 1000)) - start;
    for (const fill of this.#site.cells(first, last)) {
      while (fill(batch, this.#limit)) {
        this.#limit = Math.min(BATCH_SIZE, this.#limit * 4);
        trim(batch, from, to);
        if (batch.length > 0) yield batch;
        batch.length = 0;
      }
    }
    trim(batch, from, to);
    if (batch.length > 0) yield batch;
  }
}
