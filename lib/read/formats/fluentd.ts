import { headerNames, jsonProduct } from "./jsonProduct.js";

/**
 * JSON of the parsers `nginx` and `apache2` of Fluentd and Fluent Bit. The first calls the client `remote`, the second
 * `host`. Source: Fluentd, "nginx parser plugin" and "apache2 parser plugin"; Fluent Bit, conf/parsers.conf.
 */
export const fluentd = jsonProduct("Fluentd or Fluent Bit JSON of an Apache or nginx log", {
  timestamp: ["time", "date", "@timestamp", "timestamp"],
  ip_address: ["remote", "host"],
  forwarded: headerNames,
  endpoint: ["path"],
  status_code: ["code"],
  response_time_ms: [],
});
