import type { Endpoint, Healthy } from "../types.js";
import { type EndpointKind, endpointsOf } from "./endpoints.js";

/**
 * A small site: a blog with a few dozen pages. It is quiet at night, people come for one page and leave, and crawlers
 * sweep it. Rhythm, popularity, clients, sessions and statuses aim at the web site that was measured. The measurements
 * do not give the rest, which is assumed: the latency of pages made by a program behind a cache, a calmer weekend, and
 * probes for weaknesses of other software, which cause most of the 404s.
 */
const body = { spread: 0.45, tail: 0.04, tailIndex: 1.9 };
const kinds: Record<string, EndpointKind> = {
  article: {
    ...body,
    p50: 24,
    reach: 1,
    phase: "entry",
    status: { 200: 94.7, 301: 1.5, 304: 2.2, 404: 1.6, 500: 0.05 },
  },
  page: {
    ...body,
    p50: 12,
    reach: 2.5,
    phase: "browse",
    status: { 200: 92, 301: 1, 304: 7.5, 404: 0.75, 500: 0.05 },
  },
  file: { ...body, p50: 0.8, reach: 2, phase: "entry", status: { 200: 82, 304: 17.7, 404: 0.3 } },
  picture: { ...body, p50: 1.5, reach: 1, phase: "browse", status: { 200: 93.9, 304: 5.5, 404: 0.6 } },
  form: { ...body, p50: 90, reach: 1.5, phase: "finish", status: { 200: 30, 302: 65, 403: 5 } },
  moved: { ...body, p50: 2, reach: 1.5, phase: "entry", status: { 301: 100 } },
  probe: { ...body, p50: 6, reach: 1.2, status: { 404: 100 } },
};

const lines = [
  "article /blog/{id}",
  "picture /images/{id}.jpg",
  "page /",
  "file /style.css",
  "page /blog",
  "file /logo.svg",
  "page /about",
  "file /feed.xml",
  "page /projects",
  "file /favicon.ico",
  "page /contact",
  "moved /index.html",
  "form POST /contact",
  "page /archive",
  "probe /wp-login.php",
  "file /robots.txt",
  "page /projects/clock",
  "page /projects/telescope",
  "file /sitemap.xml",
  "probe /xmlrpc.php",
  "page /photos",
  "page /talks",
  "moved /rss",
  "probe /.env",
  "page /links",
  "page /imprint",
];

/** One route stands for many articles or pictures, so its popularity is that of all of them together. */
function withItems(endpoint: Endpoint): Endpoint {
  const together: Record<string, number> = { "/blog/{id}": 8000, "/images/{id}.jpg": 6000 };
  return { ...endpoint, popularity: together[endpoint.route] ?? endpoint.popularity };
}

/** A small website. */
export const website: Healthy = {
  name: "small website",
  traffic: {
    start: "2026-01-05T00:00:00Z",
    end: "2026-01-06T00:00:00Z",
    rows: 1000,
    hours: [
      0.5, 0.4, 0.35, 0.33, 0.34, 0.4, 0.55, 0.8, 1.1, 1.32, 1.45, 1.52, 1.47, 1.53, 1.6, 1.56, 1.45, 1.3,
      1.18, 1.15, 1.18, 1.12, 0.9, 0.68,
    ],
    weekdays: [1.08, 1.1, 1.08, 1.06, 1, 0.82, 0.86],
    trend: 0,
    // Measured in the log, the Hurst exponent is 0.06 lower and the variance 6 % lower than these parameters ask for.
    burstiness: 0.0535,
    hurst: 0.85,
  },
  visitors: {
    requestsPerSession: { median: 1.8, spread: 0.35 },
    deepVisits: { share: 0.015, requests: 44 },
    secondsBetweenRequests: { median: 15.5, spread: 1.76 },
    returning: 0.25,
    regulars: 0.15,
    bots: { share: 0.04, clients: 12 },
    addresses: "public",
  },
  site: {
    endpoints: endpointsOf(lines, kinds, 1).map(withItems),
    identifiers: true,
    catalogue: 1500,
    utilisation: 0.2,
    drift: 0.06,
    timeLimit: 60_000,
  },
};
