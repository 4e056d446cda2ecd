import { type AddedRequests, Draw } from "../../scenario/incidents/kind.js";
import { momentText } from "../../scenario/moment.js";
import type { Endpoint } from "../../scenario/site.js";
import type { BaseRecords } from "../base/baseRecords.js";
import { type Batch, copyRow } from "../batch.js";
import { MOST_ROWS, type Plan, planOf } from "../plan.js";
import { hash32, PER_WORD } from "../random/stream.js";
import { type ActiveIncident, strength } from "./activate.js";

/** The requests that an incident adds. They are a log of their own, made in the same way as every log. */
export interface AddedTraffic {
  readonly active: ActiveIncident;
  readonly plan: Plan;
  /** By outcome in this plan's table: the same outcome's index in the site's own table. */
  readonly outcomes: Uint16Array;
  /** Whether a request is kept. The shape of the incident decides how many are. @param now milliseconds since 1970 */
  keeps(now: number, drawKey: number): boolean;
}

/** The traffic that an incident adds to a site; undefined for kinds that add no traffic. */
export function addedTraffic(active: ActiveIncident, site: Plan): AddedTraffic | undefined {
  const { adds } = active.kind;
  if (adds === undefined || active.end <= active.start) return undefined;
  const { scenario } = site;
  const { clients, answering = (endpoint) => endpoint, secondsInMinute = 60 } = adds;
  const { rate: _, ...shape } = scenario.traffic;
  const steady = {
    hours: new Array(24).fill(1),
    weekdays: new Array(7).fill(1),
    trend: 0,
    burstiness: 0.01,
  };
  const plan = planOf(
    {
      ...scenario,
      traffic: {
        ...shape,
        ...(clients && steady),
        start: momentText(active.start),
        end: momentText(active.end),
        rows: Math.min(MOST_ROWS, Math.round(rowsOf(active, site, secondsInMinute))),
      },
      visitors: { ...scenario.visitors, ...(clients ?? { regulars: regularsOf(active, site) }) },
      site: { ...scenario.site, endpoints: targets(active, site, adds).map(answering) },
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
    keeps: (now, drawKey) =>
      Math.floor(now / 1000) % 60 < secondsInMinute &&
      (!thinned || hash32(active.key, drawKey, Draw.thinning) * PER_WORD < strength(active, now)),
  };
}

/**
 * Number of regulars among the additional visitors, as a share of their sessions. The site's regulars come throughout
 * the log. The additional traffic has as many regulars for its number of requests, although it lasts for a part of the
 * log only.
 */
function regularsOf({ start, end }: ActiveIncident, { scenario, rows, rate, intensity }: Plan): number {
  const usual = rate * intensity.sum(start, end);
  return usual > 0 ? scenario.visitors.regulars * (rows / usual) : scenario.visitors.regulars;
}

/** Number of requests that the incident would add at full size, without its clients' pauses. */
function rowsOf({ kind, size, start, end, breadth, clients }: ActiveIncident, site: Plan, seconds: number) {
  return kind.adds?.clients === undefined
    ? size * (site.rate * site.intensity.sum(start, end) * breadth) * (clients ?? 1)
    : size * (site.rate * (end - start)) * (60 / seconds);
}

/** The endpoints that the incident names. If it names none: those that suit, or all if none suits. */
function targets({ incident, touches }: ActiveIncident, site: Plan, { suits }: AddedRequests): Endpoint[] {
  const { endpoints } = site.scenario.site;
  if (incident.endpoints) return endpoints.filter((_, e) => touches[e] === 1);
  const suitable = suits ? endpoints.filter(suits) : endpoints;
  return suitable.length > 0 ? suitable : endpoints;
}

/** Reads the requests that an incident adds, one after the other. */
export class AddedRecords {
  /** Time of the next request, milliseconds since 1970; infinite if there is no other. */
  time = 0;
  readonly #traffic: AddedTraffic;
  readonly #batches: Iterator<Batch>;
  readonly #drawKeySeed: number;
  #batch: Batch | undefined;
  #row = -1;
  #second = Number.NaN;
  #index = 0;

  constructor(
    traffic: AddedTraffic & { records: BaseRecords },
    drawKeySeed: number,
    from: number,
    to: number,
  ) {
    this.#traffic = traffic;
    const { start, end } = traffic.plan;
    this.#batches = traffic.records.batches(Math.max(from, start * 1000), Math.min(to, end * 1000));
    this.#drawKeySeed = hash32(drawKeySeed, traffic.active.key);
    this.#advance();
  }

  /** Bit of the incident. */
  get bit(): number {
    return this.#traffic.active.bit;
  }

  /** Copies the next request to a row of a batch and moves on to the one after it. */
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
      const { second, millisecond, drawKey } = this.#batch;
      if (second[this.#row] !== this.#second) {
        this.#second = second[this.#row];
        this.#index = 0;
      }
      drawKey[this.#row] = hash32(this.#drawKeySeed, this.#second, this.#index++);
      this.time = this.#second * 1000 + millisecond[this.#row];
      if (this.#traffic.keeps(this.time, drawKey[this.#row])) return;
    }
  }
}
