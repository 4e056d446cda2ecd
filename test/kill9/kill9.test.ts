/** A killed run of each kind; `npm run kill9 -- --runs N` does more. */
import { afterAll, expect, it } from "vitest";
import { canServe, startServer } from "../warehouse/server.js";
import { killRuns } from "./kill9.js";

const server = canServe ? startServer() : undefined;
afterAll(() => server?.stop());

it("nothing is left, lost or doubled after kill -9 and the next run", async () => {
  const { kinds, faults } = await killRuns({ runs: 12, seed: 11, timings: 1, postgres: server?.database() });
  expect(faults).toEqual([]);
  expect(Object.values(kinds).reduce((sum, { killed }) => sum + killed, 0)).toBeGreaterThan(1);
}, 300_000);
