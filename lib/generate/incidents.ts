import { shapeOf, sizes } from "../scenario/incident.js";
import type { Endpoint, Incident, IncidentKind, Scenario } from "../scenario/scenario.js";
import { momentOf } from "../scenario/scenario.js";
import type { Batch } from "./batch.js";
import { hash32 } from "./random.js";

/**
 * What each kind of incident does to requests. An incident draws by the record's own address, so that it is
 * the same whatever else happens, and nothing but what it touches changes without it.
 */

/** An incident ready to be laid over a log. */
export interface ActiveIncident {
  readonly incident: Incident;
  /** Its place in the list of all incidents, and so its bit in a record's labels. */
  readonly bit: number;
  /** First second since 1970, and the end, excluded. */
  readonly start: number;
  readonly end: number;
  readonly size: number;
  /** Share of the visitors that it touches; undefined for all. */
  readonly clients: number | undefined;
  readonly shape: "step" | "ramp" | "pulse";
  /** All its draws derive from this. */
  readonly key: number;
  /** 1 for the scenario's endpoints that it touches. */
  readonly touches: Uint8Array;
  /** Share of the site's requests that go to the endpoints that it touches, 0 to 1. */
  readonly breadth: number;
  /** Second at which a failure that spreads reaches an endpoint. */
  readonly reaches: Float64Array;
  /** What it does to a request; undefined for a kind that only adds some. */
  readonly effect: Effect | undefined;
}

/** Milliseconds at most between a failed request and its repetition: how far an overlay looks back. */
export const RETRY_WITHIN = 60_000;

const UNIT = 1 / 4294967296;

/** Works out what an incident touches, from the scenario and the key of all incidents of the seed. */
export function activate(
  incident: Incident,
  bit: number,
  scenario: Scenario,
  seedKey: number,
): ActiveIncident {
  const { endpoints } = scenario.site;
  const start = momentOf(incident.start)!;
  const end = Math.min(start + incident.seconds, momentOf(scenario.traffic.end)!);
  const key = [...incident.id].reduce((hash, letter) => hash32(hash, letter.charCodeAt(0)), seedKey);
  const named = incident.endpoints;
  const touches = Uint8Array.from(endpoints, ({ route }) =>
    named === undefined || named.includes(route) ? 1 : 0,
  );
  const reaches = new Float64Array(endpoints.length).fill(start);
  if (incident.kind === "dependency_failure") {
    // It begins at the named endpoints, or at the most popular one, and spreads to three of five others.
    const first = named === undefined ? mostPopular(scenario) : -1;
    endpoints.forEach((_, e) => {
      const begins = named === undefined ? e === first : touches[e] === 1;
      const spread = hash32(key, e, 3) * UNIT;
      touches[e] = begins || spread < 0.6 ? 1 : 0;
      reaches[e] = begins ? start : start + Math.round((0.1 + spread) * (end - start));
    });
  }
  return {
    incident,
    bit,
    start,
    end,
    shape: shapeOf(incident),
    size: incident.size ?? sizes[incident.kind].usual,
    clients: incident.clients,
    key,
    touches,
    breadth: popularity(endpoints.filter((_, e) => touches[e] === 1)) / popularity(endpoints),
    reaches,
    effect: effects[incident.kind],
  };
}

function popularity(endpoints: readonly Endpoint[]): number {
  return endpoints.reduce((sum, endpoint) => sum + endpoint.popularity, 0);
}

function mostPopular({ site }: Scenario): number {
  return site.endpoints.reduce(
    (best, { popularity }, e, all) => (popularity > all[best].popularity ? e : best),
    0,
  );
}

/** How much of its size an incident has at a moment at which it happens, 0 to 1. @param now milliseconds since 1970 */
export function strength({ shape, start, end }: ActiveIncident, now: number): number {
  if (shape === "step") return 1;
  const x = (now / 1000 - start) / (end - start);
  return shape === "ramp" ? x : 1 - Math.abs(2 * x - 1);
}

/** What incidents need to know of the site whose records they change. */
export interface Site {
  /** By outcome: index of its endpoint, and its status. */
  readonly endpointOf: Uint16Array;
  readonly statusOf: Uint16Array;
  /** Index of the outcome of an endpoint that answers with a status. */
  readonly outcomeOf: (endpoint: number, status: number) => number;
  /** Usual utilisation at a second since 1970, 0 to 1: the scenario's, times the season's intensity. */
  readonly utilisation: (second: number) => number;
  /** The proxy's time limit in hundredths of a millisecond. */
  readonly limit: number;
  /** Draws the time that an outcome takes. @param word 32 random bits */
  readonly answerTime: (outcome: number, word: number) => number;
}

/** What becomes of a request: 0 it is not touched, 1 changed in place, 2 gone. */
export const UNTOUCHED = 0;
/** The request was changed in place. */
export const CHANGED = 1;
/** The request is gone. */
export const GONE = 2;

/** What a kind of incident does to one record. */
export type Effect = (active: ActiveIncident, site: Site, batch: Batch, row: number, time: number) => number;

/**
 * Lays an incident with an effect over one record of a batch, of a second in which it happens. Changes the record in
 * place; says what became of it.
 */
export function affect(
  active: ActiveIncident,
  effect: Effect,
  site: Site,
  batch: Batch,
  row: number,
): number {
  const { clients, key } = active;
  if (clients !== undefined && hash32(key, batch.visitor[row], 5) * UNIT >= clients) return UNTOUCHED;
  return effect(active, site, batch, row, batch.second[row] * 1000 + batch.millisecond[row]);
}

function isTouched(
  { touches }: ActiveIncident,
  { endpointOf }: Site,
  { outcome }: Batch,
  row: number,
): boolean {
  return touches[endpointOf[outcome[row]]] === 1;
}

