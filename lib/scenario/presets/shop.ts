import type { Healthy } from "../types.js";
import { combined, type EndpointKind, endpointsOf, interleaved } from "./endpoints.js";

/**
 * A shop like the large ones: 338 routes whose popularity follows Zipf's law with exponent 1.15, answers from a
 * millisecond to minutes, and almost no server errors. It aims at the figures measured on a shop. They do not give the
 * rest, which is assumed: identifiers from a catalogue of 20,000, 3 % of the requests from bots, and a utilisation of
 * 0.3.
 */
const kinds: Record<string, EndpointKind> = {
  asset: {
    p50: 1.8,
    reach: 2,
    spread: 0.5,
    tail: 0.04,
    tailIndex: 1.8,
    phase: "entry",
    status: { 200: 68.5, 304: 31, 404: 0.5 },
  },
  read: {
    p50: 6.5,
    reach: 2,
    spread: 0.5,
    tail: 0.04,
    tailIndex: 1.8,
    phase: "browse",
    status: { 200: 98.4, 401: 0.6, 404: 0.95, 500: 0.05 },
  },
  page: {
    p50: 10,
    reach: 2.5,
    spread: 0.5,
    tail: 0.04,
    tailIndex: 1.8,
    phase: "browse",
    status: { 200: 92.5, 304: 6, 404: 1.45, 500: 0.05 },
  },
  form: {
    p50: 14,
    reach: 2.5,
    spread: 0.5,
    tail: 0.04,
    tailIndex: 1.8,
    phase: "finish",
    status: { 200: 20, 302: 77, 400: 1.9, 422: 1, 500: 0.1 },
  },
  account: {
    p50: 30,
    reach: 2.5,
    spread: 0.5,
    tail: 0.04,
    tailIndex: 1.8,
    phase: "finish",
    status: { 200: 72, 302: 25.9, 401: 2, 500: 0.1 },
  },
  query: {
    p50: 40,
    reach: 1.8,
    spread: 0.5,
    tail: 0.04,
    tailIndex: 1.8,
    phase: "browse",
    status: { 200: 98.5, 400: 1.2, 500: 0.1, 503: 0.1, 504: 0.1 },
  },
  slow: {
    p50: 180,
    reach: 1.25,
    spread: 0.35,
    tail: 0.06,
    tailIndex: 1.8,
    phase: "browse",
    status: { 200: 99, 400: 0.7, 500: 0.2, 502: 0.1 },
  },
  report: {
    p50: 760,
    reach: 1.3,
    spread: 0.35,
    tail: 0.06,
    tailIndex: 1.8,
    phase: "finish",
    status: { 200: 99, 400: 0.5, 500: 0.5 },
  },
  moved: {
    p50: 1.5,
    reach: 2,
    spread: 0.4,
    tail: 0.02,
    tailIndex: 2,
    phase: "entry",
    status: { 301: 96, 404: 4 },
  },
};

const departments = [
  ..."women men girls boys baby shoes bags jewellery watches beauty sports outdoor".split(" "),
  ..."home kitchen garden lighting bedding toys books games electronics phones pets travel".split(" "),
];
const resources =
  "addresses cards orders returns reviews wishlists vouchers subscriptions questions alerts sizes gifts".split(
    " ",
  );
const topics =
  "delivery returns payment sizing warranty privacy terms contact careers press stores gift-cards".split(" ");
const assets = "runtime vendor product checkout account search home fonts icons sprite consent theme".split(
  " ",
);

/** The most popular routes are written out, as they carry three quarters of the requests. */
const lines = [
  "read /products/{id}",
  "asset /assets/app.js",
  "page /",
  "query /search",
  "read /api/cart",
  "form POST /cart/items",
  "slow /api/recommendations/{id}",
  "page /products/{id}/reviews",
  "asset /assets/app.css",
  "form POST /login",
  "read /api/prices/{id}",
  "slow POST /checkout/payment",
  "account /account",
  "page /cart",
  "asset /favicon.ico",
  "read /api/stock/{id}",
  "query /api/suggest",
  "account /checkout",
  "form POST /cart/voucher",
  "page /brands/{id}",
  "account /account/orders",
  "asset /assets/logo.svg",
  "read /api/session",
  "moved /index.php",
  "form POST /logout",
  "slow /api/delivery-options",
  ...interleaved([
    combined(
      [
        "page /{}",
        "page /{}/new",
        "query /{}/sale",
        "page /{}/brands",
        "page /{}/guides",
        "slow /{}/filter",
        "slow /{}/compare",
      ],
      departments,
    ),
    combined(
      [
        "read /api/{}",
        "read /api/{}/{id}",
        "form POST /account/{}/add",
        "form POST /account/{}/{id}/edit",
        "account POST /account/{}/{id}/remove",
      ],
      resources,
    ),
    combined(["page /help/{}", "page /help/{}/{id}"], topics),
    combined(["asset /assets/{}.js", "asset /assets/{}.css", "asset /assets/{}.woff2"], assets),
    combined(["report /api/reports/{}"], departments.slice(0, 4)),
  ]),
  ...combined(["moved /shop/{}"], departments.slice(0, 16)),
];

/** A shop with the traffic of real ones. */
export const shop: Healthy = {
  name: "real-life shop",
  traffic: {
    start: "2026-01-05T00:00:00Z",
    end: "2026-01-06T00:00:00Z",
    rows: 1000,
    // An international shop is never quiet: the busiest hour has about twice the requests of the quietest.
    hours: [
      0.8, 0.72, 0.66, 0.62, 0.62, 0.67, 0.77, 0.88, 0.97, 1.05, 1.1, 1.13, 1.15, 1.14, 1.12, 1.12, 1.14,
      1.18, 1.24, 1.3, 1.35, 1.3, 1.15, 0.95,
    ],
    weekdays: [1.05, 1.03, 1.02, 1.03, 1.03, 0.75, 0.78],
    trend: 0,
    // Measured in the log, the Hurst exponent is 0.06 lower and the variance 6 % lower than these parameters ask for.
    burstiness: 0.075,
    hurst: 0.85,
  },
  visitors: {
    requestsPerSession: { median: 6.4, spread: 0.9 },
    deepVisits: { share: 0, requests: 50 },
    secondsBetweenRequests: { median: 11.2, spread: 1.62 },
    returning: 0.3,
    regulars: 0.15,
    bots: { share: 0.03, clients: 20 },
    addresses: "public",
  },
  site: {
    endpoints: endpointsOf(lines, kinds, 1.15),
    identifiers: true,
    catalogue: 20_000,
    utilisation: 0.3,
    drift: 0.06,
    timeLimit: 60_000,
  },
};
