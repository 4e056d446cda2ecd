import { InputError, quoted } from "../errors.js";
import type { Columns } from "../record.js";
import { type Asked, type AskOptions, ask } from "./ask.js";

/** How two logs are compared. */
export interface CompareOptions extends AskOptions {
  /** What the columns of the two are called: "a" and "b" unless told. */
  names?: readonly [string, string];
}

/** Two logs side by side, as tables; `a` and `b` stand for their names. */
export interface Compared {
  readonly names: readonly [string, string];
  /** A row a measure: `measure`, `a`, `b`, and `change_percent` from a to b. */
  readonly measures: Columns;
  /** A row a status code: `status_code`, requests in `a` and `b`, and their shares `a_percent` and `b_percent`. */
  readonly statuses: Columns;
  /**
   * A row an endpoint, the busiest in both together first: `endpoint`, requests in `a` and `b`, and of both the shares
   * of all requests (`a_percent`), of server errors (`a_failed_percent`) and `a_p95_ms`.
   */
  readonly endpoints: Columns;
  /**
   * What changed beyond chance, the surest first, at most 20: `endpoint`, `measure`, `a`, `b`, `ratio` (b as a multiple
   * of a, empty where a is 0) and `standard_errors`.
   */
  readonly changes: Columns;
}

/** A difference of this many standard errors among a few hundred differences is hardly ever due to chance. */
const leastErrors = 4;
const mostChanges = 20;
const all = 1_000_000; // endpoints: as many as a question takes

/**
 * Compares two logs: their counts, status codes, endpoints and response times, and what changed most. Whether a
 * difference is more than chance is reckoned as if each request were by itself: visitors who ask for much make it look
 * surer than it is. Of response times, the standard error of a median is that of a lognormal distribution through the
 * 50th and the 95th percentile.
 * @throws InputError when an option is wrong, or a log cannot be read or holds no record
 */
export async function compare(a: Asked, b: Asked, options: CompareOptions = {}): Promise<Compared> {
  const { names = ["a", "b"], ...reading } = options;
  checkNames(names);
  const sides = [await sideOf(a, reading), await sideOf(b, reading)] as const;
  for (const [i, { overall }] of sides.entries())
    if (overall.requests === 0) throw new InputError(`${"ab"[i]}: the log holds no record to compare`);
  return {
    names,
    measures: measuresOf(names, sides),
    statuses: statusesOf(names, sides),
    endpoints: endpointsOf(names, sides),
    changes: changesOf(names, sides),
  };
}

function checkNames(names: unknown): void {
  const isName = (name: unknown) => typeof name === "string" && name.trim() !== "";
  if (!Array.isArray(names) || names.length !== 2 || !names.every(isName) || names[0] === names[1])
    throw new InputError(
      `names: got ${quoted(names)}, but it must be two different texts such as ["before", "after"]`,
    );
}

type Row = Record<string, number | string | null>;

/** One of the two logs. */
interface Side {
  readonly overall: Readonly<Record<string, number | null>>;
  readonly statuses: ReadonlyMap<number, number>;
  readonly endpoints: ReadonlyMap<string, Readonly<Endpoint>>;
}

interface Endpoint {
  requests: number;
  serverErrors: number;
  p50: number | null;
  p95: number | null;
}

async function sideOf(log: Asked, reading: AskOptions): Promise<Side> {
  const rows = async (question: string, params = {}): Promise<Row[]> => {
    const columns = await ask(question, log, params, reading);
    const names = Object.keys(columns);
    return columns[names[0]!]!.map((_, i) =>
      Object.fromEntries(names.map((name) => [name, columns[name]![i]!])),
    );
  };
  const [overview] = await rows("overview");
  const [rates] = await rows("error_rate");
  const endpoints = new Map<string, Endpoint>();
  for (const row of await rows("status_codes_by_endpoint", { top: all })) {
    const path = String(row.endpoint);
    const endpoint = endpoints.get(path) ?? { requests: 0, serverErrors: 0, p50: null, p95: null };
    endpoints.set(path, endpoint);
    endpoint.requests += Number(row.requests);
    if (Number(row.status_code) >= 500) endpoint.serverErrors += Number(row.requests);
  }
  for (const row of await rows("response_times_by_endpoint", { top: all }))
    Object.assign(endpoints.get(String(row.endpoint))!, { p50: row.p50_ms, p95: row.p95_ms });
  const statuses = new Map<number, number>();
  for (const row of await rows("status_codes")) statuses.set(Number(row.status_code), Number(row.requests));
  const { requests, clients, p50_ms, p95_ms } = overview!;
  const seconds =
    (Date.parse(String(overview!.last_request)) - Date.parse(String(overview!.first_request))) / 1000;
  return {
    overall: {
      requests: Number(requests),
      hours: rounded(seconds / 3600),
      requests_per_minute: seconds > 0 ? rounded((60 * Number(requests)) / seconds) : null,
      clients: Number(clients),
      endpoints: endpoints.size,
      client_error_percent: number(rates!.client_error_percent),
      server_error_percent: number(rates!.server_error_percent),
      p50_ms: number(p50_ms),
      p95_ms: number(p95_ms),
    },
    statuses,
    endpoints,
  };
}

const number = (value: string | number | null | undefined) => (typeof value === "number" ? value : null);
const rounded = (value: number) => Math.round(100 * value) / 100;
const share = (part: number, whole: number) => rounded((100 * part) / whole);

type Sides = readonly [Side, Side];
type Names = readonly [string, string];

