import { inJson, type Pattern, part, route } from "../pattern.js";

/** NDJSON in the Elastic Common Schema, with the duration in nanoseconds. Source: Elastic, "ECS field reference". */
export const ecs: Pattern = {
  json: ["@timestamp", "source.ip", "url.original", "http.response.status_code", "event.duration"],
  parts: [
    '{"@timestamp":"',
    part.iso,
    ".",
    { drawn: "millisecond" },
    'Z","ecs":{"version":"8.11.0"},"event":{"dataset":"nginx.access","kind":"event","category":["web"],"duration":',
    { drawn: "nanoseconds", field: 4 },
    '},"http":{"request":{"method":"',
    part.method,
    '","referrer":"',
    { referrer: (text) => (text === "-" ? "" : inJson(text)) },
    '"},"response":{"body":{"bytes":',
    part.size,
    '},"status_code":',
    part.status,
    '},"version":"1.1"},"source":{"ip":"',
    part.address,
    '"},"url":{"original":"',
    route(inJson),
    '"},"user_agent":{"original":"',
    { agent: inJson },
    '"}}',
  ],
};
