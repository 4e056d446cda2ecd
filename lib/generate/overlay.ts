import { Added, type AddedTraffic, addedTraffic } from "./addedTraffic.js";
import { BATCH_SIZE, type Batch, copyRow, newBatch } from "./batch.js";
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
import { addRetry, type Retry } from "./retries.js";

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
  readonly #hasDefects: boolean;
  readonly #conditions: Conditions & { utilisation: number };
  readonly #request: Request = { time: 0, visitor: 0, endpoint: 0, status: 0, latency: 0, address: 0 };
  /** What happens in a second: incidents begin and end at whole seconds. */
  #second = Number.NaN;
  #now: readonly ActiveIncident[] = [];
  readonly #outcomeAt: Uint16Array;
  readonly #endpointOf: Uint16Array;
  readonly #statusOf: Uint16Array;
  readonly #out = newBatch();
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
    this.#hasDefects = Object.values(plan.scenario.defects).some((rate) => rate > 0);
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
    const retries: Retry[] = [];
    let previous = Number.NaN; // the second of the last base row
    let index = 0; // rows of that second so far

    for (const batch of base) {
      const first = batch.second[0];
      const last = batch.second[batch.length - 1];
      batch.incidents.fill(0, 0, batch.length);
      const calm =
        retries.length === 0 &&
        added.every(({ time }) => time > (last + 1) * 1000) &&
        this.#plan.happening.every(({ start, end }) => last < start || first >= end);
      if (calm && !this.#hasDefects) {
        // nobody draws by these addresses: only the number of rows in the last second goes on
        let row = batch.length;
        while (row > 0 && batch.second[row - 1] === last) row--;
        index = batch.length - row + (row === 0 && last === previous ? index : 0);
        previous = last;
      } else {
        for (let row = 0; row < batch.length; row++) {
          if (batch.second[row] !== previous) {
            previous = batch.second[row];
            index = 0;
          }
          batch.address[row] = hash32(this.#addressKey, previous, index++);
        }
      }
      if (calm && first * 1000 >= from) {
        if (out.length > 0) {
          yield out;
          out.length = 0;
        }
        if (first * 1000 >= countFrom && (last + 1) * 1000 <= countTo) this.baseRows += batch.length;
        else
          for (let row = 0; row < batch.length; row++)
            if (this.#isCounted(batch.second[row] * 1000 + batch.millisecond[row])) this.baseRows++;
        yield batch;
        continue;
      }
      for (let row = 0; row < batch.length; row++) {
        const time = batch.second[row] * 1000 + batch.millisecond[row];
        for (;;) {
          const source = earliest(added, retries, time);
          if (source === undefined) break;
          source.copyTo(out, out.length);
          this.#put(source.bit, from, undefined);
          if (out.length === BATCH_SIZE) {
            yield out;
            out.length = 0;
          }
        }
        if (this.#isCounted(time)) this.baseRows++;
        copyRow(batch, row, out, out.length);
        this.#put(NOBODY, from, retries);
        if (out.length === BATCH_SIZE) {
          yield out;
          out.length = 0;
        }
      }
    }
    for (;;) {
      const source = earliest(added, retries, to);
      if (source === undefined) break;
      source.copyTo(out, out.length);
      this.#put(source.bit, from, undefined);
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

  /**
   * Puts the record behind the batch's last through all incidents and, if it is still there, makes it the last.
   * @param addedBy bit of the incident that added it, or `NOBODY`
   */
  #put(addedBy: number, from: number, retries: Retry[] | undefined): void {
    const out = this.#out;
    const row = out.length;
    const second = out.second[row];
    if (second !== this.#second) this.#turnTo(second);
    const time = second * 1000 + out.millisecond[row];
    let altered = 0;
    let droppedBy = NOBODY;
    if (this.#now.length > 0) {
      const request = this.#request;
      request.time = time;
      request.visitor = out.visitor[row];
      request.endpoint = this.#endpointOf[out.outcome[row]];
      request.status = this.#statusOf[out.outcome[row]];
      request.latency = out.latency[row];
      request.address = out.address[row];
      for (const active of this.#now) {
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
          if (again > 0 && again < this.#plan.end * 1000) addRetry(retries, again, out, row, active.bit);
        }
      }
      if (altered !== 0) {
        out.outcome[row] = this.#outcomeAt[request.endpoint * 600 + request.status];
        out.latency[row] = request.latency;
      }
    }
    if (time < from) return;
    if (this.#isCounted(time)) this.#count(addedBy, altered, droppedBy);
    if (droppedBy !== NOBODY) return;
    out.incidents[row] = addedBy === NOBODY ? altered : altered | (1 << addedBy);
    out.length = row + 1;
  }

  /** What an incident adds and then drops or alters itself is only added: a log without it never had the record. */
  #count(addedBy: number, altered: number, droppedBy: number): void {
    if (addedBy !== NOBODY && addedBy !== droppedBy) this.touched[addedBy].added++;
    if (droppedBy !== NOBODY) {
      if (addedBy !== droppedBy) this.touched[droppedBy].dropped++;
    } else if (altered !== 0) {
      for (const { bit } of this.#now)
        if ((altered >>> bit) & 1 && bit !== addedBy) this.touched[bit].altered++;
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

/** What comes next before `time`: added traffic in the order of incidents, then retries; undefined when nothing does. */
function earliest(added: readonly Added[], retries: Retry[], time: number): Added | Retry | undefined {
  let best: Added | undefined;
  for (const source of added) if (source.time < (best?.time ?? time)) best = source;
  if (retries.length > 0 && retries[0].time < (best?.time ?? time)) return retries.shift();
  return best;
}
