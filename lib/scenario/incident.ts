/** What can go wrong at a site. */
export const incidentKinds = [
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
] as const;

/** A kind of incident. */
export type IncidentKind = (typeof incidentKinds)[number];

/** Something that goes wrong, laid over a log that would be the same without it. */
export interface Incident {
  /** Name in labels and the answer key: a lower-case letter, then up to 39 of a–z, 0–9, _ and -. */
  id: string;
  /** What goes wrong. */
  kind: IncidentKind;
  /** Routes that it touches, as the scenario writes them. Default: what suits the kind, mostly all. */
  endpoints?: string[] | undefined;
  /**
   * Share of the visitors that it touches, above 0, to 1; of a surge, as many of the additional ones. Default 1.
   * Scrapers and credential stuffing have clients of their own.
   */
  clients?: number | undefined;
  /** First moment, UTC, whole seconds; not before the log's own start. */
  start: string;
  /** Length, 1 to 31,622,400. */
  seconds: number;
  /**
   * `step`: full size at once; `ramp`: growing to it; `pulse`: growing to it and back. Default step, but for a slow
   * leak, which grows.
   */
  shape?: "step" | "ramp" | "pulse" | undefined;
  /** How bad, in the unit of the kind (see `sizes`). Default: the kind's. */
  size?: number | undefined;
}

/** The shape of an incident, where none is given too. */
export function shapeOf({ kind, shape }: Incident): "step" | "ramp" | "pulse" {
  return shape ?? (kind === "slow_leak" ? "ramp" : "step");
}

/** Kinds whose requests come from clients of their own. */
export const ownClients: readonly IncidentKind[] = ["scraper", "credential_stuffing"];

/** What `size` means for each kind, its bounds (included) and its default. */
export const sizes: Readonly<
  Record<IncidentKind, { means: string; min: number; max: number; usual: number }>
> = {
  outage: { means: "share of the requests that fail", min: 0.01, max: 1, usual: 1 },
  error_burst: { means: "share of the requests that fail", min: 0.01, max: 1, usual: 0.3 },
  latency_spike: { means: "factor of response times", min: 1, max: 1000, usual: 5 },
  slow_leak: { means: "factor of response times just before the restart", min: 1, max: 1000, usual: 6 },
  traffic_surge: { means: "extra requests as a multiple of the usual", min: 0.01, max: 100, usual: 2 },
  traffic_drop: { means: "share of the visitors who stay away", min: 0.01, max: 1, usual: 0.7 },
  bad_deploy: { means: "factor of response times from then on", min: 1, max: 100, usual: 1.6 },
  scraper: { means: "its requests as a multiple of the site's mean rate", min: 0.001, max: 100, usual: 0.5 },
  credential_stuffing: {
    means: "its requests as a multiple of the site's mean rate",
    min: 0.001,
    max: 100,
    usual: 0.3,
  },
  dependency_failure: {
    means: "share of the requests that fail where it has arrived",
    min: 0.01,
    max: 1,
    usual: 0.6,
  },
};

/** Where in the window a preset incident begins and how long it is, as shares of the window. */
const placed: Readonly<Record<IncidentKind, { at: number; length: number }>> = {
  scraper: { at: 0.1, length: 0.1 },
  credential_stuffing: { at: 0.15, length: 0.04 },
  traffic_drop: { at: 0.22, length: 0.03 },
  error_burst: { at: 0.3, length: 0.02 },
  latency_spike: { at: 0.38, length: 0.03 },
  dependency_failure: { at: 0.45, length: 0.04 },
  outage: { at: 0.55, length: 0.03 },
  slow_leak: { at: 0.6, length: 0.2 },
  bad_deploy: { at: 0.65, length: 0.35 },
  traffic_surge: { at: 0.82, length: 0.06 },
};

/** Names by which incidents can be asked for: every kind, and the outage of the checkout. */
export const presetIncidents: readonly string[] = [...incidentKinds, "checkout_outage"];

/**
 * An incident by name, at its place in a window.
 * @param name one of `presetIncidents`
 * @param start first second of the window, since 1970 @param end excluded
 * @param routes the scenario's routes
 */
export function presetIncident(
  name: string,
  start: number,
  end: number,
  routes: readonly string[],
): Incident {
  const kind = name === "checkout_outage" ? "outage" : (name as IncidentKind);
  const { at, length } = placed[kind];
  const grain = end - start >= 3600 ? 60 : 1;
  const begin = start + Math.floor(((end - start) * at) / grain) * grain;
  const seconds = Math.max(
    1,
    Math.min(end - begin, Math.max(grain, Math.round(((end - start) * length) / grain) * grain)),
  );
  const checkout = routes.filter((route) => /checkout|payment|order/.test(route)).slice(0, 1);
  return {
    id: name,
    kind,
    ...(name === "checkout_outage" && { endpoints: checkout.length > 0 ? checkout : routes.slice(-1) }),
    start: new Date(begin * 1000).toISOString().replace(".000", ""),
    seconds,
  };
}

/** Faults of the log itself: the share of the lines that have each, 0 to 0.5; together at most 0.9. */
export interface Defects {
  /** Cut off in the middle. */
  malformed: number;
  /** A field is empty. */
  missing: number;
  /** A number is a word. */
  wrongType: number;
  /** The path is not UTF-8. */
  badEncoding: number;
  /** Written twice. */
  duplicated: number;
  /** Delivered 5 to 300 seconds late. */
  late: number;
  /** Delivered up to 5 seconds late, behind its neighbours. */
  outOfOrder: number;
  /** Stamped by a clock that is up to two minutes wrong. */
  skewedClock: number;
}

/** Kinds of defects; a record's defect is the index in this list plus 1, and 0 is none. */
export const defectKinds = [
  "malformed",
  "missing",
  "wrongType",
  "badEncoding",
  "duplicated",
  "late",
  "outOfOrder",
  "skewedClock",
] as const satisfies readonly (keyof Defects)[];

/** A kind of defect. */
export type DefectKind = (typeof defectKinds)[number];

/**
 * Defects up to this one leave a line that no reader can take for a record, in any format: where the path is damaged,
 * a record would count a path that nobody asked for.
 */
export const UNREADABLE = 4;
