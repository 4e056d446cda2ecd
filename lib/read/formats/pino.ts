import { jsonProduct } from "./jsonProduct.js";

/**
 * Requests as pino-http (Node.js) logs them, each on one line when it ends. Bunyan's request logs have the same form.
 * The client is the one that a proxy, a private peer, names in X-Forwarded-For, or else the peer. An application's own lines are not
 * records. Neither are Fastify's, which have a request's client and its status on two separate lines. The response time
 * is in milliseconds. Source: pino-http, README; pino-std-serializers, `req` and `res`.
 */
export const pino = jsonProduct("pino-http JSON", {
  timestamp: ["time", "timestamp"],
  ip_address: ["req.remoteAddress", "req.ip"],
  forwarded: ["req.headers.x-forwarded-for"],
  endpoint: ["req.url"],
  status_code: ["res.statusCode"],
  response_time_ms: [
    ["responseTime", "ms"],
    ["res.responseTime", "ms"],
  ],
});
