import { Sketches } from "./sketch.js";

/** The counts in each step of a series. */
export interface SeriesCounts {
  /** Requests. */
  readonly requests: Float64Array;
  /** Requests that failed through the client's fault: status 400 to 499. */
  readonly clientErrors: Float64Array;
  /** Requests that failed through the server's fault: status 500 to 599. */
  readonly serverErrors: Float64Array;
  /** Requests whose response time is known: all requests, unless the log lacks some response times. */
  readonly timed: Float64Array;
  /** Of these, requests over the latency objective. */
  readonly slow: Float64Array;
}

/** The names of the counts, in the order of the columns. */
export const countNames = [
  "requests",
  "clientErrors",
  "serverErrors",
  "timed",
  "slow",
] as const satisfies (keyof SeriesCounts)[];

/** The counts in one step, or in total. */
export type Totals = Record<(typeof countNames)[number], number>;

/** One step of a series. */
export interface Point extends Readonly<Totals> {
  /** Beginning of the step, milliseconds since 1970. */
  readonly time: number;
  /** Length of the step in milliseconds. */
  readonly step: number;
  /**
   * Quantile of the step's response times in milliseconds, to within 0.4 %; NaN if it has none. To be called before the
   * next point comes.
   * @param p 0 to 1
   */
  quantile(p: number): number;
}

/** The columns of one endpoint, or of all endpoints together. */
export interface SeriesColumns extends SeriesCounts {
  /** The response times of each step. */
  readonly latency: Sketches;
  /** Requests by status, for each status that occurs; empty unless requested. */
  readonly statuses: ReadonlyMap<number, Float64Array>;
}

/**
 * A log in regular steps. It has every step from the first to the last; a step in which nothing was logged is a gap,
 * with 0 requests and no quantiles.
 */
export interface Series extends SeriesColumns {
  /** Beginning of the first step, milliseconds since 1970; a whole multiple of `step`. */
  readonly start: number;
  /** Length of a step in milliseconds. */
  readonly step: number;
  /** Number of steps. */
  readonly length: number;
  /** Response time in milliseconds over which a request is slow. */
  readonly latencyObjective: number;
  /** The same by endpoint, if requested. Endpoints past the maximum number are counted under `otherEndpoints`. */
  readonly endpoints: ReadonlyMap<string, SeriesColumns>;
  /**
   * Requests that came after their step was closed and are in no step. Together with the steps, they are all requests.
   */
  readonly late: Totals;
  /** A step as a point. @param index 0 to length − 1 */
  point(index: number): Point;
}

/** The name under which the endpoints past the maximum number are counted together. No path looks like this. */
export const otherEndpoints = "(other)";

/** The periods in which nothing was logged: start and end (excluded) in milliseconds since 1970. */
export function gaps({ requests, start, step, length }: Series): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let i = 0; i < length; i++) {
    if (requests[i] > 0) continue;
    const from = i;
    while (i < length && requests[i] === 0) i++;
    found.push({ start: start + from * step, end: start + i * step });
  }
  return found;
}

/** A series from its columns. */
export function seriesOf(
  columns: SeriesColumns,
  about: Pick<Series, "start" | "step" | "latencyObjective" | "late"> &
    Partial<Pick<Series, "endpoints" | "length">>,
): Series {
  const { requests, clientErrors, serverErrors, timed, slow, latency } = columns;
  const { start, step } = about;
  return {
    endpoints: new Map(),
    length: requests.length,
    ...about,
    ...columns,
    point: (index) => ({
      time: start + index * step,
      step,
      requests: requests[index],
      clientErrors: clientErrors[index],
      serverErrors: serverErrors[index],
      timed: timed[index],
      slow: slow[index],
      quantile: (p) => latency.quantile(index, p),
    }),
  };
}

/** Columns to which steps are added one by one. */
export class GrowingColumns {
  #columns: Record<(typeof countNames)[number], Float64Array>;
  readonly latency = new Sketches();
  readonly #statuses = new Map<number, Float64Array>();
  #length = 0;

  constructor() {
    const column = () => new Float64Array(1024);
    this.#columns = {
      requests: column(),
      clientErrors: column(),
      serverErrors: column(),
      timed: column(),
      slow: column(),
    };
  }

  /** Adds to the step that is being written. */
  add(name: (typeof countNames)[number], count: number): void {
    this.#columns[name][this.#length] += count;
  }

  /** Adds to a status in the step that is being written. */
  addStatus(status: number, count: number): void {
    let column = this.#statuses.get(status);
    if (column === undefined || this.#length >= column.length) {
      const longer = new Float64Array(this.#columns.requests.length);
      if (column !== undefined) longer.set(column);
      column = longer;
      this.#statuses.set(status, column);
    }
    column[this.#length] += count;
  }

  /** Ends the step that is being written, including its response times. */
  endStep(): void {
    this.latency.endStep();
    this.#nextStep();
  }

  #nextStep(): void {
    this.#length++;
    if (this.#length < this.#columns.requests.length) return;
    for (const name of countNames) {
      const longer = new Float64Array(2 * this.#length);
      longer.set(this.#columns[name]);
      this.#columns[name] = longer;
    }
  }

  /** Ends steps until there are `length`. The caller adds their response times. */
  fillTo(length: number): void {
    while (this.#length < length) this.#nextStep();
  }

  /** The columns, cut to their length. */
  columns(): SeriesColumns {
    const { requests, clientErrors, serverErrors, timed, slow } = this.#columns;
    const cut = (column: Float64Array) => {
      const whole = new Float64Array(this.#length);
      whole.set(column.subarray(0, this.#length));
      return whole;
    };
    return {
      requests: cut(requests),
      clientErrors: cut(clientErrors),
      serverErrors: cut(serverErrors),
      timed: cut(timed),
      slow: cut(slow),
      latency: this.latency,
      statuses: new Map([...this.#statuses].sort(([a], [b]) => a - b).map(([s, c]) => [s, cut(c)])),
    };
  }
}
