import { inJson, type Pattern, part, route } from "../pattern.js";

/**
 * Caddy's access log as JSON, with the time in seconds since 1970 and the duration in seconds. Source: Caddy, "How
 * Logging Works".
 */
export const caddy: Pattern = {
  json: ["ts", "request.client_ip", "request.uri", "status", "duration"],
  parts: [
    '{"level":"info","ts":',
    { drawn: "epoch", field: 0 },
    ".",
    { drawn: "millisecond" },
    ',"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"',
    part.address,
    '","remote_port":"',
    { drawn: "port" },
    '","client_ip":"',
    { drawn: "address" },
    '","proto":"HTTP/2.0","method":"',
    part.method,
    '","host":"www.example.com","uri":"',
    route(inJson),
    '","headers":{"Referer":["',
    { referrer: (text) => (text === "-" ? "" : inJson(text)) },
    '"],"User-Agent":["',
    { agent: inJson },
    '"]},"tls":{"resumed":false,"version":772,"cipher_suite":4865,"proto":"h2","server_name":"www.example.com"}},"bytes_read":0,"user_id":"","duration":',
    { drawn: "seconds5", field: 4 },
    ',"size":',
    part.size,
    ',"status":',
    part.status,
    ',"resp_headers":{"Server":["Caddy"]}}',
  ],
};
