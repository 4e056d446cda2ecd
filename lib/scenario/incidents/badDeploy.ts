import { Draw, type Kind } from "./kind.js";

/** Share of the requests that fail after the release. */
const FAILING = 0.03;

/** A release is slower than the one before it and has a fault. Both last until the end of the log. */
export const badDeploy: Kind = {
  size: { means: "factor of response times from then on", min: 1, max: 100, default: 1.6 },
  place: { begin: 0.65, length: 0.35 },
  effect(incident, requests, from, to) {
    for (let row = from; row < to; row++) {
      if (!requests.isTouched(incident, row)) continue;
      const level = requests.strength(incident, row);
      if (requests.draw(incident, row, Draw.failure) < FAILING * level) requests.fail(incident, row, 500);
      else requests.slow(incident, row, 1 + (incident.size - 1) * level);
    }
  },
};
