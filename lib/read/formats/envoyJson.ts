import { headerNames, jsonProduct } from "./jsonProduct.js";

/**
 * Envoy's access log as JSON with the names of its own default, of Istio's mesh and of Envoy Gateway. The client is the
 * left-most address of X-Forwarded-For where the peer is private or missing. A response code of 0 says that the client
 * left before an answer, so the line is not a record. The duration is in milliseconds. Source: Envoy, "Access logging:
 * command operators"; Istio, "Envoy access logs", JSON encoding; Envoy Gateway, "Proxy access logs".
 */
export const envoyJson = jsonProduct("Envoy or Istio JSON", {
  timestamp: ["start_time"],
  ip_address: ["downstream_remote_address", "downstream_direct_remote_address"],
  forwarded: [...headerNames, "forwarded_for"],
  endpoint: ["x_envoy_original_path", "x-envoy-origin-path", "x-envoy-original-path", "path"],
  status_code: ["response_code"],
  response_time_ms: [["duration", "ms"]],
});
