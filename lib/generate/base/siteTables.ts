import type { Batch } from "../batch.js";
import type { Plan } from "../plan.js";
import { type Alias, zipfTable } from "../random/distributions.js";
import { Purpose, streamKey } from "../random/stream.js";
import { journeyTables } from "../site/journey.js";
import { Drift, type LatencyTables, latencyTables } from "../site/latency.js";
import { Cascade } from "../site/traffic.js";
import { Population } from "../site/visitors.js";

/** Writes rows after `batch.length`, up to `limit`. @returns true if it reached the limit with more rows to write */
export type Fill = (batch: Batch, limit: number) => boolean;

/** The tables that both kinds of site draw from. */
export class SiteTables {
  readonly cascade: Cascade;
  readonly population: Population;
  readonly latency: LatencyTables;
  readonly drift: Drift;
  /** Tables of outcomes, one for each phase of a visit; bots use the one for browsing. */
  readonly journey: Alias[];
  /** 1 for the outcomes whose route holds an identifier. */
  readonly hasIdentifier: Uint8Array;
  /** Zipf table of the identifiers. */
  readonly catalogue: Float64Array;
  readonly recordKey: number;
  readonly identifierKey: number;

  constructor({ scenario, seed, start, end, rows, rate, intensity, outcomes, ownOutcomes }: Plan) {
    this.cascade = new Cascade(intensity, { start, seconds: end - start, rows }, scenario.traffic, seed);
    this.population = new Population(scenario.visitors, rate, rows, seed);
    this.latency = latencyTables(outcomes, scenario.site);
    this.drift = new Drift(seed, scenario.site.drift);
    const [entry, browse, finish] = journeyTables(scenario, outcomes.slice(0, ownOutcomes));
    this.journey = [entry, browse, finish, browse];
    this.hasIdentifier = Uint8Array.from(outcomes, ({ endpoint }) =>
      scenario.site.identifiers && endpoint.route.includes("{id}") ? 1 : 0,
    );
    this.catalogue = zipfTable(scenario.site.catalogue);
    this.recordKey = streamKey(seed, Purpose.records);
    this.identifierKey = streamKey(seed, Purpose.identifiers);
  }
}
