import { headerNames, jsonProduct } from "./jsonProduct.js";

/**
 * Access logs of Amazon API Gateway as JSON, with the names in its examples, which are those of the `$context`
 * variables. `requestTime` is the time of the request. Latencies are in milliseconds. If the log has no path, but the
 * `routeKey` of an HTTP API (`GET /pets`), the route is the path. Source: AWS, "Set up CloudWatch logging for REST
 * APIs" and "Customize HTTP API access logs".
 */
export const apiGateway = jsonProduct(
  "Amazon API Gateway access log",
  {
    timestamp: ["requestTimeEpoch", "requestTime"],
    ip_address: ["ip", "sourceIp", "identity.sourceIp"],
    forwarded: ["xForwardedFor", ...headerNames],
    endpoint: ["path", "resourcePath", "routeKey"],
    status_code: ["status"],
    response_time_ms: [
      ["responseLatency", "ms"],
      ["integrationLatency", "ms"],
    ],
  },
  /"requestTime"\s*:\s*"\d\d\/[A-Z][a-z]{2}\/\d{4}:/,
);
