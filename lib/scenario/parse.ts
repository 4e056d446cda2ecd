import * as v from "valibot";
import { didYouMean, InputError, quoted } from "../errors.js";
import { brokenRule } from "./brokenRule.js";
import { LARGEST_SKEW } from "./defects.js";
import { hasOwnClients } from "./incidents/incident.js";
import { kinds } from "./incidents/kinds.js";
import { presetIncident, presetIncidents } from "./incidents/preset.js";
import { copied, isPlain, merged } from "./merge.js";
import { momentOf, momentText } from "./moment.js";
import { presets } from "./presets.js";
import { scenarioSchema } from "./schema.js";
import type { PresetName, Scenario, ScenarioInput } from "./types.js";

/**
 * Makes a complete, checked scenario from the name of a preset, or from a preset with changes on top.
 * @param input default: the demonstration shop
 * @throws InputError that names the path in the object (`site.endpoints[3].latency.p50`), the value and the rule
 */
export function parseScenario(input: ScenarioInput = "demo"): Scenario {
  const { preset = "demo", $schema, ...changes } = plainScenario(input);
  if (typeof preset !== "string" || !Object.hasOwn(presets, preset)) {
    const names = Object.keys(presets);
    throw new InputError(
      `scenario: there is no preset ${quoted(preset)}${didYouMean(preset, names)}; there are ${names.join(", ")}`,
    );
  }
  if ($schema !== undefined && typeof $schema !== "string") {
    throw new InputError(`$schema: must be the address of a JSON Schema, not ${quoted($schema)}`);
  }
  const result = v.safeParse(
    scenarioSchema,
    withIncidents(withLatencies(withChanges(presets[preset as PresetName], changes))),
  );
  if (!result.success) {
    throw new InputError(brokenRule(result.issues, scenarioSchema, ["preset", "$schema"]));
  }
  checkTogether(result.output);
  return result.output;
}

/**
 * Copies what a caller gave as a scenario into an object of our own. Its contents are not checked yet.
 * @throws InputError if it is neither the name of a preset nor an object
 */
export function plainScenario(input: unknown): Record<string, unknown> {
  const given = copied(typeof input === "string" ? { preset: input } : input);
  if (isPlain(given)) return given;
  throw new InputError(`scenario: must be a preset's name or an object, not ${quoted(input)}`);
}

/** Lays the changes over the preset. A rate replaces rows, and a new start moves the end to one day later. */
function withChanges(preset: Scenario, changes: Record<string, unknown>): unknown {
  const whole = merged(preset, changes) as Scenario;
  // A site or visitors of one's own are no longer what the preset's name says.
  if (changes.name === undefined && (isPlain(changes.site) || isPlain(changes.visitors)))
    whole.name = `own scenario on the ${preset.name}`;
  const { traffic } = changes;
  if (!isPlain(traffic)) return whole;
  if (traffic.rate !== undefined && traffic.rows === undefined) delete whole.traffic.rows;
  if (traffic.start !== undefined && traffic.end === undefined) {
    const start = typeof traffic.start === "string" ? momentOf(traffic.start) : undefined;
    if (start !== undefined) {
      if (start >= LAST_DAY)
        throw new InputError(
          `traffic.start: must be before 9999-12-31 where no end is given, since it then lies a day later, not ${traffic.start}`,
        );
      whole.traffic.end = momentText(start + 86_400);
    }
  }
  return whole;
}

/** Puts the median alone, as a number, in its place in the endpoint's response time. */
function withLatencies(scenario: unknown): unknown {
  const endpoints = isPlain(scenario) && isPlain(scenario.site) ? scenario.site.endpoints : undefined;
  if (!Array.isArray(endpoints)) return scenario;
  for (const endpoint of endpoints)
    if (isPlain(endpoint) && typeof endpoint.latency === "number")
      endpoint.latency = { p50: endpoint.latency };
  return scenario;
}

/** First second of the last day of the year 9999, beyond which a year has more than four digits. */
const LAST_DAY = Date.UTC(9999, 11, 31) / 1000;