function measuresOf([a, b]: Names, [first, second]: Sides): Columns {
  const measures = Object.keys(first.overall);
  const change = (measure: string) => {
    const [from, to] = [first.overall[measure]!, second.overall[measure]!];
    return from === null || to === null || from === 0 ? null : rounded((100 * (to - from)) / from);
  };
  return {
    measure: measures,
    [a]: measures.map((measure) => first.overall[measure]!),
    [b]: measures.map((measure) => second.overall[measure]!),
    change_percent: measures.map(change),
  };
}

function statusesOf([a, b]: Names, sides: Sides): Columns {
  const codes = [...new Set(sides.flatMap(({ statuses }) => [...statuses.keys()]))].sort((x, y) => x - y);
  const requests = ({ statuses }: Side) => codes.map((code) => statuses.get(code) ?? 0);
  const percent = (side: Side) => requests(side).map((n) => share(n, side.overall.requests!));
  return {
    status_code: codes,
    [a]: requests(sides[0]),
    [b]: requests(sides[1]),
    [`${a}_percent`]: percent(sides[0]),
    [`${b}_percent`]: percent(sides[1]),
  };
}

const none: Endpoint = { requests: 0, serverErrors: 0, p50: null, p95: null };

function endpointsOf([a, b]: Names, sides: Sides): Columns {
  const counted = ({ endpoints }: Side, path: string) => endpoints.get(path) ?? none;
  const both = (path: string) => counted(sides[0], path).requests + counted(sides[1], path).requests;
  const paths = [...new Set(sides.flatMap(({ endpoints }) => [...endpoints.keys()]))].sort(
    (x, y) => both(y) - both(x),
  );
  const column = (side: Side, of: (endpoint: Endpoint) => number | null) =>
    paths.map((path) => of(counted(side, path)));
  const pair = (suffix: string, of: (endpoint: Endpoint, side: Side) => number | null) => ({
    [`${a}${suffix}`]: column(sides[0], (endpoint) => of(endpoint, sides[0])),
    [`${b}${suffix}`]: column(sides[1], (endpoint) => of(endpoint, sides[1])),
  });
  return {
    endpoint: paths,
    ...pair("", ({ requests }) => requests),
    ...pair("_percent", ({ requests }, { overall }) => share(requests, overall.requests!)),
    ...pair("_failed_percent", ({ requests, serverErrors }) =>
      requests > 0 ? share(serverErrors, requests) : null,
    ),
    ...pair("_p95_ms", ({ p95 }) => p95),
  };
}

interface Change {
  readonly endpoint: string;
  readonly measure: string;
  readonly from: number;
  readonly to: number;
  readonly errors: number;
}

function changesOf([a, b]: Names, [first, second]: Sides): Columns {
  const [allA, allB] = [first.overall.requests!, second.overall.requests!];
  const found: Change[] = [];
  for (const endpoint of new Set([...first.endpoints.keys(), ...second.endpoints.keys()])) {
    const [x, y] = [first.endpoints.get(endpoint) ?? none, second.endpoints.get(endpoint) ?? none];
    const add = (measure: string, from: number, to: number, errors: number) =>
      found.push({ endpoint, measure, from, to, errors });
    const shares = [share(x.requests, allA), share(y.requests, allB)] as const;
    add("percent of requests", ...shares, errorsOfShares(x.requests, allA, y.requests, allB));
    if (x.requests === 0 || y.requests === 0) continue;
    const failed = [share(x.serverErrors, x.requests), share(y.serverErrors, y.requests)] as const;
    add(
      "percent failed (5xx)",
      ...failed,
      errorsOfShares(x.serverErrors, x.requests, y.serverErrors, y.requests),
    );
    if (x.p50 !== null && y.p50 !== null) add("p50 (ms)", x.p50, y.p50, errorsOfMedians(x, y));
  }
  const changes = found
    .filter(({ errors }) => Math.abs(errors) >= leastErrors)
    .sort((one, other) => Math.abs(other.errors) - Math.abs(one.errors))
    .slice(0, mostChanges);
  return {
    endpoint: changes.map(({ endpoint }) => endpoint),
    measure: changes.map(({ measure }) => measure),
    [a]: changes.map(({ from }) => from),
    [b]: changes.map(({ to }) => to),
    ratio: changes.map(({ from, to }) => (from > 0 ? rounded(to / from) : null)),
    standard_errors: changes.map(({ errors }) => Math.round(10 * errors) / 10),
  };
}

/** How many standard errors two shares are apart, pooled, as in the test of two proportions. */
function errorsOfShares(partA: number, allA: number, partB: number, allB: number): number {
  const pooled = (partA + partB) / (allA + allB);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / allA + 1 / allB));
  return error > 0 ? (partB / allB - partA / allA) / error : 0;
}

/**
 * The same of the logarithms of two medians, whose standard error is sqrt(π/2) σ / sqrt(n) for a normal distribution, and
 * the error of rounding to hundredths of a millisecond: without it, times that are all the same would have none.
 */
function errorsOfMedians(x: Endpoint, y: Endpoint): number {
  const z95 = 1.6449; // the 95th percentile of the standard normal distribution
  const variance = ({ requests, p50, p95 }: Endpoint) => {
    const sigma = Math.log(known(p95) / known(p50)) / z95;
    return ((Math.PI / 2) * sigma ** 2) / requests + (0.01 / known(p50)) ** 2 / 12;
  };
  return Math.log(known(y.p50) / known(x.p50)) / Math.sqrt(variance(x) + variance(y));
}

/** A record has hundredths of a millisecond: 0 is a time shorter than half of one. */
const known = (milliseconds: number | null) => Math.max(milliseconds ?? 0, 0.005);
