import { jsonProduct } from "./jsonProduct.js";

/**
 * What Logstash's grok pattern COMBINEDAPACHELOG finds, as JSON. `path` is the name of the log file, and `timestamp`
 * the server's time; `@timestamp` may be when Logstash read the line.
 * Source: logstash-patterns-core, "legacy/httpd".
 */
export const logstash = jsonProduct("Logstash JSON of an Apache or nginx log", {
  timestamp: ["timestamp", "@timestamp"],
  ip_address: ["clientip"],
  endpoint: ["request"],
  status_code: ["response"],
  response_time_ms: [],
});
