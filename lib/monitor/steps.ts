import { InputError } from "../errors.js";
import { histogramQuantile } from "../truth/counts.js";
import { otherEndpoints, type Point, type Totals } from "./series.js";
import { checkedSeriesOptions, mostEndpoints, mostSteps, type SeriesOptions } from "./seriesOptions.js";
import { type OpenSketch, SKETCH_BINS } from "./sketch.js";

/** A step that still takes records. */
export class OpenStep {
  /** Requests by cell: an endpoint with a status. */
  cells: Uint32Array = new Uint32Array(64);
  /** Slow requests by endpoint. */
  slow: Uint32Array = new Uint32Array(16);
  /** Requests without a response time, by endpoint. */
  untimed: Uint32Array = new Uint32Array(16);
  /** Response times by endpoint; created with the first one. */
  readonly sketches: (OpenSketch | undefined)[] = [];
}

/** Takes the steps as they close, in order; undefined for a gap. */
export interface StepSink {
  step(time: number, open: OpenStep | undefined): void;
}

/**
 * Counts records into steps. A step is open until a record comes that is later than its end by more than the allowance.
 * Then the step goes to the sink, and further records of it are counted as late. Memory depends on the allowance, the
 * step and the number of endpoints, not on the number of records.
 */
export class Steps {
  /** Length of a step in milliseconds. */
  readonly step: number;
  /** Requests over this are slow, in hundredths of a millisecond. */
  readonly objective: number;
  /** Counts the records that came too late. */
  readonly late = new OpenStep();
  /** The endpoints by number. */
  readonly endpoints: string[] = [];
  /** Endpoint and status of each cell. */
  readonly cellEndpoint: number[] = [];
  readonly cellStatus: number[] = [];
  /** Number of the next step to close; undefined before the first record. */
  next: number | undefined;
  readonly #allowance: number;
  readonly #sink: StepSink;
  readonly #ring: (OpenStep | undefined)[];
  readonly #free: OpenStep[] = [];
  readonly #cells = new Map<number, number>();
  readonly #endpointNumbers = new Map<string, number>();
  #closedAny = false;
  #newest = Number.NEGATIVE_INFINITY;
  #current = Number.NaN;
  #currentStep = this.late;

  constructor(options: SeriesOptions, sink: StepSink) {
    const { step, latencyObjective, allowance } = checkedSeriesOptions(options);
    this.step = step * 1000;
    this.objective = Math.round(latencyObjective * 100);
    this.#allowance = Math.round(allowance * 1000);
    this.#sink = sink;
    this.#ring = new Array(Math.ceil(this.#allowance / this.step) + 2).fill(undefined);
  }

  /** Sets where the series begins, even if its first record comes later. @param time milliseconds since 1970 */
  begin(time: number): void {
    this.next = Math.floor(time / this.step);
  }

  /** Number of an endpoint. All endpoints past the maximum share one number. */
  endpoint(name: string): number {
    let number = this.#endpointNumbers.get(name);
    if (number === undefined) {
      const known = this.endpoints.length < mostEndpoints - 1;
      const kept = known ? name : otherEndpoints;
      number = this.#endpointNumbers.get(kept) ?? this.endpoints.push(kept) - 1;
      this.#endpointNumbers.set(kept, number);
    }
    return number;
  }

