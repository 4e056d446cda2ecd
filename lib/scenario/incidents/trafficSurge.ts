import { Draw, type Kind } from "./kind.js";

/** Utilisation at which the site begins to turn requests away. */
const FULL = 0.95;

/** More of the usual visitors come, and the queue that they cause slows answers for everyone. */
export const trafficSurge: Kind = {
  size: { means: "extra requests as a multiple of the usual", min: 0.01, max: 100, default: 2 },
  place: { begin: 0.82, length: 0.06 },
  siteWide: true,
  adds: {},
  effect(incident, requests, from, to) {
    const { size, breadth, clients } = incident;
    for (let row = from; row < to; row++) {
      if (!requests.isTouched(incident, row)) continue;
      const utilisation = requests.utilisation(row);
      const usual = Math.min(FULL, utilisation);
      const level = size * requests.strength(incident, row);
      const now = utilisation * (1 + level * breadth * (clients ?? 1));
      const turnedAway = now > FULL ? 1 - FULL / now : 0;
      if (requests.draw(incident, row, Draw.failure) < turnedAway) requests.fail(incident, row, 503);
      else requests.slow(incident, row, (1 - usual) / (1 - Math.min(FULL, now)));
    }
  },
};
