import { headerNames, jsonProduct } from "./jsonProduct.js";

/**
 * JSON of Logstash's grok pattern COMBINEDAPACHELOG. `path` is the name of the log file, and `timestamp` is the
 * server's time, while `@timestamp` may be the time when Logstash read the line. Source: logstash-patterns-core,
 * "legacy/httpd".
 */
export const logstash = jsonProduct("Logstash JSON of an Apache or nginx log", {
  timestamp: ["timestamp", "@timestamp"],
  ip_address: ["clientip"],
  forwarded: headerNames,
  endpoint: ["request"],
  status_code: ["response"],
  response_time_ms: [],
});