/** Replaces each incident that is given only by name with a whole incident at its place in the log. */
function withIncidents(scenario: unknown): unknown {
  if (!isPlain(scenario) || !Array.isArray(scenario.incidents)) return scenario;
  const { traffic, site } = scenario as unknown as Scenario;
  scenario.incidents = scenario.incidents.map((incident: unknown, index) => {
    if (typeof incident !== "string") return incident;
    if (!presetIncidents.includes(incident)) {
      throw new InputError(
        `incidents[${index}]: there is no incident ${quoted(incident)}${didYouMean(incident, presetIncidents)}; there are ${presetIncidents.join(", ")}`,
      );
    }
    const [start, end] = [momentOf(String(traffic?.start)), momentOf(String(traffic?.end))];
    const routes = Array.isArray(site?.endpoints)
      ? site.endpoints.map((endpoint) => String(endpoint?.route))
      : [];
    if (start === undefined || end === undefined || end <= start) return incident; // the schema reports this
    return presetIncident(incident, start, end, routes);
  });
  return scenario;
}

/** Checks the rules that span several keys. */
function checkTogether({ traffic, site, incidents, defects }: Scenario): void {
  const seconds = momentOf(traffic.end)! - momentOf(traffic.start)!;
  if (seconds <= 0) {
    throw new InputError(`traffic.end: must be after traffic.start (${traffic.start}), not ${traffic.end}`);
  }
  if (defects.skewedClock > 0 && momentOf(traffic.start)! * 1000 < LARGEST_SKEW) {
    throw new InputError(
      `traffic.start: must be 1970-01-01T00:02:00Z or later where clocks are skewed, by up to two minutes, not ${traffic.start}`,
    );
  }
  if (seconds > 50 * 366 * 86_400) {
    throw new InputError(`traffic.end: must be at most 50 years after traffic.start, not ${traffic.end}`);
  }
  if ((traffic.rows === undefined) === (traffic.rate === undefined)) {
    throw new InputError("traffic: must have either rows or rate, not both and not neither");
  }
  if (1 + (traffic.trend * seconds) / (7 * 86_400) < 0.01) {
    throw new InputError(
      `traffic.trend: ${traffic.trend} a week would bring the traffic to nothing before traffic.end`,
    );
  }
  const seen = new Set<string>();
  for (const [index, { method, route }] of site.endpoints.entries()) {
    const name = `${method} ${route}`;
    if (seen.has(name)) throw new InputError(`site.endpoints[${index}].route: ${name} is there twice`);
    seen.add(name);
  }
  const ids = new Set<string>();
  for (const [index, { id, kind, start, endpoints = [], clients, size }] of incidents.entries()) {
    if (ids.has(id)) throw new InputError(`incidents[${index}].id: ${quoted(id)} is there twice`);
    ids.add(id);
    const first = momentOf(start)!;
    if (first < momentOf(traffic.start)! || first >= momentOf(traffic.end)!) {
      throw new InputError(
        `incidents[${index}].start: must be inside the log, ${traffic.start} to ${traffic.end}, not ${start}`,
      );
    }
    const routes = site.endpoints.map(({ route }) => route);
    for (const [place, route] of endpoints.entries()) {
      if (endpoints.indexOf(route) < place)
        throw new InputError(`incidents[${index}].endpoints: ${quoted(route)} is there twice`);
      if (routes.includes(route)) continue;
      throw new InputError(
        `incidents[${index}].endpoints: the site has no route ${quoted(route)}${didYouMean(route, routes)}`,
      );
    }
    if (clients !== undefined && hasOwnClients(kind)) {
      throw new InputError(
        `incidents[${index}].clients: must be left out for ${kind}, which has clients of its own, not ${clients}`,
      );
    }
    const { means, min, max } = kinds[kind].size;
    if (size !== undefined && (size < min || size > max)) {
      throw new InputError(
        `incidents[${index}].size: must be from ${min} to ${max} for ${kind} (${means}), not ${size}`,
      );
    }
  }
}
