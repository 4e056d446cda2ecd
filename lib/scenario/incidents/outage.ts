import { Draw, type Happening, type Kind, RETRY_WITHIN, type Requests } from "./kind.js";

/** Share of the failed requests that are repeated. */
const RETRYING = 0.35;
/** Share of the visitors who give up, among those who get nothing but failures. */
const LEAVING = 0.35;
/** Seconds from the beginning of the outage until the first visitor gives up, and from then until the last one does. */
const PATIENCE = 30;
const GIVING_UP = 270;

/** The site, or a part of it, answers with errors. Some visitors try again, and some give up. */
export const outage: Kind = {
  size: { means: "share of the requests that fail", min: 0.01, max: 1, default: 1 },
  place: { begin: 0.55, length: 0.03 },
  retries: true,
  effect(incident, requests, from, to) {
    for (let row = from; row < to; row++) {
      if (!requests.isClient(incident, row)) continue;
      const level = incident.size * requests.strength(incident, row);
      if (hasLeft(incident, requests, row, level)) {
        requests.drop(incident, row);
        continue;
      }
      if (!requests.isAtTarget(incident, row)) continue;
      const u = requests.draw(incident, row, Draw.failure);
      if (u >= level) continue;
      const which = u / level;
      const status = which < 0.7 ? 503 : which < 0.9 ? 502 : 504;
      if (requests.fail(incident, row, status)) retry(incident, requests, row);
    }
  },
};

/**
 * Whether a visitor has given up by the time of the request. A share of those who get failures do, one after the other.
 */
function hasLeft(incident: Happening, requests: Requests, row: number, level: number): boolean {
  const time = requests.time(row);
  const { start, breadth } = incident;
  if (time < (start + PATIENCE) * 1000) return false;
  if (requests.drawForVisitor(incident, row, Draw.leaving) >= LEAVING * breadth * level) return false;
  const left = start + PATIENCE + requests.drawForVisitor(incident, row, Draw.timeOfLeaving) * GIVING_UP;
  return time >= left * 1000;
}

/** Makes some visitors repeat the request, most of them soon. */
function retry(incident: Happening, requests: Requests, row: number): void {
  if (requests.draw(incident, row, Draw.retrying) >= RETRYING) return;
  const u = requests.draw(incident, row, Draw.timeOfRetry);
  requests.retry(incident, row, requests.time(row) + 1000 + Math.floor(u * u * (RETRY_WITHIN - 1000)));
}
