import type { Incident } from "../../scenario/incidents/incident.js";
import { type IncidentKind, kinds } from "../../scenario/incidents/kinds.js";
import { presetIncident } from "../../scenario/incidents/preset.js";
import { momentText } from "../../scenario/moment.js";
import type { Scenario } from "../../scenario/types.js";
import { aliasTable, drawAlias } from "../random/distributions.js";
import { hash32, PER_WORD, Purpose, streamKey } from "../random/stream.js";

/**
 * The kinds from which `randomIncidents` draws. The list is part of the format: adding a kind to it would change every
 * log that draws incidents.
 */
const drawnKinds: readonly IncidentKind[] = [
  "outage",
  "error_burst",
  "latency_spike",
  "slow_leak",
  "traffic_surge",
  "traffic_drop",
  "bad_deploy",
  "scraper",
  "credential_stuffing",
  "dependency_failure",
];

/** The draws made for each incident. The numbers are part of the format. */
const Draw = { kind: 1, length: 2, start: 3, isLocal: 4, endpoint: 5, shape: 6, size: 7 } as const;

/**
 * Draws incidents from the seed: their kind, place, length and size. Half of those that may be local affect a single
 * endpoint, more often a popular one.
 * @param start first second of the window, since 1970
 * @param end last second of the window, excluded
 */
export function drawnIncidents(scenario: Scenario, seed: number, start: number, end: number): Incident[] {
  const key = streamKey(seed, Purpose.drawnIncidents);
  const { endpoints } = scenario.site;
  const routes = endpoints.map(({ route }) => route);
  const byPopularity = aliasTable(endpoints.map(({ popularity }) => popularity));
  return Array.from({ length: scenario.randomIncidents }, (_, i) => {
    const word = (draw: number) => hash32(key, i, draw);
    const u = (draw: number) => word(draw) * PER_WORD;
    const kind = drawnKinds[Math.floor(u(Draw.kind) * drawnKinds.length)];
    const { seconds } = presetIncident(kind, start, end, routes);
    const { shape, siteWide, size } = kinds[kind];
    const length = Math.max(1, Math.round(seconds * (0.5 + u(Draw.length))));
    const begin = start + Math.floor(u(Draw.start) * Math.max(1, end - start - length));
    const drawnSize = Math.round(size.default * (0.6 + 0.8 * u(Draw.size)) * 1000) / 1000;
    return {
      id: `random_${i + 1}_${kind}`,
      kind,
      ...(!siteWide &&
        u(Draw.isLocal) < 0.5 && { endpoints: [routes[drawAlias(byPopularity, word(Draw.endpoint))]] }),
      start: momentText(begin),
      seconds: length,
      ...(shape === undefined && {
        shape: (["step", "ramp", "pulse"] as const)[Math.floor(u(Draw.shape) * 3)],
      }),
      size: Math.min(size.max, Math.max(size.min, drawnSize)),
    };
  });
}
