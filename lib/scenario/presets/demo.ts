import type { Endpoint, Healthy } from "../types.js";

/**
 * The demonstration shop. It is invented so that a thousand records hold something to find: about 4 % of the requests
 * fail with a 4xx and 2 % with a 5xx, most of the latter on /checkout and /search. Real shops are healthier and less
 * interesting (see the preset `shop`).
 */
export const demo: Healthy = {
  name: "demonstration shop",
  traffic: {
    start: "2026-01-05T00:00:00Z",
    end: "2026-01-06T00:00:00Z",
    rows: 1000,
    // quiet at night, a first peak at noon and the higher one in the evening
    hours: [
      0.55, 0.45, 0.4, 0.38, 0.4, 0.48, 0.62, 0.8, 0.98, 1.1, 1.18, 1.25, 1.3, 1.25, 1.2, 1.18, 1.2, 1.28,
      1.42, 1.55, 1.6, 1.45, 1.1, 0.78,
    ],
    weekdays: [1.05, 1.03, 1.02, 1.05, 1.1, 0.9, 0.85],
    trend: 0,
    burstiness: 0.07,
    hurst: 0.79,
  },
  visitors: {
    requestsPerSession: { median: 6.2, spread: 0.88 },
    deepVisits: { share: 0, requests: 50 },
    secondsBetweenRequests: { median: 13, spread: 1.42 },
    returning: 0.3,
    regulars: 0.15,
    bots: { share: 0.06, clients: 4 },
    addresses: "public",
  },
  site: {
    endpoints: [
      endpoint("/", 20, "entry", 38, { 200: 93, 304: 6.7, 500: 0.3 }),
      endpoint("/products", 17, "browse", 72, { 200: 95.8, 304: 3, 404: 0.6, 500: 0.6 }),
      endpoint("/products/details", 16, "browse", 95, { 200: 88, 304: 4, 404: 7.2, 500: 0.8 }),
      endpoint("/search", 12, "browse", 210, { 200: 90.4, 400: 4, 500: 2.4, 503: 1, 504: 2.2 }, 0.5, 0.05),
      endpoint("/images/banner.jpg", 9, "entry", 6, { 200: 68, 304: 30.5, 404: 1.5 }),
      endpoint("/cart", 7, "finish", 64, { 200: 96.6, 400: 3, 500: 0.4 }),
      endpoint("/api/recommendations", 6, "browse", 130, { 200: 96.4, 429: 3, 500: 0.6 }),
      endpoint("/login", 4, "entry", 155, { 200: 28, 302: 57, 401: 14, 500: 1 }, 0.3, 0.02, "POST"),
      endpoint(
        "/checkout",
        4,
        "finish",
        320,
        { 200: 72, 400: 4, 402: 4, 500: 12, 502: 4, 504: 4 },
        0.45,
        0.06,
        "POST",
      ),
      endpoint("/account/orders", 2.5, "finish", 110, { 200: 86, 401: 9, 403: 4, 500: 1 }),
      endpoint("/about", 1.5, undefined, 22, { 200: 90, 304: 9, 404: 1 }),
      endpoint("/old-shop", 1, "entry", 9, { 301: 60, 404: 40 }),
    ],
    identifiers: false,
    catalogue: 5000,
    utilisation: 0.3,
    drift: 0.06,
    timeLimit: 10_000,
  },
};

function endpoint(
  route: string,
  popularity: number,
  phase: "entry" | "browse" | "finish" | undefined,
  p50: number,
  status: Record<string, number>,
  spread = 0.35,
  tail = 0.02,
  method: "GET" | "POST" = "GET",
): Endpoint {
  return { route, method, popularity, phase, latency: { p50, spread, tail, tailIndex: 1.9 }, status };
}
