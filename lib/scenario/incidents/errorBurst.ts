import { Draw, type Kind } from "./kind.js";

/** A share of the requests fails with a 500. */
export const errorBurst: Kind = {
  size: { means: "share of the requests that fail", min: 0.01, max: 1, default: 0.3 },
  place: { begin: 0.3, length: 0.02 },
  effect(incident, requests, from, to) {
    for (let row = from; row < to; row++) {
      if (!requests.isTouched(incident, row)) continue;
      const level = incident.size * requests.strength(incident, row);
      if (requests.draw(incident, row, Draw.failure) < level) requests.fail(incident, row, 500);
    }
  },
};
