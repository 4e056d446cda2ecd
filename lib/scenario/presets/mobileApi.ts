import type { Healthy } from "../types.js";
import { combined, type EndpointKind, endpointsOf, interleaved } from "./endpoints.js";

/**
 * The back end of an app. Every answer is computed, so even the quickest takes tens of milliseconds. Latency, bursts
 * and clients aim at the mobile API that was measured. The measurements do not give the rest, which is assumed: 60
 * routes, 3.5 % of 4xx and 0.3 % of 5xx, an evening peak, busier weekends, and visits of a dozen requests close
 * together.
 */
const body = { spread: 0.2, tail: 0.04, tailIndex: 1.9 };
const kinds: Record<string, EndpointKind> = {
  light: { ...body, p50: 32, reach: 1.4, phase: "entry", status: { 200: 94.5, 304: 4, 401: 1.3, 500: 0.2 } },
  read: { ...body, p50: 140, reach: 1.5, phase: "browse", status: { 200: 96, 304: 2, 404: 1.8, 500: 0.2 } },
  write: { ...body, p50: 190, reach: 1.5, phase: "finish", status: { 201: 96, 400: 1.6, 409: 2, 500: 0.4 } },
  heavy: { ...body, p50: 350, reach: 1.6, phase: "browse", status: { 200: 97, 400: 2, 429: 0.4, 500: 0.6 } },
  bulk: { ...body, p50: 900, reach: 1.3, phase: "finish", status: { 200: 98, 400: 1, 413: 0.4, 500: 0.6 } },
};

const resources = "profile friends posts comments likes photos groups events".split(" ");

const lines = [
  "read /v1/feed",
  "light /v1/notifications",
  "read /v1/posts/{id}",
  "light POST /v1/token",
  "heavy /v1/search",
  "light /v1/config",
  "write POST /v1/messages",
  "heavy /v1/recommendations",
  "read /v1/messages/{id}",
  "bulk POST /v1/photos",
  "read /v1/profiles/{id}",
  "light POST /v1/events",
  ...interleaved([
    combined(["read /v1/{}", "read /v1/{}/{id}/details"], resources),
    combined(["light /v1/{}/count"], resources),
    combined(["write POST /v1/{}/{id}", "write PATCH /v1/{}/{id}", "write DELETE /v1/{}/{id}"], resources),
    combined(["heavy /v1/{}/search"], resources),
    combined(["bulk /v1/{}/export"], resources.slice(0, 2)),
  ]),
];

/** The back end of a mobile app. */
export const mobileApi: Healthy = {
  name: "mobile API",
  traffic: {
    start: "2026-01-05T00:00:00Z",
    end: "2026-01-06T00:00:00Z",
    rows: 1000,
    hours: [
      0.6, 0.42, 0.33, 0.3, 0.34, 0.5, 0.85, 1.1, 1.08, 1, 0.98, 1.05, 1.18, 1.12, 1.02, 1.02, 1.1, 1.22,
      1.35, 1.5, 1.62, 1.6, 1.35, 0.95,
    ],
    weekdays: [0.96, 0.96, 0.97, 0.98, 1.03, 1.08, 1.04],
    trend: 0,
    // Measured in the log, the Hurst exponent is 0.06 lower and the variance 6 % lower than these parameters ask for.
    burstiness: 0.054,
    hurst: 0.86,
  },
  visitors: {
    requestsPerSession: { median: 8, spread: 0.8 },
    deepVisits: { share: 0, requests: 50 },
    secondsBetweenRequests: { median: 6, spread: 1.1 },
    returning: 0.6,
    regulars: 0.25,
    bots: { share: 0.01, clients: 10 },
    agents: "app",
    addresses: "public",
  },
  site: {
    endpoints: endpointsOf(lines, kinds, 1),
    identifiers: true,
    catalogue: 1_000_000,
    utilisation: 0.3,
    drift: 0.06,
    timeLimit: 30_000,
  },
};
