import { shapeOf, sizes } from "../../scenario/incident.js";
import type { Endpoint, Incident, IncidentKind, Scenario } from "../../scenario/types.js";
import { momentOf } from "../../scenario/types.js";
import { hash32 } from "../random/stream.js";
import type { Changes } from "./changes.js";

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

/** Lays an incident over rows of a batch, from one to another (excluded), of seconds in which it happens. */
export type Effect = (active: ActiveIncident, changes: Changes, from: number, to: number) => void;

// Each kind has a loop of its own: the engine compiles it for that kind alone.
const effects: Partial<Record<IncidentKind, Effect>> = {
  outage(active, changes, from, to) {
    for (let row = from; row < to; row++) {
      if (!isClient(active, changes, row)) continue;
      const level = active.size * strength(active, changes.time(row));
      if (leaves(active, changes, row, level)) {
        changes.drop(active, row);
        continue;
      }
      if (active.touches[changes.endpoint(row)] === 0) continue;
      const u = draw(active, changes, row, 1);
      if (u >= level) continue;
      const kind = u / level;
      const status = kind < 0.7 ? 503 : kind < 0.9 ? 502 : 504;
      if (changes.fail(active, row, status)) changes.retry(active, row, retryTime(active, changes, row));
    }
  },

  error_burst(active, changes, from, to) {
    for (let row = from; row < to; row++) {
      if (!isTouched(active, changes, row)) continue;
      const level = active.size * strength(active, changes.time(row));
      if (draw(active, changes, row, 1) < level) changes.fail(active, row, 500);
    }
  },

  latency_spike(active, changes, from, to) {
    for (let row = from; row < to; row++) {
      if (!isTouched(active, changes, row)) continue;
      changes.slow(active, row, 1 + (active.size - 1) * strength(active, changes.time(row)));
    }
  },

  // Memory fills up: slow at first, then ever faster, with the first errors near the end; the restart heals it.
  slow_leak(active, changes, from, to) {
    for (let row = from; row < to; row++) {
      if (!isTouched(active, changes, row)) continue;
      const x = strength(active, changes.time(row));
      if (draw(active, changes, row, 1) < 0.08 * x * x * x * x) changes.fail(active, row, 503);
      else changes.slow(active, row, 1 + (active.size - 1) * x * x);
    }
  },

  // The extra requests are a stream of their own; what they do to the others there is to fill the queue.
  traffic_surge(active, changes, from, to) {
    const { size, breadth, clients } = active;
    for (let row = from; row < to; row++) {
      if (!isTouched(active, changes, row)) continue;
      const utilisation = changes.utilisation(row);
      const usual = Math.min(0.95, utilisation);
      const level = size * strength(active, changes.time(row));
      const now = utilisation * (1 + level * breadth * (clients ?? 1));
      const shed = now > 0.95 ? 1 - 0.95 / now : 0;
      if (draw(active, changes, row, 1) < shed) changes.fail(active, row, 503);
      else changes.slow(active, row, (1 - usual) / (1 - Math.min(0.95, now)));
    }
  },

  traffic_drop(active, changes, from, to) {
    for (let row = from; row < to; row++) {
      if (!isTouched(active, changes, row)) continue;
      const level = active.size * strength(active, changes.time(row));
      if (hash32(active.key, changes.batch.visitor[row], 2) * UNIT < level) changes.drop(active, row);
    }
  },

  bad_deploy(active, changes, from, to) {
    for (let row = from; row < to; row++) {
      if (!isTouched(active, changes, row)) continue;
      const level = strength(active, changes.time(row));
      if (draw(active, changes, row, 1) < 0.03 * level) changes.fail(active, row, 500);
      else changes.slow(active, row, 1 + (active.size - 1) * level);
    }
  },

  dependency_failure(active, changes, from, to) {
    for (let row = from; row < to; row++) {
      if (!isTouched(active, changes, row)) continue;
      const time = changes.time(row);
      if (time < active.reaches[changes.endpoint(row)] * 1000) continue;
      const level = active.size * strength(active, time);
      const u = draw(active, changes, row, 1);
      if (u < level) changes.fail(active, row, u < 0.6 * level ? 504 : 500);
      else changes.slow(active, row, 1 + 2 * strength(active, time));
    }
  },
};

/** Whether the visitor is among those that it touches. */
function isClient({ clients, key }: ActiveIncident, { batch }: Changes, row: number): boolean {
  return clients === undefined || hash32(key, batch.visitor[row], 5) * UNIT < clients;
}

function isTouched(active: ActiveIncident, changes: Changes, row: number): boolean {
  return active.touches[changes.endpoint(row)] === 1 && isClient(active, changes, row);
}

/** Whether a visitor has given up by now: of those who meet failures some do, after half a minute to five. */
function leaves(
  { key, start, breadth }: ActiveIncident,
  changes: Changes,
  row: number,
  level: number,
): boolean {
  const time = changes.time(row);
  const visitor = changes.batch.visitor[row];
  if (time < (start + 30) * 1000 || hash32(key, visitor, 6) * UNIT >= 0.35 * breadth * level) return false;
  return time >= (start + 30 + hash32(key, visitor, 7) * UNIT * 270) * 1000;
}

/**
 * When the visitor of a failed request tries again: milliseconds since 1970, or 0 when not. A third do, within
 * a minute. Only an outage makes people try again.
 */
function retryTime(active: ActiveIncident, changes: Changes, row: number): number {
  if (draw(active, changes, row, 8) >= 0.35) return 0;
  const u = draw(active, changes, row, 9);
  return changes.time(row) + 1000 + Math.floor(u * u * (RETRY_WITHIN - 1000));
}

/** 0 to 1, by the record's own address. */
function draw({ key }: ActiveIncident, { batch }: Changes, row: number, purpose: number): number {
  return hash32(key, batch.address[row], purpose) * UNIT;
}
