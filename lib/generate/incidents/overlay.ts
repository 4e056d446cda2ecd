import { firstIndexWhere } from "../../bisect.js";
import { defectShare } from "../../scenario/defects.js";
import { RETRY_WITHIN } from "../../scenario/incidents/kind.js";
import { BaseRecords } from "../base/baseRecords.js";
import { BATCH_SIZE, type Batch, copyRows, newBatch } from "../batch.js";
import { DefectDraws } from "../delivery/delivery.js";
import type { Plan } from "../plan.js";
import { hash32, Purpose, streamKey } from "../random/stream.js";
import { AddedRecords, type AddedTraffic, addedTraffic } from "./addedTraffic.js";
import { answersOf, Changes } from "./changes.js";
import { Retries } from "./retries.js";

/** How many records an incident added, altered and dropped. */
export interface Touched {
  added: number;
  altered: number;
  dropped: number;
}

/**
 * Lays the incidents of a plan over its base records. The records that they add are merged in first. Then the incidents
 * alter each record, in the order of their list, and drop it if one of them says so. Batches that lie outside all
 * incidents pass through unchanged.
 */
export class Overlay {
  /** For each incident in the plan's list: what it touched in the slices made so far. */
  readonly touched: Touched[];
  /** Number of base records seen in the slices made so far. */
  baseRows = 0;
  readonly #plan: Plan;
  readonly #added: (AddedTraffic & { readonly records: BaseRecords })[];
  readonly #drawKeySeed: number;
  readonly #defects: DefectDraws | undefined;
  /** The records that cannot stay in their own batch because others come between them. */
  readonly #out = newBatch();
  /** The changes that incidents make to base records, and to the records that are inserted. */
  readonly #changes: Changes;
  readonly #insertedChanges: Changes;
  /** The second of the last base record that was numbered, and the number of base records it has had so far. */
  #second = Number.NaN;
  #index = 0;
  #countFrom = 0;
  #countTo = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.touched = plan.incidents.map(() => ({ added: 0, altered: 0, dropped: 0 }));
    this.#added = plan.happening.flatMap((active) => {
      const traffic = addedTraffic(active, plan);
      return traffic === undefined ? [] : [{ ...traffic, records: new BaseRecords(traffic.plan) }];
    });
    this.#drawKeySeed = streamKey(plan.seed, Purpose.drawKeys);
    this.#defects =
      defectShare(plan.scenario.defects) > 0 ? new DefectDraws(plan, this.#drawKeySeed) : undefined;
    const answers = answersOf(plan);
    this.#changes = new Changes(answers, this.#out);
    this.#insertedChanges = new Changes(answers, this.#out);
  }

  /** Earliest time of a base record that a slice from `from` on depends on, in milliseconds since 1970. */
  lookBack(from: number): number {
    const retries = this.#plan.happening.some(
      ({ kind, start, end }) =>
        kind.retries === true && from > start * 1000 && from - RETRY_WITHIN < end * 1000,
    );
    return retries ? Math.max(this.#plan.start * 1000, from - RETRY_WITHIN) : from;
  }

  /**
   * Yields the records from one whole second to another, changed by the incidents. A batch may be filled again once the
   * next one is requested.
   * @param base the base records from `lookBack(from)` to `to`
   * @param from milliseconds since 1970, a whole second, included
   * @param to excluded
   * @param countFrom records from here on are counted in `touched` and `baseRows`,
   * @param countTo up to here
   */
  *lay(
    base: Iterable<Batch>,
    from: number,
    to: number,
    countFrom: number,
    countTo: number,
  ): Generator<Batch> {
    const out = this.#out;
    out.length = 0;
    this.#countFrom = countFrom;
    this.#countTo = countTo;
    this.#second = Number.NaN;
    const added = this.#added
      .filter(({ active }) => active.start * 1000 < to && active.end * 1000 > from)
      .map((traffic) => new AddedRecords(traffic, this.#drawKeySeed, from, to));
    const retries = new Retries(this.#plan.end * 1000);
    this.#changes.retries = retries;
    const insertions = [...added, retries]; // of two requests at the same moment, the one whose source comes first in this list goes first

    // The loops over rows are methods because the engine compiles those better than loops in a generator.
    for (const batch of base) {
      const first = batch.second[0];
      const last = batch.second[batch.length - 1];
      const calm =
        insertions.every(({ time }) => time > (last + 1) * 1000) &&
        this.#plan.happening.every(({ start, end }) => last < start || first >= end);
      this.#number(batch, !calm);
      const counted = this.#countBase(batch);
      const gone = !calm && this.#layOver(batch, counted);
      const until = last * 1000 + batch.millisecond[batch.length - 1];
      if (!gone && first * 1000 >= from && insertions.every(({ time }) => time >= until)) {
        if (out.length > 0) {
          yield out;
          out.length = 0;
        }
        yield batch;
        continue;
      }
      if (calm) this.#changes.gone.fill(0);
      for (let row = 0; row < batch.length; ) {
        row = this.#merge(batch, row, from, insertions);
        if (out.length === BATCH_SIZE) {
          yield out;
          out.length = 0;
        }
      }
    }
    for (let next = soonest(insertions); next.time < to; next = soonest(insertions)) {
      this.#insert(next, from);
      if (out.length === BATCH_SIZE) {
        yield out;
        out.length = 0;
      }
    }
    if (out.length > 0) yield out;
  }

  /**
   * Marks base records with their defects and gives them draw keys, which depend on their second and their number in
   * it.
   * @param keyed whether all records get a draw key; if not, only those with a defect do
   */
  #number(batch: Batch, keyed: boolean): void {
    const { second, drawKey, length } = batch;
    const key = this.#drawKeySeed;
    batch.incidents.fill(0, 0, length);
    batch.defect.fill(0, 0, length);
    for (let row = 0; row < length; ) {
      const now = second[row];
      if (now !== this.#second) {
        this.#second = now;
        this.#index = 0;
      }
      const index = this.#index;
      const end = firstFrom(second, row, length, now + 1);
      if (keyed) for (let at = row; at < end; at++) drawKey[at] = hash32(key, now, index + at - row);
      this.#defects?.mark(batch, row, end, index);
      this.#index += end - row;
      row = end;
    }
  }

  /** Counts the base records. @returns whether all rows of the batch are counted */
  #countBase({ second, millisecond, length }: Batch): boolean {
    if (second[0] * 1000 >= this.#countFrom && (second[length - 1] + 1) * 1000 <= this.#countTo) {
      this.baseRows += length;
      return true;
    }
    for (let row = 0; row < length; row++)
      if (this.#isCounted(second[row] * 1000 + millisecond[row])) this.baseRows++;
    return false;
  }

  #isCounted(time: number): boolean {
    return time >= this.#countFrom && time < this.#countTo;
  }

  /**
   * Moves the rest of a batch, from `row` on, and the requests inserted between its records into the other batch until
   * that is full.
   * @returns the first row that was not moved
   */
  #merge(batch: Batch, row: number, from: number, insertions: readonly Insertion[]): number {
    const { second, millisecond, length } = batch;
    const out = this.#out;
    const { gone } = this.#changes;
    while (row < length && out.length < BATCH_SIZE) {
      const time = second[row] * 1000 + millisecond[row];
      if (gone[row] !== 0 || time < from) {
        row++;
        continue;
      }
      const next = soonest(insertions);
      const comes = next.time;
      if (comes < time) {
        this.#insert(next, from);
        continue;
      }
      const room = Math.min(length, row + BATCH_SIZE - out.length);
      let end = row + 1;
      while (end < room && gone[end] === 0 && second[end] * 1000 + millisecond[end] <= comes) end++;
      copyRows(batch, row, end, out, out.length);
      out.length += end - row;
      row = end;
    }
    return row;
  }

  /**
   * Applies all incidents to base records.
   * @returns whether any of them is dropped
   * @param counted whether all rows are counted
   */
  #layOver(batch: Batch, counted: boolean): boolean {
    const { second, millisecond, incidents, length } = batch;
    const changes = this.#changes;
    changes.begin(batch);
    for (const active of this.#plan.happening) {
      const first = firstFrom(second, 0, length, active.start);
      const end = firstFrom(second, first, length, active.end);
      if (first < end) active.effect?.(active, changes, first, end);
    }
    if (counted && changes.dropped === 0) {
      for (const { bit } of this.#plan.happening) this.touched[bit].altered += changes.changed[bit];
      return false;
    }
    for (let row = 0; row < length; row++) {
      const gone = changes.gone[row];
      if (gone === 0 && incidents[row] === 0) continue;
      if (this.#isCounted(second[row] * 1000 + millisecond[row]))
        this.#count(NOBODY, incidents[row], gone - 1);
    }
    return changes.dropped > 0;
  }

  /** Appends the next inserted request to the other batch, unless an incident drops it. */
  #insert(insertion: Insertion, from: number): void {
    const out = this.#out;
    const row = out.length;
    const { bit } = insertion;
    insertion.copyTo(out, row);
    out.defect[row] = this.#defects?.of(out.drawKey[row]) ?? 0;
    out.incidents[row] = 0;
    const second = out.second[row];
    const changes = this.#insertedChanges;
    changes.gone[row] = 0;
    for (const active of this.#plan.happening)
      if (second >= active.start && second < active.end) active.effect?.(active, changes, row, row + 1);
    const time = second * 1000 + out.millisecond[row];
    if (time < from) return;
    const gone = changes.gone[row];
    if (this.#isCounted(time)) this.#count(bit, out.incidents[row], gone - 1);
    out.incidents[row] |= 1 << bit;
    if (gone === 0) out.length++;
  }

  /**
   * If an incident adds a record and then alters or drops it too, the record counts as added only: without the
   * incident, the log would never have had it.
   */
  #count(addedBy: number, altered: number, droppedBy: number): void {
    if (addedBy !== NOBODY && addedBy !== droppedBy) this.touched[addedBy].added++;
    if (droppedBy !== NOBODY) {
      if (addedBy !== droppedBy) this.touched[droppedBy].dropped++;
      return;
    }
    for (; altered !== 0; altered &= altered - 1) {
      const bit = 31 - Math.clz32(altered & -altered);
      if (bit !== addedBy) this.touched[bit].altered++;
    }
  }
}

/** The first row from `low` on that is not before a second since 1970; `high` if all of them are before it. */
function firstFrom(seconds: Float64Array, low: number, high: number, second: number): number {
  return firstIndexWhere(low, high, (row) => seconds[row] >= second);
}

/** Takes the place of an incident's bit. */
const NOBODY = -1;

/** Sources of requests that are not in the base log; each yields them in order of time. */
type Insertion = AddedRecords | Retries;

/** The source whose next request comes first. Of two at the same moment, the first in the list. */
function soonest(insertions: readonly Insertion[]): Insertion {
  let best = insertions[0];
  for (let i = 1; i < insertions.length; i++) if (insertions[i].time < best.time) best = insertions[i];
  return best;
}
