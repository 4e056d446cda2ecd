import { shapeOf, sizes } from "../scenario/incident.js";
import type { Endpoint, Incident, IncidentKind, Scenario } from "../scenario/scenario.js";
import { momentOf } from "../scenario/scenario.js";
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
  readonly shape: "step" | "ramp" | "pulse";
  /** All its draws derive from this. */
  readonly key: number;
  /** 1 for the scenario's endpoints that it touches. */
  readonly touches: Uint8Array;
  /** Share of the site's requests that go to the endpoints that it touches, 0 to 1. */
  readonly breadth: number;
  /** Second at which it reaches an endpoint; for all kinds but one the start. */
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

/** How much of its size an incident has at a moment, 0 to 1. @param now milliseconds since 1970 */
export function strength({ shape, start, end }: ActiveIncident, now: number): number {
  const x = (now / 1000 - start) / (end - start);
  if (x < 0 || x >= 1) return 0;
  switch (shape) {
    case "step":
      return 1;
    case "ramp":
      return x;
    case "pulse":
      return 1 - Math.abs(2 * x - 1);
  }
}

/** A record as an overlay sees it and may change it. */
export interface Request {
  /** Milliseconds since 1970. */
  time: number;
  visitor: number;
  endpoint: number;
  status: number;
  /** Hundredths of a millisecond. */
  latency: number;
  /** Where its draws come from: 32 bits of its own. */
  address: number;
}

/** What the site is like at the moment of a request. */
export interface Conditions {
  /** Usual utilisation, 0 to 1: the scenario's, times the season's intensity. */
  readonly utilisation: number;
  /** The proxy's time limit in hundredths of a millisecond. */
  readonly limit: number;
  /** Draws the time that an answer with this status takes. @param word 32 random bits */
  readonly answerTime: (endpoint: number, status: number, word: number) => number;
}

/** What becomes of a request: 0 it is not touched, 1 changed in place, 2 gone. */
export const UNTOUCHED = 0;
/** The request was changed in place. */
export const CHANGED = 1;
/** The request is gone. */
export const GONE = 2;

type Effect = (active: ActiveIncident, request: Request, level: number, conditions: Conditions) => number;

/** Lays an incident over one request, changing it in place; says what became of it. */
export function affect(active: ActiveIncident, request: Request, conditions: Conditions): number {
  const { effect } = active;
  if (effect === undefined) return UNTOUCHED;
  if (request.time < active.reaches[request.endpoint] * 1000 || request.time >= active.end * 1000)
    return UNTOUCHED;
  const { clients } = active.incident;
  if (clients !== undefined && hash32(active.key, request.visitor, 5) * UNIT >= clients) return UNTOUCHED;
  return effect(active, request, active.size * strength(active, request.time), conditions);
}

const effects: Partial<Record<IncidentKind, Effect>> = {
  outage(active, request, level, conditions) {
    if (leaves(active, request, level)) return GONE;
    if (active.touches[request.endpoint] === 0) return UNTOUCHED;
    const u = draw(active, request, 1);
    if (u >= level) return UNTOUCHED;
    const kind = u / level;
    return fail(active, request, kind < 0.7 ? 503 : kind < 0.9 ? 502 : 504, conditions);
  },

  error_burst(active, request, level, conditions) {
    if (active.touches[request.endpoint] === 0 || draw(active, request, 1) >= level) return UNTOUCHED;
    return fail(active, request, 500, conditions);
  },

  latency_spike(active, request, _, conditions) {
    if (active.touches[request.endpoint] === 0) return UNTOUCHED;
    return slow(request, 1 + (active.size - 1) * strength(active, request.time), conditions);
  },

  // Memory fills up: slow at first, then ever faster, with the first errors near the end; the restart heals it.
  slow_leak(active, request, _, conditions) {
    if (active.touches[request.endpoint] === 0) return UNTOUCHED;
    const x = strength(active, request.time);
    if (draw(active, request, 1) < 0.08 * x * x * x * x) return fail(active, request, 503, conditions);
    return slow(request, 1 + (active.size - 1) * x * x, conditions);
  },

  // The extra requests are a stream of their own; what they do to the others there is to fill the queue.
  traffic_surge(active, request, level, conditions) {
    if (active.touches[request.endpoint] === 0) return UNTOUCHED;
    const usual = Math.min(0.95, conditions.utilisation);
    const now = conditions.utilisation * (1 + level * active.breadth * (active.incident.clients ?? 1));
    const shed = now > 0.95 ? 1 - 0.95 / now : 0;
    if (draw(active, request, 1) < shed) return fail(active, request, 503, conditions);
    return slow(request, (1 - usual) / (1 - Math.min(0.95, now)), conditions);
  },

  traffic_drop(active, request, level) {
    if (active.touches[request.endpoint] === 0) return UNTOUCHED;
    return hash32(active.key, request.visitor, 2) * UNIT < level ? GONE : UNTOUCHED;
  },

  bad_deploy(active, request, _, conditions) {
    if (active.touches[request.endpoint] === 0) return UNTOUCHED;
    const level = strength(active, request.time);
    if (draw(active, request, 1) < 0.03 * level) return fail(active, request, 500, conditions);
    return slow(request, 1 + (active.size - 1) * level, conditions);
  },

  dependency_failure(active, request, level, conditions) {
    if (active.touches[request.endpoint] === 0) return UNTOUCHED;
    const u = draw(active, request, 1);
    if (u < level) return fail(active, request, u < 0.6 * level ? 504 : 500, conditions);
    return slow(request, 1 + 2 * strength(active, request.time), conditions);
  },
};

/** Whether a visitor has given up by now: of those who meet failures some do, after half a minute to five. */
function leaves({ key, start, breadth }: ActiveIncident, { time, visitor }: Request, level: number): boolean {
  if (time < (start + 30) * 1000 || hash32(key, visitor, 6) * UNIT >= 0.35 * breadth * level) return false;
  return time >= (start + 30 + hash32(key, visitor, 7) * UNIT * 270) * 1000;
}

/**
 * When the visitor of a failed request tries again: milliseconds since 1970, or 0 when not. A third do, within
 * a minute. Only an outage makes people try again.
 */
export function retryTime(active: ActiveIncident, before: Request): number {
  if (active.incident.kind !== "outage" || draw(active, before, 8) >= 0.35) return 0;
  const u = draw(active, before, 9);
  return before.time + 1000 + Math.floor(u * u * (RETRY_WITHIN - 1000));
}

function draw(active: ActiveIncident, { address }: Request, purpose: number): number {
  return hash32(active.key, address, purpose) * UNIT;
}

function fail(active: ActiveIncident, request: Request, status: number, conditions: Conditions): number {
  const latency = conditions.answerTime(request.endpoint, status, hash32(active.key, request.address, 4));
  if (request.status === status && request.latency === latency) return UNTOUCHED;
  request.status = status;
  request.latency = latency;
  return CHANGED;
}

/** Lengthens an answer; one that would take longer than the proxy waits becomes a 504. */
function slow(request: Request, factor: number, conditions: Conditions): number {
  if (factor <= 1 || request.status === 502 || request.status === 503 || request.status === 504)
    return UNTOUCHED;
  const latency = Math.floor(request.latency * factor + 0.5);
  if (latency === request.latency) return UNTOUCHED;
  if (latency >= conditions.limit) {
    request.status = 504;
    request.latency = conditions.limit;
  } else {
    request.latency = latency;
  }
  return CHANGED;
}
