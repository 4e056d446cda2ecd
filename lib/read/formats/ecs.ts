import { jsonProduct } from "./jsonProduct.js";

/**
 * The Elastic Common Schema, nested or with dots in its names, as Filebeat, Elastic Agent and Logstash write a web
 * server's log. `event.duration` is in nanoseconds. Source: Elastic, "ECS field reference": http, url, source, client,
 * event.
 */
export const ecs = jsonProduct("Elastic Common Schema", {
  timestamp: ["@timestamp"],
  ip_address: ["source.ip", "client.ip", "source.address", "client.address"],
  forwarded: ["network.forwarded_ip"],
  endpoint: ["url.original", "url.path", "url.full"],
  status_code: ["http.response.status_code"],
  response_time_ms: [["event.duration", "ns"]],
});
