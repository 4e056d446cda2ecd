import { momentText } from "../moment.js";
import type { Incident } from "./incident.js";
import { type IncidentKind, incidentKinds, kinds } from "./kinds.js";

/** Names by which incidents can be requested: every kind, and the outage of the checkout. */
export const presetIncidents: readonly string[] = [...incidentKinds, "checkout_outage"];
/** One of these. */
export type IncidentName = IncidentKind | "checkout_outage";

/**
 * Makes an incident by its name, at its usual place in a window.
 * @param name one of `presetIncidents`
 * @param start first second of the window, since 1970
 * @param end last second of the window, excluded
 * @param routes the scenario's routes
 */
export function presetIncident(
  name: string,
  start: number,
  end: number,
  routes: readonly string[],
): Incident {
  const kind = name === "checkout_outage" ? "outage" : (name as IncidentKind);
  const { place } = kinds[kind];
  const grain = end - start >= 3600 ? 60 : 1;
  const begin = start + Math.floor(((end - start) * place.begin) / grain) * grain;
  const seconds = Math.max(
    1,
    Math.min(end - begin, Math.max(grain, Math.round(((end - start) * place.length) / grain) * grain)),
  );
  const checkout = routes.filter((route) => /checkout|payment|order/.test(route)).slice(0, 1);
  return {
    id: name,
    kind,
    ...(name === "checkout_outage" && { endpoints: checkout.length > 0 ? checkout : routes.slice(-1) }),
    start: momentText(begin),
    seconds,
  };
}
