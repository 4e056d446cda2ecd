import type { Healthy } from "../types.js";
import { combined, type EndpointKind, endpointsOf, interleaved } from "./endpoints.js";

/**
 * A service that other services call. Two dozen programs make most of the requests, all day, and people's tools make
 * the rest. Latency, bursts and heavy clients aim at the small APIs that were measured. The measurements do not give
 * the rest, which is assumed: 60 routes, 0.8 % of 4xx and 0.15 % of 5xx, office hours on top of a steady flow, and a
 * utilisation of 0.25.
 */
const body = { spread: 0.27, tail: 0.05, tailIndex: 1.8 };
const kinds: Record<string, EndpointKind> = {
  probe: { ...body, p50: 0.5, reach: 1.3, status: { 200: 99.98, 503: 0.02 } },
  read: { ...body, p50: 2.6, reach: 1.5, status: { 200: 99, 404: 0.9, 500: 0.1 } },
  list: { ...body, p50: 6, reach: 1.4, status: { 200: 99.4, 400: 0.4, 500: 0.2 } },
  write: { ...body, p50: 7.4, reach: 1.3, status: { 201: 98, 400: 0.8, 409: 0.9, 500: 0.3 } },
};

kinds.report = { ...body, p50: 14, reach: 1.2, status: { 200: 99.5, 400: 0.3, 500: 0.2 } };

const resources = "accounts invoices orders customers prices rates".split(" ");

const lines = [
  "read /internal/accounts/{id}",
  "probe /healthz",
  "read /internal/prices/{id}",
  "list /internal/orders",
  "read /internal/customers/{id}",
  "write POST /internal/events",
  "probe /metrics",
  ...interleaved([
    combined(["read /internal/{}/{id}/summary", "read /internal/{}/{id}/history"], resources),
    combined(["list /internal/{}/recent", "list /internal/{}/search"], resources),
    combined(
      ["write POST /internal/{}", "write PUT /internal/{}/{id}", "write DELETE /internal/{}/{id}"],
      resources,
    ),
    combined(["probe /internal/{}/status"], resources),
    combined(["report /internal/{}/report"], resources.slice(0, 2)),
  ]),
];

/** An internal API: a few services make most of its requests. */
export const internalApi: Healthy = {
  name: "internal API",
  traffic: {
    start: "2026-01-05T00:00:00Z",
    end: "2026-01-06T00:00:00Z",
    rows: 1000,
    hours: [
      0.8, 0.78, 0.77, 0.77, 0.78, 0.8, 0.85, 0.95, 1.1, 1.22, 1.27, 1.26, 1.2, 1.22, 1.26, 1.25, 1.2, 1.12,
      1.02, 0.94, 0.9, 0.87, 0.84, 0.82,
    ],
    weekdays: [1.08, 1.08, 1.08, 1.08, 1.06, 0.81, 0.81],
    trend: 0,
    // Measured in the log, the Hurst exponent is 0.06 lower and the variance 6 % lower than these parameters ask for.
    burstiness: 0.0325,
    hurst: 0.86,
  },
  visitors: {
    requestsPerSession: { median: 10, spread: 0.9 },
    deepVisits: { share: 0, requests: 50 },
    secondsBetweenRequests: { median: 5, spread: 1.1 },
    returning: 0.9,
    regulars: 0.02,
    bots: { share: 0.73, clients: 24 },
    agents: "services",
    addresses: "public",
  },
  site: {
    endpoints: endpointsOf(lines, kinds, 0.9),
    identifiers: true,
    catalogue: 200_000,
    utilisation: 0.25,
    drift: 0.05,
    timeLimit: 10_000,
  },
};
