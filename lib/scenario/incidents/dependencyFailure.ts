import { Draw, type Kind } from "./kind.js";

/** Share of the other endpoints that the failure spreads to. */
const SPREADING = 0.6;

/**
 * Something that the site depends on fails. The failure begins at the named endpoints, or at the most popular one, and
 * spreads to others. Requests to an endpoint that it has reached fail or take longer.
 */
export const dependencyFailure: Kind = {
  size: { means: "share of the requests that fail where it has arrived", min: 0.01, max: 1, default: 0.6 },
  place: { begin: 0.45, length: 0.04 },
  spread(endpoints, isNamed, draw) {
    const mostPopular = endpoints.reduce(
      (best, { popularity }, e) => (popularity > endpoints[best].popularity ? e : best),
      0,
    );
    const begins = isNamed ?? ((endpoint: number) => endpoint === mostPopular);
    return endpoints.map((_, e) => {
      if (begins(e)) return 0;
      const chance = draw(e);
      return chance < SPREADING ? 0.1 + chance : undefined;
    });
  },
  effect(incident, requests, from, to) {
    for (let row = from; row < to; row++) {
      if (!requests.isTouched(incident, row) || !requests.isReached(incident, row)) continue;
      const strength = requests.strength(incident, row);
      const level = incident.size * strength;
      const u = requests.draw(incident, row, Draw.failure);
      if (u < level) requests.fail(incident, row, u < 0.6 * level ? 504 : 500);
      else requests.slow(incident, row, 1 + 2 * strength);
    }
  },
};
