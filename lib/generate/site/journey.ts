import type { Scenario } from "../../scenario/types.js";
import type { Outcome } from "../batch.js";
import { type Alias, aliasTable } from "../random/distributions.js";
import { PHASES, phaseShares } from "./visitors.js";

/** How much more often an endpoint is requested in its own phase of a visit. */
const PREFERENCE = 6;

/**
 * Makes a table of outcomes for each phase of a visit. An endpoint is preferred in its own phase, yet over all requests
 * it keeps its popularity: the preferences are scaled to both margins by iterative proportional fitting (Deming &
 * Stephan 1940).
 */
export function journeyTables({ site, visitors }: Scenario, outcomes: readonly Outcome[]): Alias[] {
  const shares = phaseShares(visitors);
  const total = site.endpoints.reduce((sum, { popularity }) => sum + popularity, 0);
  const weights = site.endpoints.map(({ phase, popularity }) =>
    PHASES.map((name, p) => (popularity / total) * shares[p] * (phase === name ? PREFERENCE : 1)),
  );
  for (let round = 0; round < 60; round++) {
    weights.forEach((row, e) => {
      const sum = row.reduce((a, b) => a + b, 0);
      row.forEach((_, p) => {
        row[p] *= site.endpoints[e].popularity / total / sum;
      });
    });
    shares.forEach((share, p) => {
      const sum = weights.reduce((a, row) => a + row[p], 0);
      for (const row of weights) row[p] *= sum > 0 ? share / sum : 0;
    });
  }
  return PHASES.map((_, p) =>
    aliasTable(
      outcomes.map(({ endpoint, endpointIndex, share }) => {
        const weight = weights[endpointIndex][p] * ((share * total) / endpoint.popularity);
        return weight > 0 ? weight : Number.MIN_VALUE;
      }),
    ),
  );
}
