import type { Kind } from "./kind.js";

/** All answers take longer for a while. */
export const latencySpike: Kind = {
  size: { means: "factor of response times", min: 1, max: 1000, default: 5 },
  place: { begin: 0.38, length: 0.03 },
  effect(incident, requests, from, to) {
    for (let row = from; row < to; row++) {
      if (!requests.isTouched(incident, row)) continue;
      requests.slow(incident, row, 1 + (incident.size - 1) * requests.strength(incident, row));
    }
  },
};
