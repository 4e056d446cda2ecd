import { inJson, type Pattern, part, route } from "../pattern.js";

/**
 * Envoy's access log as JSON with the names of Istio's mesh, with the duration in whole milliseconds. Source: Istio,
 * "Envoy access logs".
 */
export const envoyJson: Pattern = {
  json: ["start_time", "x_forwarded_for", "path", "response_code", "duration"],
  parts: [
    '{"authority":"www.example.com","bytes_received":0,"bytes_sent":',
    part.size,
    ',"duration":',
    { drawn: "milliseconds", field: 4 },
    ',"method":"',
    part.method,
    '","path":"',
    route(inJson),
    '","protocol":"HTTP/2","request_id":"',
    { drawn: "hex8" },
    "-",
    { drawn: "hex4" },
    "-",
    { drawn: "hex4" },
    "-",
    { drawn: "hex4" },
    "-",
    { drawn: "hex8" },
    { drawn: "hex4" },
    '","response_code":',
    part.status,
    ',"response_flags":"-","start_time":"',
    part.iso,
    ".",
    { drawn: "millisecond" },
    'Z","upstream_cluster":"outbound|80||shop.default.svc.cluster.local","upstream_host":"10.1.2.',
    { drawn: "server" },
    ':8080","user_agent":"',
    { agent: inJson },
    '","x_forwarded_for":"',
    part.address,
    '"}',
  ],
};
