import { Added, type AddedTraffic, addedTraffic } from "./addedTraffic.js";
import { BATCH_SIZE, type Batch, copyRows, newBatch } from "./batch.js";
import { DefectDraws, defectShare } from "./defects.js";
import { Generation } from "./generate.js";
import {
  type ActiveIncident,
  affect,
  type Conditions,
  GONE,
  RETRY_WITHIN,
  type Request,
  retryTime,
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
  readonly #conditions: Conditions & { utilisation: number };
  readonly #request: Request = { time: 0, visitor: 0, endpoint: 0, status: 0, latency: 0, address: 0 };
  /** What happens in a second: incidents begin and end at whole seconds. */
  #second = Number.NaN;
  #now: readonly ActiveIncident[] = [];
  readonly #outcomeAt: Uint16Array;
  readonly #endpointOf: Uint16Array;
  readonly #statusOf: Uint16Array;
  /** What cannot stay in its own batch, as something comes between. */
  readonly #out = newBatch();
  /** 1 for the rows of the batch at hand that an incident dropped, or that lie before the slice. */
  readonly #gone = new Uint8Array(BATCH_SIZE);
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
    this.#endpointOf = Uint16Array.from(plan.outcomes, ({ endpointIndex }) => endpointIndex);
    this.#statusOf = Uint16Array.from(plan.outcomes, ({ status }) => status);
    this.#outcomeAt = new Uint16Array(plan.scenario.site.endpoints.length * 600);
    plan.outcomes.forEach(({ endpointIndex, status }, i) => {
      this.#outcomeAt[endpointIndex * 600 + status] = i;
    });
    const { shapes, shapeAt, scale, limit } = latencyTables(plan.outcomes, plan.scenario.site);
    this.#conditions = {
      utilisation: 0,
      limit: plan.scenario.site.timeLimit * 100,
      answerTime: (endpoint, status, word) => {
        const outcome = this.#outcomeAt[endpoint * 600 + status];
        return Math.min(limit, Math.floor(scale[outcome] * readShape(shapes, shapeAt[outcome], word) + 0.5));
      },
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
        if (this.#gone[row] === 1 || time < from) {
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
    let gone = 0;
    for (let row = 0; row < batch.length; row++) {
      const isGone = this.#touch(batch, row, NOBODY, from, retries) ? 0 : 1;
      this.#gone[row] = isGone;
      gone += isGone;
    }
    return gone === 0;
  }

  /** Puts the source's next request behind the last of the other batch, unless an incident drops it. */
  #insert(source: Added | Retries, from: number): void {
    const out = this.#out;
    const { bit } = source;
    source.copyTo(out, out.length);
    out.defect[out.length] = this.#defects?.of(out.address[out.length]) ?? 0;
    if (this.#touch(out, out.length, bit, from, undefined)) out.length++;
  }

  /**
   * Puts a record through all incidents that happen at its time; whether it is still there, and not before `from`.
   * @param addedBy bit of the incident that added it, or `NOBODY`
   */
  #touch(batch: Batch, row: number, addedBy: number, from: number, retries: Retries | undefined): boolean {
    const second = batch.second[row];
    if (second !== this.#second) this.#turnTo(second);
    const now = this.#now;
    const time = second * 1000 + batch.millisecond[row];
    let altered = 0;
    let droppedBy = NOBODY;
    if (now.length > 0) {
      const request = this.#request;
      const outcome = batch.outcome[row];
      request.time = time;
      request.visitor = batch.visitor[row];
      request.endpoint = this.#endpointOf[outcome];
      request.status = this.#statusOf[outcome];
      request.latency = batch.latency[row];
      request.address = batch.address[row];
      for (let i = 0; i < now.length; i++) {
        const active = now[i];
        const effect = affect(active, request, this.#conditions);
        if (effect === UNTOUCHED) continue;
        if (effect === GONE) {
          // Dropped last: whether an incident makes the visitor try again does not hang on another that drops.
          if (droppedBy === NOBODY) droppedBy = active.bit;
          continue;
        }
        altered |= 1 << active.bit;
        if (retries !== undefined && request.status >= 500) {
          const again = retryTime(active, request);
          if (again > 0 && again < this.#plan.end * 1000) retries.add(again, batch, row, active.bit);
        }
      }
      if (altered !== 0) {
        batch.outcome[row] = this.#outcomeAt[request.endpoint * 600 + request.status];
        batch.latency[row] = request.latency;
      }
    }
    if (time < from) return false;
    if (this.#isCounted(time)) this.#count(addedBy, altered, droppedBy);
    batch.incidents[row] = addedBy === NOBODY ? altered : altered | (1 << addedBy);
    return droppedBy === NOBODY;
  }

  /** What an incident adds and then drops or alters itself is only added: a log without it never had the record. */
  #count(addedBy: number, altered: number, droppedBy: number): void {
    if (addedBy !== NOBODY && addedBy !== droppedBy) this.touched[addedBy].added++;
    if (droppedBy !== NOBODY) {
      if (addedBy !== droppedBy) this.touched[droppedBy].dropped++;
    } else if (altered !== 0) {
      const now = this.#now;
      for (let i = 0; i < now.length; i++) {
        const { bit } = now[i];
        if ((altered >>> bit) & 1 && bit !== addedBy) this.touched[bit].altered++;
      }
    }
  }

  #turnTo(second: number): void {
    const { happening, scenario, intensity } = this.#plan;
    this.#second = second;
    this.#now = happening.filter(({ start, end }) => second >= start && second < end);
    this.#conditions.utilisation = scenario.site.utilisation * intensity.at(second);
  }
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
