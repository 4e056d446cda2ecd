import type { Dialect } from "./http.js";

/** The lines unchanged; each is a JSON object. */
export const ndjson: Dialect = {
  contentType: "application/x-ndjson",
  path: "/",
  ids: "inside",
  body: ({ lines }) => Buffer.concat(lines),
  retries: (status) => status === 408 || status === 429 || status >= 500,
};
