import type { Named } from "../record.js";
import type { Defects } from "./defects.js";
import type { Incident } from "./incidents/incident.js";
import type { IncidentName } from "./incidents/preset.js";
import type { Endpoint, Latency, Site, Traffic, Visitors } from "./site.js";

export type { DefectKind, Defects } from "./defects.js";
export type { Incident } from "./incidents/incident.js";
export type { IncidentShape } from "./incidents/kind.js";
export type { IncidentKind } from "./incidents/kinds.js";
export type { IncidentName } from "./incidents/preset.js";
export type { Endpoint, Latency, Lognormal, Site, Traffic, Visitors } from "./site.js";

/** What is simulated: a site, its visitors, its traffic and its load. It is plain data that JSON can hold. */
export interface Scenario {
  /** Name for people to read; up to 80 characters. */
  name: string;
  /** How much traffic there is, and when. */
  traffic: Traffic;
  /** Who sends the requests. */
  visitors: Visitors;
  /** The server that answers. */
  site: Site;
  /**
   * What goes wrong: up to 20 incidents, each with its own id. A scenario file may give just the name of a preset
   * incident.
   */
  incidents: Incident[];
  /** Number of further incidents drawn from the seed, 0 to 12. */
  randomIncidents: number;
  /** Faults of the log itself. */
  defects: Defects;
}

/** The name of a preset. */
export type PresetName = "demo" | "shop" | "mobile-api" | "website" | "internal-api";

/** A scenario in which nothing goes wrong. */
export type Healthy = Omit<Scenario, "incidents" | "randomIncidents" | "defects">;

/**
 * What a caller may give: the name of a preset, or a preset with changes on top. `$schema` is for editors, which use
 * the JSON Schema that it names to complete a scenario file.
 */
export type ScenarioInput =
  | Named<PresetName>
  | (Omit<DeepPartial<Scenario>, "incidents"> & {
      incidents?: (Named<IncidentName> | Incident)[] | undefined;
      preset?: Named<PresetName> | undefined;
      $schema?: string | undefined;
    });

/** An endpoint as a caller may give it: a route and the median of its response times are enough. */
export type EndpointInput = Pick<Endpoint, "route"> &
  Partial<Omit<Endpoint, "route" | "latency">> & {
    latency: number | (Pick<Latency, "p50"> & Partial<Latency>);
  };

/** The same type with every key optional. An array that is given replaces the whole array. */
export type DeepPartial<T> = T extends Endpoint[]
  ? EndpointInput[]
  : T extends (infer Item)[]
    ? Item[]
    : T extends object
      ? { [Key in keyof T]?: DeepPartial<T[Key]> | undefined }
      : T;
