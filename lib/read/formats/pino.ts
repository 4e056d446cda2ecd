import { jsonProduct } from "./jsonProduct.js";

/**
 * Requests as pino-http (Node.js) logs them, a line each when they end; Bunyan's request logs have the same shape. The
 * client is whom a proxy names in X-Forwarded-For, else the peer. Lines of an application between them, and Fastify's,
 * which tell a request's client and its status on two lines, make no records.
 * Source: pino-http, README; pino-std-serializers, `req` and `res`; the response time is in milliseconds.
 */
export const pino = jsonProduct("pino-http JSON", {
  timestamp: ["time", "timestamp"],
  ip_address: ["req.headers.x-forwarded-for", "req.remoteAddress", "req.ip"],
  endpoint: ["req.url"],
  status_code: ["res.statusCode"],
  response_time_ms: [
    ["responseTime", "ms"],
    ["res.responseTime", "ms"],
  ],
});
