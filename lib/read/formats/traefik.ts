import { jsonProduct } from "./jsonProduct.js";

/**
 * Traefik's access log as JSON, durations in nanoseconds. Where the fields with the start of a request are dropped,
 * the entry's own time counts. A header that is kept has its name behind `request_`.
 * Source: Traefik, "Access logs", list of fields.
 */
export const traefik = jsonProduct("Traefik access log", {
  timestamp: ["StartUTC", "StartLocal", "time"],
  ip_address: ["ClientHost", "ClientAddr"],
  forwarded: ["request_X-Forwarded-For"],
  endpoint: ["RequestPath"],
  status_code: ["DownstreamStatus"],
  response_time_ms: [["Duration", "ns"]],
});
