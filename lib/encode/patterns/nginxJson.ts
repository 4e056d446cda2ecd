import { inJson, type Pattern, part, route } from "../pattern.js";

/**
 * JSON that nginx writes with a `log_format … escape=json` under the names of its own variables, with all values as
 * strings: `{"time_iso8601":"2026-01-05T00:22:28+00:00","remote_addr":"203.0.113.9", … "request_time":"0.063"}`.
 * Source: nginx, ngx_http_log_module; `$request_time` is in seconds with three decimals.
 */
export const nginxJson: Pattern = {
  json: ["time_iso8601", "remote_addr", "request_uri", "status", "request_time"],
  parts: [
    '{"time_iso8601":"',
    part.iso,
    '+00:00","remote_addr":"',
    part.address,
    '","remote_user":"","request_method":"',
    part.method,
    '","request_uri":"',
    route(inJson),
    '","server_protocol":"HTTP/1.1","status":"',
    part.status,
    '","body_bytes_sent":"',
    part.size,
    '","request_time":"',
    { drawn: "seconds", field: 4 },
    '","http_referer":"',
    { referrer: (text) => (text === "-" ? "" : inJson(text)) },
    '","http_user_agent":"',
    { agent: inJson },
    '","request_id":"',
    { drawn: "hex8" },
    { drawn: "hex8" },
    { drawn: "hex8" },
    { drawn: "hex8" },
    '"}',
  ],
};
