import { Draw, type Requests } from "../../scenario/incidents/kind.js";
import { BATCH_SIZE, type Batch, takeRow } from "../batch.js";
import type { Plan } from "../plan.js";
import { hash32, PER_WORD } from "../random/stream.js";
import { type LatencyTables, latencyTables, readShape } from "../site/latency.js";
import { type ActiveIncident, strength } from "./activate.js";
import type { Retries } from "./retries.js";

/** How the site answers whose records the incidents change. */
export interface Answers {
  /** By outcome: the index of its endpoint, and its status. */
  readonly endpointOf: Uint16Array;
  readonly statusOf: Uint16Array;
  /** Index of the outcome in which an endpoint answers with a status. */
  readonly outcomeOf: (endpoint: number, status: number) => number;
  /** Usual utilisation at a second since 1970, 0 to 1: the scenario's utilisation times the season's intensity. */
  readonly utilisation: (second: number) => number;
  /** The tables from which the response times of its outcomes are drawn. */
  readonly latency: LatencyTables;
}

/** How the site of a plan answers requests. */
export function answersOf({ scenario, outcomes, intensity }: Plan): Answers {
  const outcomeAt = new Uint16Array(scenario.site.endpoints.length * 600);
  outcomes.forEach(({ endpointIndex, status }, i) => {
    outcomeAt[endpointIndex * 600 + status] = i;
  });
  return {
    endpointOf: Uint16Array.from(outcomes, ({ endpointIndex }) => endpointIndex),
    statusOf: Uint16Array.from(outcomes, ({ status }) => status),
    outcomeOf: (endpoint, status) => outcomeAt[endpoint * 600 + status],
    utilisation: (second) => scenario.site.utilisation * intensity.at(second),
    latency: latencyTables(outcomes, scenario.site),
  };
}

/**
 * The changes that incidents make to the records of a batch. They are made in place and noted in the column
 * `incidents`; dropped records are marked in `gone`.
 */
export class Changes implements Requests {
  /** The current batch. */
  batch: Batch;
  /** By row: 1 plus the bit of the first incident that dropped the record; 0 if no incident did. */
  readonly gone = new Uint8Array(BATCH_SIZE);
  /** By bit of an incident: the number of records of the batch that it changed. */
  readonly changed = new Float64Array(32);
  /** Number of its records that were dropped, counted once for each incident that drops the record. */
  dropped = 0;
  /** Where repeated requests are queued; undefined if failed requests are not repeated here. */
  retries: Retries | undefined;
  readonly #answers: Answers;
  /** The outcomes as they were before the incidents. A visitor who tries again makes the original request. */
  readonly #outcomeBefore = new Uint16Array(BATCH_SIZE);
  readonly #latencyBefore = new Uint32Array(BATCH_SIZE);

  constructor(answers: Answers, batch: Batch) {
    this.#answers = answers;
    this.batch = batch;
  }

  /** Turns to a batch to which no incident has been applied yet. */
  begin(batch: Batch): void {
    this.batch = batch;
    this.changed.fill(0);
    this.dropped = 0;
    this.gone.fill(0);
    this.#outcomeBefore.set(batch.outcome);
    this.#latencyBefore.set(batch.latency);
  }

  time(row: number): number {
    return this.batch.second[row] * 1000 + this.batch.millisecond[row];
  }

  strength(active: ActiveIncident, row: number): number {
    return strength(active, this.time(row));
  }

  isClient({ clients, key }: ActiveIncident, row: number): boolean {
    return clients === undefined || hash32(key, this.batch.visitor[row], Draw.clients) * PER_WORD < clients;
  }

  isAtTarget({ touches }: ActiveIncident, row: number): boolean {
    return touches[this.#endpoint(row)] === 1;
  }

  isTouched(active: ActiveIncident, row: number): boolean {
    return this.isAtTarget(active, row) && this.isClient(active, row);
  }

  isReached({ reaches }: ActiveIncident, row: number): boolean {
    return this.time(row) >= reaches[this.#endpoint(row)] * 1000;
  }

  draw({ key }: ActiveIncident, row: number, what: Draw): number {
    return hash32(key, this.batch.drawKey[row], what) * PER_WORD;
  }

  drawForVisitor({ key }: ActiveIncident, row: number, what: Draw): number {
    return hash32(key, this.batch.visitor[row], what) * PER_WORD;
  }

  #endpoint(row: number): number {
    return this.#answers.endpointOf[this.batch.outcome[row]];
  }

  utilisation(row: number): number {
    return this.#answers.utilisation(this.batch.second[row]);
  }

  fail(active: ActiveIncident, row: number, status: number): boolean {
    const outcome = this.#answers.outcomeOf(this.#endpoint(row), status);
    return this.#answer(active, row, outcome, this.#timeOf(active, row, outcome));
  }

  /** An answer that the proxy makes by itself takes the same time whatever happens behind it. */
  slow(active: ActiveIncident, row: number, factor: number): void {
    const outcome = this.batch.outcome[row];
    if (factor <= 1 || this.#answers.latency.loaded[outcome] === 0) return;
    this.#answer(active, row, outcome, this.batch.latency[row] * factor);
  }

  /** The response time of an outcome, in hundredths of a millisecond, drawn for the incident. */
  #timeOf({ key }: ActiveIncident, row: number, outcome: number): number {
    const { shapes, shapeAt, scale } = this.#answers.latency;
    const word = hash32(key, this.batch.drawKey[row], Draw.responseTime);
    return scale[outcome] * readShape(shapes, shapeAt[outcome], word);
  }

  /**
   * Gives a request another answer, or a 504 if the proxy would not wait for it.
   * @returns whether this changed anything
   */
  #answer(active: ActiveIncident, row: number, outcome: number, time: number): boolean {
    const { outcome: outcomes, latency: latencies, incidents } = this.batch;
    const { limit, timedOut } = this.#answers.latency;
    if (time >= limit) {
      outcome = timedOut[outcome];
      time = this.#timeOf(active, row, outcome);
    }
    const latency = Math.floor(time + 0.5);
    if (outcomes[row] === outcome && latencies[row] === latency) return false;
    outcomes[row] = outcome;
    latencies[row] = latency;
    incidents[row] |= 1 << active.bit;
    this.changed[active.bit]++;
    return true;
  }

  /**
   * Drops a record. Later incidents still see it: whether one of them makes the visitor try again must not depend on
   * another one that drops the record.
   */
  drop({ bit }: ActiveIncident, row: number): void {
    if (this.gone[row] === 0) this.gone[row] = bit + 1;
    this.dropped++;
  }

  retry({ bit }: ActiveIncident, row: number, time: number): void {
    if (this.retries === undefined) return;
    const record = takeRow(this.batch, row);
    record.outcome = this.#outcomeBefore[row];
    record.latency = this.#latencyBefore[row];
    this.retries.add(time, record, bit);
  }
}
