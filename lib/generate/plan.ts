import { InputError, quoted } from "../errors.js";
import { momentOf } from "../scenario/moment.js";
import type { Scenario } from "../scenario/types.js";
import { type Outcome, outcomesOf } from "./batch.js";
import { type ActiveIncident, activate } from "./incidents/activate.js";
import { drawnIncidents } from "./incidents/drawn.js";
import { type Alias, zipfTable } from "./random/distributions.js";
import { Purpose, streamKey } from "./random/stream.js";
import { journeyTables } from "./site/journey.js";
import { type LatencyTables, latencyTables, TIMED_OUT } from "./site/latency.js";
import { Intensity } from "./site/traffic.js";
import { Population } from "./site/visitors.js";

/** Goes up whenever the bytes that a scenario and a seed give are changed. */
export const GENERATOR_VERSION = 3;

/** Largest number of base records in a log. */
export const MOST_ROWS = 1e10;

/** A log that can be made: a checked scenario, a seed, and everything that follows from them. */
export interface Plan {
  readonly scenario: Scenario;
  readonly seed: number;
  /** First second of the window, since 1970. */
  readonly start: number;
  /** End of the window, excluded. */
  readonly end: number;
  /** Exact number of base records in the window. */
  readonly rows: number;
  /** Requests per second, as the mean over the week. */
  readonly rate: number;
  readonly intensity: Intensity;
  /**
   * All outcomes of requests: first the scenario's own, then those that only a time limit or an incident can bring
   * about.
   */
  readonly outcomes: readonly Outcome[];
  /** Number of the scenario's own outcomes. */
  readonly ownOutcomes: number;
  /** Every incident of the scenario, including those drawn from the seed and those that `without` leaves out. */
  readonly incidents: readonly ActiveIncident[];
  /** The incidents that happen. */
  readonly happening: readonly ActiveIncident[];
  /** Index of an outcome. @param endpoint index in the scenario */
  outcomeOf(endpoint: number, status: number): number;
  /** Made when they are first asked for, and once for all streams over the plan. */
  readonly tables: PlanTables;
}

/** The tables from which records are drawn. Nothing changes them. */
export interface PlanTables {
  readonly population: Population;
  readonly latency: LatencyTables;
  /** Tables of outcomes, one for each phase of a visit; bots use the one for browsing. */
  readonly journey: readonly Alias[];
  /** 1 for the outcomes whose route holds an identifier. */
  readonly hasIdentifier: Uint8Array;
  /** Zipf table of the identifiers. */
  readonly catalogue: Float64Array;
}

/** Largest number of outcomes: batches number them with 16 bits. */
const MOST_OUTCOMES = 65_536;

/** Statuses that incidents can cause at any endpoint. */
const INCIDENT_STATUSES = [200, 401, 429, 500, 502, 503, TIMED_OUT];

/**
 * Works out everything that follows from a scenario and a seed.
 * @param seed whole number from 0 to 2^53 − 1
 * @param without ids of incidents to leave out, or true for all of them: this makes the twin
 * @throws InputError if the seed is not such a number, an id is unknown, or the window would hold more than 10 billion
 * records
 */
export function planOf(scenario: Scenario, seed: number, without: true | readonly string[] = []): Plan {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError(`seed: must be a whole number from 0 to 9007199254740991, not ${quoted(seed)}`);
  }
  const { traffic } = scenario;
  const start = momentOf(traffic.start)!;
  const end = momentOf(traffic.end)!;
  const intensity = new Intensity(traffic, start);
  const mass = intensity.sum(start, end);
  const rows = traffic.rows ?? Math.round(traffic.rate! * mass);
  if (rows > MOST_ROWS) {
    throw new InputError(
      `rate: ${traffic.rate}/s from ${traffic.start} to ${traffic.end} makes ${rows} records; the most is 10 billion`,
    );
  }
  const own = outcomesOf(scenario);
  const listed = [...scenario.incidents, ...drawnIncidents(scenario, seed, start, end)];
  const key = streamKey(seed, Purpose.incidents);
  const twice = listed.find(({ id }, i) => listed.findIndex((other) => other.id === id) < i);
  if (twice !== undefined) {
    throw new InputError(
      `incidents: the id ${JSON.stringify(twice.id)} is also that of an incident drawn by randomIncidents; give another`,
    );
  }
  const incidents = listed.map((incident, bit) => activate(incident, bit, scenario, key));
  const ids = listed.map(({ id }) => id);
  for (const id of without === true ? [] : without) {
    if (!ids.includes(id)) {
      throw new InputError(
        `withoutIncidents: there is no incident ${JSON.stringify(id)}; there are ${ids.join(", ") || "none"}`,
      );
    }
  }
  const outcomes = withStatuses(own, scenario, incidents.length > 0 ? INCIDENT_STATUSES : [TIMED_OUT]);
  if (outcomes.length > MOST_OUTCOMES) {
    throw new InputError(
      `site.endpoints: the endpoints and their status codes make ${outcomes.length} combinations; the most is ${MOST_OUTCOMES}`,
    );
  }
  const index = new Map(outcomes.map(({ endpointIndex, status }, i) => [endpointIndex * 1000 + status, i]));
  const rate = mass > 0 ? rows / mass : 0;
  let tables: PlanTables | undefined;
  return {
    scenario,
    seed,
    start,
    end,
    rows,
    rate,
    intensity,
    outcomes,
    ownOutcomes: own.length,
    incidents,
    happening: without === true ? [] : incidents.filter(({ incident }) => !without.includes(incident.id)),
    outcomeOf: (endpoint, status) => index.get(endpoint * 1000 + status)!,
    get tables() {
      tables ??= tablesOf(scenario, seed, rate, rows, outcomes, own.length);
      return tables;
    },
  };
}

function tablesOf(
  scenario: Scenario,
  seed: number,
  rate: number,
  rows: number,
  outcomes: readonly Outcome[],
  ownOutcomes: number,
): PlanTables {
  const [entry, browse, finish] = journeyTables(scenario, outcomes.slice(0, ownOutcomes));
  return {
    population: new Population(scenario.visitors, rate, rows, seed),
    latency: latencyTables(outcomes, scenario.site),
    journey: [entry, browse, finish, browse],
    hasIdentifier: Uint8Array.from(outcomes, ({ endpoint }) =>
      scenario.site.identifiers && endpoint.route.includes("{id}") ? 1 : 0,
    ),
    catalogue: zipfTable(scenario.site.catalogue),
  };
}

/** The scenario's outcomes, followed by those that are missing for every endpoint to have every one of the statuses. */
function withStatuses(own: Outcome[], { site }: Scenario, statuses: readonly number[]): Outcome[] {
  const have = new Set(own.map(({ endpointIndex, status }) => endpointIndex * 1000 + status));
  const more = site.endpoints.flatMap((endpoint, endpointIndex) =>
    statuses
      .filter((status) => !have.has(endpointIndex * 1000 + status))
      .map((status) => ({
        endpoint,
        endpointIndex,
        status,
        share: 0,
      })),
  );
  return [...own, ...more];
}