const effects: Partial<Record<IncidentKind, Effect>> = {
  outage(active, site, batch, row, time) {
    const level = active.size * strength(active, time);
    if (leaves(active, batch.visitor[row], time, level)) return GONE;
    if (!isTouched(active, site, batch, row)) return UNTOUCHED;
    const u = draw(active, batch.address[row], 1);
    if (u >= level) return UNTOUCHED;
    const kind = u / level;
    return fail(active, site, batch, row, kind < 0.7 ? 503 : kind < 0.9 ? 502 : 504);
  },

  error_burst(active, site, batch, row, time) {
    if (!isTouched(active, site, batch, row)) return UNTOUCHED;
    if (draw(active, batch.address[row], 1) >= active.size * strength(active, time)) return UNTOUCHED;
    return fail(active, site, batch, row, 500);
  },

  latency_spike(active, site, batch, row, time) {
    if (!isTouched(active, site, batch, row)) return UNTOUCHED;
    return slow(site, batch, row, 1 + (active.size - 1) * strength(active, time));
  },

  // Memory fills up: slow at first, then ever faster, with the first errors near the end; the restart heals it.
  slow_leak(active, site, batch, row, time) {
    if (!isTouched(active, site, batch, row)) return UNTOUCHED;
    const x = strength(active, time);
    if (draw(active, batch.address[row], 1) < 0.08 * x * x * x * x)
      return fail(active, site, batch, row, 503);
    return slow(site, batch, row, 1 + (active.size - 1) * x * x);
  },

  // The extra requests are a stream of their own; what they do to the others there is to fill the queue.
  traffic_surge(active, site, batch, row, time) {
    if (!isTouched(active, site, batch, row)) return UNTOUCHED;
    const { size, breadth, clients } = active;
    const utilisation = site.utilisation(batch.second[row]);
    const usual = Math.min(0.95, utilisation);
    const now = utilisation * (1 + size * strength(active, time) * breadth * (clients ?? 1));
    const shed = now > 0.95 ? 1 - 0.95 / now : 0;
    if (draw(active, batch.address[row], 1) < shed) return fail(active, site, batch, row, 503);
    return slow(site, batch, row, (1 - usual) / (1 - Math.min(0.95, now)));
  },

  traffic_drop(active, site, batch, row, time) {
    if (!isTouched(active, site, batch, row)) return UNTOUCHED;
    const level = active.size * strength(active, time);
    return hash32(active.key, batch.visitor[row], 2) * UNIT < level ? GONE : UNTOUCHED;
  },

  bad_deploy(active, site, batch, row, time) {
    if (!isTouched(active, site, batch, row)) return UNTOUCHED;
    const level = strength(active, time);
    if (draw(active, batch.address[row], 1) < 0.03 * level) return fail(active, site, batch, row, 500);
    return slow(site, batch, row, 1 + (active.size - 1) * level);
  },

  dependency_failure(active, site, batch, row, time) {
    if (!isTouched(active, site, batch, row)) return UNTOUCHED;
    if (time < active.reaches[site.endpointOf[batch.outcome[row]]] * 1000) return UNTOUCHED;
    const level = active.size * strength(active, time);
    const u = draw(active, batch.address[row], 1);
    if (u < level) return fail(active, site, batch, row, u < 0.6 * level ? 504 : 500);
    return slow(site, batch, row, 1 + 2 * strength(active, time));
  },
};

/** Whether a visitor has given up by now: of those who meet failures some do, after half a minute to five. */
function leaves(
  { key, start, breadth }: ActiveIncident,
  visitor: number,
  time: number,
  level: number,
): boolean {
  if (time < (start + 30) * 1000 || hash32(key, visitor, 6) * UNIT >= 0.35 * breadth * level) return false;
  return time >= (start + 30 + hash32(key, visitor, 7) * UNIT * 270) * 1000;
}

/**
 * When the visitor of a failed request tries again: milliseconds since 1970, or 0 when not. A third do, within
 * a minute. Only an outage makes people try again.
 * @param time of the failed request @param address its own
 */
export function retryTime(active: ActiveIncident, time: number, address: number): number {
  if (active.incident.kind !== "outage" || draw(active, address, 8) >= 0.35) return 0;
  const u = draw(active, address, 9);
  return time + 1000 + Math.floor(u * u * (RETRY_WITHIN - 1000));
}

function draw({ key }: ActiveIncident, address: number, purpose: number): number {
  return hash32(key, address, purpose) * UNIT;
}

function fail({ key }: ActiveIncident, site: Site, batch: Batch, row: number, status: number): number {
  const { endpointOf, outcomeOf, answerTime } = site;
  const outcome = outcomeOf(endpointOf[batch.outcome[row]], status);
  const latency = answerTime(outcome, hash32(key, batch.address[row], 4));
  if (batch.outcome[row] === outcome && batch.latency[row] === latency) return UNTOUCHED;
  batch.outcome[row] = outcome;
  batch.latency[row] = latency;
  return CHANGED;
}

/** Lengthens an answer; one that would take longer than the proxy waits becomes a 504. */
function slow({ endpointOf, statusOf, outcomeOf, limit }: Site, batch: Batch, row: number, factor: number) {
  const outcome = batch.outcome[row];
  const status = statusOf[outcome];
  if (factor <= 1 || status === 502 || status === 503 || status === 504) return UNTOUCHED;
  const latency = Math.floor(batch.latency[row] * factor + 0.5);
  if (latency === batch.latency[row]) return UNTOUCHED;
  if (latency >= limit) {
    batch.outcome[row] = outcomeOf(endpointOf[outcome], 504);
    batch.latency[row] = limit;
  } else {
    batch.latency[row] = latency;
  }
  return CHANGED;
}
