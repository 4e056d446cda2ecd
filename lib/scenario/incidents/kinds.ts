import { badDeploy } from "./badDeploy.js";
import { credentialStuffing } from "./credentialStuffing.js";
import { dependencyFailure } from "./dependencyFailure.js";
import { errorBurst } from "./errorBurst.js";
import type { Kind } from "./kind.js";
import { latencySpike } from "./latencySpike.js";
import { outage } from "./outage.js";
import { scraper } from "./scraper.js";
import { slowLeak } from "./slowLeak.js";
import { trafficDrop } from "./trafficDrop.js";
import { trafficSurge } from "./trafficSurge.js";

const registry = {
  outage,
  error_burst: errorBurst,
  latency_spike: latencySpike,
  slow_leak: slowLeak,
  traffic_surge: trafficSurge,
  traffic_drop: trafficDrop,
  bad_deploy: badDeploy,
  scraper,
  credential_stuffing: credentialStuffing,
  dependency_failure: dependencyFailure,
} as const satisfies Record<string, Kind>;

/** A kind of incident. */
export type IncidentKind = keyof typeof registry;

/** Everything that can go wrong at a site: each kind by its name. */
export const kinds: Readonly<Record<IncidentKind, Kind>> = registry;

/** The names of all kinds. */
export const incidentKinds = Object.keys(kinds) as [IncidentKind, ...IncidentKind[]];
