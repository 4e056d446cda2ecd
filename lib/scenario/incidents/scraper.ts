import type { Kind } from "./kind.js";

/** Share of its requests that are answered with 429 (too many requests), relative to all its other answers. */
const REFUSED = 0.03;

/** One client fetches the pages of the site in bursts, each page as often as any other. */
export const scraper: Kind = {
  size: {
    means: "its requests as a multiple of the site's mean rate",
    min: 0.001,
    max: 100,
    default: 0.5,
  },
  place: { begin: 0.1, length: 0.1 },
  siteWide: true,
  adds: {
    clients: { bots: { share: 1, clients: 1 } },
    suits: ({ method, phase }) => method === "GET" && phase !== "entry",
    answering: (page) => {
      const all = Object.values(page.status).reduce((a, b) => a + b, 0);
      return { ...page, popularity: 1, status: { ...page.status, 429: REFUSED * all } };
    },
    secondsInMinute: 45,
  },
};
