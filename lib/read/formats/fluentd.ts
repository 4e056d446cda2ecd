import { jsonProduct } from "./jsonProduct.js";

/**
 * What the parsers `nginx` and `apache2` of Fluentd and Fluent Bit find, as JSON. The client is `remote` to the first
 * and `host` to the second.
 * Source: Fluentd, "nginx parser plugin" and "apache2 parser plugin"; Fluent Bit, conf/parsers.conf.
 */
export const fluentd = jsonProduct("Fluentd or Fluent Bit JSON of an Apache or nginx log", {
  timestamp: ["time", "date", "@timestamp", "timestamp"],
  ip_address: ["remote", "host"],
  endpoint: ["path"],
  status_code: ["code"],
  response_time_ms: [],
});
