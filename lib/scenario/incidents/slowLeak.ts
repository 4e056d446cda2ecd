import { Draw, type Kind } from "./kind.js";

/** Memory fills up. Answers slow down faster and faster, the first errors come near the end, and a restart ends it. */
export const slowLeak: Kind = {
  size: { means: "factor of response times just before the restart", min: 1, max: 1000, default: 6 },
  place: { begin: 0.6, length: 0.2 },
  shape: "ramp",
  effect(incident, requests, from, to) {
    for (let row = from; row < to; row++) {
      if (!requests.isTouched(incident, row)) continue;
      const x = requests.strength(incident, row);
      if (requests.draw(incident, row, Draw.failure) < 0.08 * x * x * x * x)
        requests.fail(incident, row, 503);
      else requests.slow(incident, row, 1 + (incident.size - 1) * x * x);
    }
  },
};