  /** Number of the cell of an endpoint and a status. */
  cell(endpoint: number, status: number): number {
    const key = endpoint * 1000 + status;
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = this.cellStatus.push(status) - 1;
      this.cellEndpoint.push(endpoint);
      this.#cells.set(key, cell);
      this.#makeRoom();
    }
    return cell;
  }

  /**
   * The open step of a moment in milliseconds since 1970, or `late` if it is closed. Closes the steps that the moment
   * ends.
   */
  at(time: number): OpenStep {
    const number = Math.floor(time / this.step);
    if (number === this.#current && time <= this.#newest) return this.#currentStep;
    if (time > this.#newest) this.#advance(time, number);
    const ring = this.#ring;
    if (number < this.next!) {
      // As long as no step was closed, an earlier record may still follow the first.
      if (this.#closedAny || time < this.#newest - this.#allowance) return this.late;
      this.next = number;
    }
    const slot = number % ring.length;
    let open = ring[slot];
    if (open === undefined) {
      open = this.#free.pop() ?? new OpenStep();
      room(open, this.cellStatus.length, this.endpoints.length);
      ring[slot] = open;
    }
    this.#current = number;
    this.#currentStep = open;
    return open;
  }

  #advance(time: number, number: number): void {
    this.next ??= number;
    if (number - this.next > mostSteps) {
      throw new InputError(
        `step: there would be ${number - this.next} steps of ${this.step / 1000} s up to ${new Date(time).toISOString()}; the maximum is ${mostSteps}: give a longer step, or leave out lines with a wrong time`,
      );
    }
    this.#newest = time;
    this.closeBefore(Math.floor((time - this.#allowance) / this.step));
  }

  /** Closes the steps up to a step number, excluded. */
  closeBefore(number: number): void {
    if (this.next === undefined || number <= this.next) return;
    this.#closedAny = true;
    this.#current = Number.NaN;
    for (let step = this.next; step < number; step++) {
      const slot = step % this.#ring.length;
      const open = this.#ring[slot];
      this.next = step + 1;
      this.#ring[slot] = undefined;
      this.#sink.step(step * this.step, open);
      if (open !== undefined) this.#release(open);
    }
  }

  /** Closes all steps, and the gaps up to a moment (excluded), if it is given. */
  end(until?: number): void {
    if (until !== undefined) this.next ??= Math.floor(until / this.step);
    if (this.next === undefined) return;
    const last = Math.floor(this.#newest / this.step) + 1;
    this.closeBefore(Math.max(last, until === undefined ? last : Math.ceil(until / this.step)));
  }

  #release(open: OpenStep): void {
    open.cells.fill(0);
    open.slow.fill(0);
    open.untimed.fill(0);
    for (const sketch of open.sketches) sketch?.empty(() => {});
    this.#free.push(open);
  }

  #makeRoom(): void {
    for (const open of [this.late, ...this.#ring]) {
      if (open !== undefined) room(open, this.cellStatus.length, this.endpoints.length);
    }
  }

  /** The step number and the time of the newest record, in milliseconds since 1970; minus infinity before the first. */
  get newest(): number {
    return this.#newest;
  }

  /** Its state without response times, from which it can continue later; plain data for JSON. */
  state(): StepsState {
    const kept = ({ cells, slow, untimed }: OpenStep) =>
      [cells, slow, untimed].map((column) => [...column].slice(0, 512));
    const open = this.#ring.flatMap((each, slot) =>
      each === undefined ? [] : [[slot, kept(each)] as const],
    );
    const { endpoints, cellEndpoint, cellStatus, next } = this;
    const newest = Number.isFinite(this.#newest) ? this.#newest : null;
    return {
      step: this.step,
      slots: this.#ring.length,
      endpoints: [...endpoints],
      cells: cellStatus.map((status, i) => [cellEndpoint[i], status]),
      next: next ?? null,
      newest,
      closedAny: this.#closedAny,
      late: kept(this.late),
      open,
    };
  }

  /** Continues from a state; nothing may have been counted yet. @throws InputError when the state is of other steps */
  restore(state: StepsState): void {
    if (state.step !== this.step || state.slots !== this.#ring.length)
      throw new InputError("state: was kept with another step or allowance; give the same, or another file");
    for (const name of state.endpoints) this.endpoint(name);
    for (const [endpoint, status] of state.cells) this.cell(endpoint, status);
    const fill = (open: OpenStep, columns: readonly (readonly number[])[]) => {
      room(open, this.cellStatus.length, this.endpoints.length);
      [open.cells, open.slow, open.untimed].forEach((column, i) => {
        column.set(columns[i].slice(0, column.length));
      });
    };
    fill(this.late, state.late);
    for (const [slot, columns] of state.open) {
      const open = new OpenStep();
      fill(open, columns);
      this.#ring[slot] = open;
    }
    this.next = state.next ?? undefined;
    this.#newest = state.newest ?? Number.NEGATIVE_INFINITY;
    this.#closedAny = state.closedAny;
  }

  /** The counts in an open step, for all endpoints together. */
  totals({ cells, slow, untimed }: OpenStep): Totals {
    const totals: Totals = { requests: 0, clientErrors: 0, serverErrors: 0, timed: 0, slow: 0 };
    const { cellStatus, endpoints } = this;
    for (let cell = 0; cell < cellStatus.length; cell++) {
      const count = cells[cell];
      if (count === 0) continue;
      totals.requests += count;
      if (cellStatus[cell] >= 500) totals.serverErrors += count;
      else if (cellStatus[cell] >= 400) totals.clientErrors += count;
    }
    totals.timed = totals.requests;
    for (let endpoint = 0; endpoint < endpoints.length; endpoint++) {
      totals.timed -= untimed[endpoint];
      totals.slow += slow[endpoint];
    }
    return totals;
  }

  /** An open step as a point, which is valid until the step is emptied. */
  point(time: number, open: OpenStep | undefined): Point {
    const totals = open === undefined ? noTotals : this.totals(open);
    return { time, step: this.step, ...totals, quantile: (p) => quantileOf(open, p) };
  }
}

/** The state of `Steps` without response times. */
export interface StepsState {
  readonly step: number;
  readonly slots: number;
  readonly endpoints: readonly string[];
  readonly cells: readonly (readonly [endpoint: number, status: number])[];
  readonly next: number | null;
  readonly newest: number | null;
  readonly closedAny: boolean;
  readonly late: readonly (readonly number[])[];
  readonly open: readonly (readonly [slot: number, columns: readonly (readonly number[])[]])[];
}

const noTotals: Totals = { requests: 0, clientErrors: 0, serverErrors: 0, timed: 0, slow: 0 };

function quantileOf(open: OpenStep | undefined, p: number): number {
  const histogram = new Uint32Array(SKETCH_BINS);
  for (const sketch of open?.sketches ?? []) {
    if (sketch === undefined) continue;
    for (let bin = 0; bin < SKETCH_BINS; bin++) histogram[bin] += sketch.bins[bin];
  }
  return histogramQuantile(histogram, p) ?? Number.NaN;
}

function room(open: OpenStep, cells: number, endpoints: number): void {
  const grown = (column: Uint32Array, length: number) => {
    if (length <= column.length) return column;
    const longer = new Uint32Array(Math.max(length, 2 * column.length));
    longer.set(column);
    return longer;
  };
  open.cells = grown(open.cells, cells);
  open.slow = grown(open.slow, endpoints);
  open.untimed = grown(open.untimed, endpoints);
}
