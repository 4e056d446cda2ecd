import { type Incident, shapeOf, sizeOf } from "../../scenario/incidents/incident.js";
import {
  Draw,
  type Effect,
  type Happening,
  type IncidentShape,
  type Kind,
} from "../../scenario/incidents/kind.js";
import { kinds } from "../../scenario/incidents/kinds.js";
import { momentOf } from "../../scenario/moment.js";
import type { Endpoint } from "../../scenario/site.js";
import type { Scenario } from "../../scenario/types.js";
import { hash32, PER_WORD } from "../random/stream.js";

/** An incident that is ready to be laid over a log. */
export interface ActiveIncident extends Happening {
  readonly incident: Incident;
  readonly kind: Kind;
  /** Its index in the list of all incidents, and so its bit in a record's labels. */
  readonly bit: number;
  /** First second, and end (excluded), since 1970. */
  readonly start: number;
  readonly end: number;
  readonly shape: IncidentShape;
  /** The key from which all its draws derive. */
  readonly key: number;
  /** 1 for each endpoint of the scenario that it affects. */
  readonly touches: Uint8Array;
  /** For a failure that spreads: the second since 1970 at which it reaches each endpoint. */
  readonly reaches: Float64Array;
  /** How it changes requests; undefined for a kind that only adds some. */
  readonly effect: Effect | undefined;
}

/** Works out what an incident affects, from the scenario and the key that all incidents of the seed share. */
export function activate(
  incident: Incident,
  bit: number,
  scenario: Scenario,
  seedKey: number,
): ActiveIncident {
  const { endpoints } = scenario.site;
  const kind = kinds[incident.kind];
  const start = momentOf(incident.start)!;
  const end = Math.min(start + incident.seconds, momentOf(scenario.traffic.end)!);
  const key = [...incident.id].reduce((hash, letter) => hash32(hash, letter.charCodeAt(0)), seedKey);
  const named = incident.endpoints;
  const isNamed = named && ((e: number) => named.includes(endpoints[e].route));
  const delays =
    kind.spread?.(endpoints, isNamed, (e) => hash32(key, e, Draw.spreading) * PER_WORD) ??
    endpoints.map((_, e) => (isNamed?.(e) === false ? undefined : 0));
  const touches = Uint8Array.from(delays, (delay) => (delay === undefined ? 0 : 1));
  return {
    incident,
    kind,
    bit,
    start,
    end,
    shape: shapeOf(incident),
    size: sizeOf(incident),
    clients: incident.clients,
    key,
    touches,
    breadth: popularity(endpoints.filter((_, e) => touches[e] === 1)) / popularity(endpoints),
    reaches: Float64Array.from(delays, (delay = 0) => start + Math.round(delay * (end - start))),
    effect: kind.effect,
  };
}

function popularity(endpoints: readonly Endpoint[]): number {
  return endpoints.reduce((sum, endpoint) => sum + endpoint.popularity, 0);
}

/** The fraction of its size that an incident has at a moment within it, 0 to 1. @param now milliseconds since 1970 */
export function strength({ shape, start, end }: ActiveIncident, now: number): number {
  if (shape === "step") return 1;
  const x = (now / 1000 - start) / (end - start);
  return shape === "ramp" ? x : 1 - Math.abs(2 * x - 1);
}
