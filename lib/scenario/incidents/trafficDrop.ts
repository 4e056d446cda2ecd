import { Draw, type Kind } from "./kind.js";

/** A share of the visitors stay away. */
export const trafficDrop: Kind = {
  size: { means: "share of the visitors who stay away", min: 0.01, max: 1, default: 0.7 },
  place: { begin: 0.22, length: 0.03 },
  siteWide: true,
  effect(incident, requests, from, to) {
    for (let row = from; row < to; row++) {
      if (!requests.isTouched(incident, row)) continue;
      const level = incident.size * requests.strength(incident, row);
      if (requests.drawForVisitor(incident, row, Draw.stayingAway) < level) requests.drop(incident, row);
    }
  },
};
