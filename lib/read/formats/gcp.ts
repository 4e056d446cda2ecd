import { jsonProduct } from "./jsonProduct.js";

/**
 * Request logs of Google Cloud (its load balancers, Cloud Run and App Engine) as exported from Cloud Logging: each line
 * is a `LogEntry` with an `httpRequest`. The latency has its own unit: `"0.023s"`. Source: Google Cloud, "LogEntry" and
 * "HttpRequest" of the Logging API.
 */
export const gcp = jsonProduct("Google Cloud request log", {
  timestamp: ["timestamp", "receiveTimestamp"],
  ip_address: ["httpRequest.remoteIp"],
  endpoint: ["httpRequest.requestUrl"],
  status_code: ["httpRequest.status"],
  response_time_ms: [["httpRequest.latency", "s"]],
});
