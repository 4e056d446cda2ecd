import { Added, type AddedTraffic, addedTraffic } from "./addedTraffic.js";
import { BATCH_SIZE, type Batch, copyRows, newBatch, takeRow } from "./batch.js";
import { DefectDraws, defectShare } from "./defects.js";
import { Generation } from "./generate.js";
import {
  type ActiveIncident,
  affect,
  GONE,
  RETRY_WITHIN,
  retryTime,
  type Site,
  UNTOUCHED,
} from "./incidents.js";
import { latencyTables, readShape } from "./latency.js";
import type { Plan } from "./plan.js";
import { hash32, keyOf, Purpose } from "./random.js";
import { Retries } from "./retries.js";

/** How many records an incident added, altered and dropped. */
export interface Touched {
  added: number;
  altered: number;
  dropped: number;
}

/**
 * Lays the incidents of a plan over its base records: first what they add is merged in, then each record is
 * altered by the incidents in the order of their list, then dropped where one says so. Outside incidents
 * batches pass through as they are.
 */
export class Overlay {
  /** By incident, in the plan's list: what was touched in the slices made so far. */
  readonly touched: Touched[];
  /** Rows of base records seen in the slices made so far. */
  baseRows = 0;
  readonly #plan: Plan;
  readonly #added: (AddedTraffic & { readonly generation: Generation })[];
  readonly #addressKey: number;
  readonly #defects: DefectDraws | undefined;
  readonly #site: Site;
  /** What cannot stay in its own batch, as something comes between. */
  readonly #out = newBatch();
  /** By row of the batch at hand, and of the other one: 1 and the bit of the incident that dropped it; 0 for none. */
  readonly #gone = new Uint8Array(BATCH_SIZE);
  readonly #insertedGone = new Uint8Array(BATCH_SIZE);
  /** The batch at hand as it was before the incidents: what a visitor asks again is what was asked first. */
  readonly #outcomeBefore = new Uint16Array(BATCH_SIZE);
  readonly #latencyBefore = new Uint32Array(BATCH_SIZE);
  #countFrom = 0;
  #countTo = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.touched = plan.incidents.map(() => ({ added: 0, altered: 0, dropped: 0 }));
    this.#added = plan.happening.flatMap((active) => {
      const traffic = addedTraffic(active, plan);
      return traffic === undefined ? [] : [{ ...traffic, generation: new Generation(traffic.plan) }];
    });
    this.#addressKey = keyOf(plan.seed, Purpose.addresses);
    this.#defects = defectShare(plan.scenario.defects) > 0 ? new DefectDraws(plan) : undefined;
    const { scenario, outcomes, intensity } = plan;
    const { shapes, shapeAt, scale, limit } = latencyTables(outcomes, scenario.site);
    const outcomeAt = new Uint16Array(scenario.site.endpoints.length * 600);
    outcomes.forEach(({ endpointIndex, status }, i) => {
      outcomeAt[endpointIndex * 600 + status] = i;
    });
    this.#site = {
      endpointOf: Uint16Array.from(outcomes, ({ endpointIndex }) => endpointIndex),
      statusOf: Uint16Array.from(outcomes, ({ status }) => status),
      outcomeOf: (endpoint, status) => outcomeAt[endpoint * 600 + status],
      utilisation: (second) => scenario.site.utilisation * intensity.at(second),
      limit: scenario.site.timeLimit * 100,
      answerTime: (outcome, word) =>
        Math.min(limit, Math.floor(scale[outcome] * readShape(shapes, shapeAt[outcome], word) + 0.5)),
    };
  }

  /** Earliest base record, in milliseconds since 1970, that a slice from `from` on depends on. */
  lookBack(from: number): number {
    const retries = this.#plan.happening.some(
      ({ incident, start, end }) =>
        incident.kind === "outage" && from > start * 1000 && from - RETRY_WITHIN < end * 1000,
    );
    return retries ? Math.max(this.#plan.start * 1000, from - RETRY_WITHIN) : from;
  }

  /**
   * The records from one whole second to another, with what incidents do to them. A batch may be filled again
   * once the next is asked for.
   * @param base the base records from `lookBack(from)` to `to`
   * @param from milliseconds since 1970, a whole second, included @param to excluded
   * @param countFrom what lies from here on is counted in `touched` and `baseRows`, @param countTo to here
   */
  *lay(
    base: Iterable<Batch>,
    from: number,
    to: number,
    countFrom: number,
    countTo: number,
  ): Generator<Batch> {
    const out = this.#out;
    this.#countFrom = countFrom;
    this.#countTo = countTo;
    out.length = 0;
    const added = this.#added
      .filter(({ active }) => active.start * 1000 < to && active.end * 1000 > from)
      .map((traffic) => new Added(traffic, this.#addressKey, from, to));
    const retries = new Retries();
    const sources = [...added, retries]; // in the order in which they go at the same moment
    let previous = Number.NaN; // the second of the last base row
    let index = 0; // rows of that second so far

    for (const batch of base) {
      const first = batch.second[0];
      const last = batch.second[batch.length - 1];
      batch.incidents.fill(0, 0, batch.length);
      batch.defect.fill(0, 0, batch.length);
      const calm =
        sources.every(({ time }) => time > (last + 1) * 1000) &&
        this.#plan.happening.every(({ start, end }) => last < start || first >= end);
      // Each record has an address: its second, and its number in it. Where nobody draws by it, it is left out.
      for (let row = 0; row < batch.length; ) {
        const second = batch.second[row];
        if (second !== previous) {
          previous = second;
          index = 0;
        }
        let end = row + 1;
        while (end < batch.length && batch.second[end] === second) end++;
        const addressOf = (at: number) => hash32(this.#addressKey, second, index + at - row);
        if (!calm) for (let at = row; at < end; at++) batch.address[at] = addressOf(at);
        this.#defects?.mark(batch, row, end, index, addressOf);
        index += end - row;
        row = end;
      }
      this.#countBase(batch);
      const whole = calm ? first * 1000 >= from : this.#layOver(batch, from, retries);
      const until = last * 1000 + batch.millisecond[batch.length - 1];
      if (whole && sources.every(({ time }) => time >= until)) {
        if (out.length > 0) {
          yield out;
          out.length = 0;
        }
        yield batch;
        continue;
      }
      if (calm) this.#gone.fill(0);
      // What is left of the batch and what comes between go into another one.
      for (let row = 0; row < batch.length; ) {
        const time = batch.second[row] * 1000 + batch.millisecond[row];
        if (this.#gone[row] !== 0 || time < from) {
          row++;
          continue;
        }
        let next = earliest(sources, time);
        for (; next !== undefined; next = earliest(sources, time)) {
          this.#insert(next, from);
          if (out.length === BATCH_SIZE) {
            yield out;
            out.length = 0;
          }
        }
        let comes = Number.POSITIVE_INFINITY;
        for (let i = 0; i < sources.length; i++) comes = Math.min(comes, sources[i].time);
        const room = Math.min(batch.length, row + BATCH_SIZE - out.length);
        let end = row + 1;
        while (
          end < room &&
          this.#gone[end] === 0 &&
          batch.second[end] * 1000 + batch.millisecond[end] <= comes
        )
          end++;
        copyRows(batch, row, end, out, out.length);
        out.length += end - row;
        row = end;
        if (out.length === BATCH_SIZE) {
          yield out;
          out.length = 0;
        }
      }
    }
    for (let next = earliest(sources, to); next !== undefined; next = earliest(sources, to)) {
      this.#insert(next, from);
      if (out.length === BATCH_SIZE) {
        yield out;
        out.length = 0;
      }
    }
    if (out.length > 0) yield out;
  }

  #isCounted(time: number): boolean {
    return time >= this.#countFrom && time < this.#countTo;
  }

  #countBase({ second, millisecond, length }: Batch): void {
    if (second[0] * 1000 >= this.#countFrom && (second[length - 1] + 1) * 1000 <= this.#countTo) {
      this.baseRows += length;
      return;
    }
    for (let row = 0; row < length; row++)
      if (this.#isCounted(second[row] * 1000 + millisecond[row])) this.baseRows++;
  }

  /** Puts base records through all incidents and notes which are gone; whether none is, nor is before `from`. */
  #layOver(batch: Batch, from: number, retries: Retries): boolean {
    const { second, millisecond, incidents, length } = batch;
    const gone = this.#gone;
    gone.fill(0);
    this.#outcomeBefore.set(batch.outcome);
    this.#latencyBefore.set(batch.latency);
    for (const active of this.#plan.happening) {
      const first = firstFrom(second, length, active.start);
      const end = firstFrom(second, length, active.end);
      this.#affect(active, batch, first, end, gone, retries);
    }
    let whole = second[0] * 1000 >= from;
    for (let row = 0; row < length; row++) {
      if (gone[row] !== 0) whole = false;
      else if (incidents[row] === 0) continue;
      if (this.#isCounted(second[row] * 1000 + millisecond[row]))
        this.#count(NOBODY, incidents[row], gone[row] - 1);
    }
    return whole;
  }

  /**
   * Lays an incident over rows of a batch. Those that it drops stay for the incidents after it: whether one makes the
   * visitor try again does not hang on another that drops.
   */
  #affect(
    active: ActiveIncident,
    batch: Batch,
    from: number,
    to: number,
    gone: Uint8Array,
    retries: Retries | undefined,
  ): void {
    const { bit } = active;
    const { incidents, outcome } = batch;
    const { statusOf } = this.#site;
    for (let row = from; row < to; row++) {
      const effect = affect(active, this.#site, batch, row);
      if (effect === UNTOUCHED) continue;
      if (effect === GONE) {
        if (gone[row] === 0) gone[row] = bit + 1;
        continue;
      }
      incidents[row] |= 1 << bit;
      if (retries !== undefined && statusOf[outcome[row]] >= 500) this.#retry(active, batch, row, retries);
    }
  }

  #retry(active: ActiveIncident, batch: Batch, row: number, retries: Retries): void {
    const time = batch.second[row] * 1000 + batch.millisecond[row];
    const again = retryTime(active, time, batch.address[row]);
    if (again === 0 || again >= this.#plan.end * 1000) return;
    const record = takeRow(batch, row);
    record.outcome = this.#outcomeBefore[row];
    record.latency = this.#latencyBefore[row];
    retries.add(again, record, active.bit);
  }

  /** Puts the source's next request behind the last of the other batch, unless an incident drops it. */
  #insert(source: Added | Retries, from: number): void {
    const out = this.#out;
    const row = out.length;
    const { bit } = source;
    source.copyTo(out, row);
    out.defect[row] = this.#defects?.of(out.address[row]) ?? 0;
    out.incidents[row] = 0;
    const second = out.second[row];
    const gone = this.#insertedGone;
    gone[row] = 0;
    for (const active of this.#plan.happening)
      if (second >= active.start && second < active.end)
        this.#affect(active, out, row, row + 1, gone, undefined);
    const time = second * 1000 + out.millisecond[row];
    if (time < from) return;
    if (this.#isCounted(time)) this.#count(bit, out.incidents[row], gone[row] - 1);
    out.incidents[row] |= 1 << bit;
    if (gone[row] === 0) out.length++;
  }

  /** What an incident adds and then drops or alters itself is only added: a log without it never had the record. */
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

/** The first row that is not before a second since 1970. */
function firstFrom(seconds: Float64Array, length: number, second: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seconds[middle] < second) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** In place of an incident's bit. */
const NOBODY = -1;

/** The source whose next request comes first, if before `time`; the first of them at the same moment. */
function earliest(sources: readonly (Added | Retries)[], time: number): Added | Retries | undefined {
  let best: Added | Retries | undefined;
  for (const source of sources) {
    if (source.time >= time) continue;
    best = source;
    time = source.time;
  }
  return best;
}
