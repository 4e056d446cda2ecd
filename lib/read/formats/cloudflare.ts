import { jsonProduct } from "./jsonProduct.js";

/**
 * Cloudflare's HTTP requests as Logpush and Logpull write them. The response time is the time to the first byte,
 * measured at the edge. If a job does not push this field, it is the time of the origin, which is 0 if the cache
 * answered. `EdgeStartTimestamp` is RFC 3339, or seconds or nanoseconds since 1970; the job decides.
 * `OriginResponseTime` is in nanoseconds. Source: Cloudflare, "Logs: HTTP requests".
 */
export const cloudflare = jsonProduct("Cloudflare HTTP requests", {
  timestamp: ["EdgeStartTimestamp"],
  ip_address: ["ClientIP"],
  endpoint: ["ClientRequestURI", "ClientRequestPath"],
  status_code: ["EdgeResponseStatus"],
  response_time_ms: [
    ["EdgeTimeToFirstByteMs", "ms"],
    ["OriginResponseDurationMs", "ms"],
    ["OriginResponseTime", "ns"],
  ],
});
