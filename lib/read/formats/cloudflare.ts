import { jsonProduct } from "./jsonProduct.js";

/**
 * Cloudflare's HTTP requests as Logpush and Logpull write them. The response time is the time to the first byte as the
 * edge measured it; where a job does not push this field, the origin's, 0 for what the cache answered.
 * `EdgeStartTimestamp` is RFC 3339, seconds or nanoseconds since 1970, as the job says.
 * Source: Cloudflare, "Logs: HTTP requests"; `OriginResponseTime` is in nanoseconds there.
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
