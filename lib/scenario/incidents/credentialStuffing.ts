import type { Kind } from "./kind.js";

/** Many clients try stolen passwords, each a few times. */
export const credentialStuffing: Kind = {
  size: {
    means: "its requests as a multiple of the site's mean rate",
    min: 0.001,
    max: 100,
    default: 0.3,
  },
  place: { begin: 0.15, length: 0.04 },
  siteWide: true,
  adds: {
    clients: {
      bots: { share: 0, clients: 1 },
      requestsPerSession: { median: 2, spread: 0.5 },
      secondsBetweenRequests: { median: 4, spread: 0.5 },
      deepVisits: { share: 0, requests: 1 },
      returning: 0,
    },
    suits: ({ route }) => /login|auth|session|token|signin/i.test(route),
    answering: (login) => ({ ...login, phase: undefined, status: { 401: 97, 429: 2.5, 200: 0.5 } }),
  },
};
