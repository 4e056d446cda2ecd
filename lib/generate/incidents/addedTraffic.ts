import type { Endpoint, Scenario } from "../../scenario/types.js";
import type { Generation } from "../base/base.js";
import { type Batch, copyRow } from "../batch.js";
import { type Plan, planOf } from "../plan.js";
import { hash32 } from "../random/stream.js";
import { type ActiveIncident, strength } from "./incidents.js";

/** Requests that an incident adds: a log of its own, made as every log is. */
export interface AddedTraffic {
  readonly active: ActiveIncident;
  readonly plan: Plan;
  /** Outcome in the site's own table, by outcome in this plan's. */
  readonly outcomes: Uint16Array;
  /** Whether a request is kept: the shape of the incident thins its stream. @param now milliseconds since 1970 */
  keeps(now: number, address: number): boolean;
}

/** Seconds of each minute in which a scraper fetches; then it waits. */
const SCRAPER_WORKS = 45;

/** The traffic that an incident adds to a site; undefined for kinds that add none of their own. */
export function addedTraffic(active: ActiveIncident, site: Plan): AddedTraffic | undefined {
  const { kind } = active.incident;
  if (active.end <= active.start) return undefined;
  const usual = site.rate * site.intensity.sum(active.start, active.end) * active.breadth;
  const steady = site.rate * (active.end - active.start);
  switch (kind) {
    case "traffic_surge": {
      // more of the usual visitors, at the usual hours
      const rows = active.size * usual * (active.incident.clients ?? 1);
      return traffic(
        active,
        site,
        rows,
        {},
        targets(active, site, () => true),
      );
    }
    case "scraper": {
      const pages = targets(active, site, ({ method, phase }) => method === "GET" && phase !== "entry");
      const greedy = pages.map((page) => ({
        ...page,
        popularity: 1,
        status: { ...page.status, 429: 0.03 * sum(page.status) },
      }));
      const alone = { bots: { share: 1, clients: 1 } };
      const rows = active.size * steady * (60 / SCRAPER_WORKS);
      return traffic(active, site, rows, alone, greedy, (now) => Math.floor(now / 1000) % 60 < SCRAPER_WORKS);
    }
    case "credential_stuffing": {
      const logins = targets(active, site, ({ route }) => /login|auth|session|token|signin/i.test(route));
      const refused = logins.map((login) => ({
        ...login,
        phase: undefined,
        status: { 401: 97, 429: 2.5, 200: 0.5 },
      }));
      const manyHands = {
        bots: { share: 0, clients: 1 },
        requestsPerSession: { median: 2, spread: 0.5 },
        secondsBetweenRequests: { median: 4, spread: 0.5 },
        deepVisits: { share: 0, requests: 1 },
        returning: 0,
      };
      return traffic(active, site, active.size * steady, manyHands, refused);
    }
    default:
      return undefined;
  }
}

function traffic(
  active: ActiveIncident,
  site: Plan,
  rows: number,
  visitors: Partial<Scenario["visitors"]>,
  endpoints: Endpoint[],
  works: (now: number) => boolean = () => true,
): AddedTraffic {
  const { scenario } = site;
  const moment = (second: number) => new Date(second * 1000).toISOString().replace(".000", "");
  const steady = active.incident.kind !== "traffic_surge";
  const { rate: _, ...shape } = scenario.traffic;
  const plan = planOf(
    {
      ...scenario,
      traffic: {
        ...shape,
        ...(steady && {
          hours: new Array(24).fill(1),
          weekdays: new Array(7).fill(1),
          trend: 0,
          burstiness: 0.01,
        }),
        start: moment(active.start),
        end: moment(active.end),
        rows: Math.min(1e10, Math.round(rows)),
      },
      visitors: { ...scenario.visitors, ...visitors },
      site: { ...scenario.site, endpoints },
      incidents: [],
      randomIncidents: 0,
    },
    active.key,
  );
  const names = new Map(scenario.site.endpoints.map(({ method, route }, e) => [`${method} ${route}`, e]));
  const outcomes = Uint16Array.from(plan.outcomes, ({ endpoint, status }) =>
    site.outcomeOf(names.get(`${endpoint.method} ${endpoint.route}`)!, status),
  );
  const thinned = active.shape !== "step";
  return {
    active,
    plan,
    outcomes,
    keeps: (now, address) =>
      works(now) && (!thinned || hash32(active.key, address, 10) / 4294967296 < strength(active, now)),
  };
}

/** The endpoints that were named; else those that suit, or all when none does. */
function targets(active: ActiveIncident, site: Plan, suits: (endpoint: Endpoint) => boolean): Endpoint[] {
  const { endpoints } = site.scenario.site;
  if (active.incident.endpoints) return endpoints.filter((_, e) => active.touches[e] === 1);
  const suitable = endpoints.filter(suits);
  return suitable.length > 0 ? suitable : endpoints;
}

function sum(mix: Record<string, number>): number {
  return Object.values(mix).reduce((a, b) => a + b, 0);
}

/** A reader of the requests that an incident adds, one after the other. */
export class Added {
  /** Moment of the next request, milliseconds since 1970; infinite when there is none. */
  time = 0;
  readonly #traffic: AddedTraffic;
  readonly #batches: Iterator<Batch>;
  readonly #addressKey: number;
  #batch: Batch | undefined;
  #row = -1;
  #second = Number.NaN;
  #index = 0;

  constructor(
    traffic: AddedTraffic & { generation: Generation },
    addressKey: number,
    from: number,
    to: number,
  ) {
    this.#traffic = traffic;
    const { start, end } = traffic.plan;
    this.#batches = traffic.generation.batches(Math.max(from, start * 1000), Math.min(to, end * 1000));
    this.#addressKey = hash32(addressKey, traffic.active.key);
    this.#advance();
  }

  /** Bit of the incident. */
  get bit(): number {
    return this.#traffic.active.bit;
  }

  /** Copies the next request to a row of a batch; the one after it becomes the next. */
  copyTo(target: Batch, row: number): void {
    copyRow(this.#batch!, this.#row, target, row);
    target.outcome[row] = this.#traffic.outcomes[target.outcome[row]];
    this.#advance();
  }

  #advance(): void {
    for (;;) {
      this.#row++;
      while (this.#batch === undefined || this.#row >= this.#batch.length) {
        const { value, done } = this.#batches.next();
        if (done) {
          this.time = Number.POSITIVE_INFINITY;
          return;
        }
        this.#batch = value;
        this.#row = 0;
      }
      const { second, millisecond, address } = this.#batch;
      if (second[this.#row] !== this.#second) {
        this.#second = second[this.#row];
        this.#index = 0;
      }
      address[this.#row] = hash32(this.#addressKey, this.#second, this.#index++);
      this.time = this.#second * 1000 + millisecond[this.#row];
      if (this.#traffic.keeps(this.time, address[this.#row])) return;
    }
  }
}
