import { inJson, type Pattern, part, route } from "../pattern.js";
import { hostOf } from "./site.js";

/** A number and a name of a severity: INFO, WARN or ERROR. */
const severity = (status: number) =>
  status >= 500 ? [17, "ERROR"] : status >= 400 ? [13, "WARN"] : [9, "INFO"];

const text = (key: string, value: string) => `{"key":"${key}","value":{"stringValue":"${value}"}},`;

/**
 * The beginning of a LogRecord of OTLP as JSON, up to the end of its last attribute: time, severity, and the attributes
 * of the stable semantic conventions for HTTP servers; the duration bears the name of their metric. Sources:
 * OpenTelemetry, "Semantic conventions for HTTP spans" and opentelemetry-proto, logs.proto.
 */
export const otlp: Pattern = {
  parts: [
    '{"timeUnixNano":"',
    { drawn: "epoch" },
    { drawn: "millisecond" },
    '000000","severityNumber":',
    {
      outcome: ({ status }) => {
        const [number, name] = severity(status);
        return `${number},"severityText":"${name}`;
      },
    },
    '","attributes":[{"key":"http.request.method","value":{"stringValue":"',
    part.method,
    '"}},{"key":"url.path","value":{"stringValue":"',
    route(inJson),
    '"}},{"key":"http.response.status_code","value":{"intValue":"',
    part.status,
    '"}},',
    {
      outcome: (outcome) =>
        text("http.route", inJson(outcome.endpoint.route.replaceAll("{id}", ":id"))) +
        text("server.address", hostOf(outcome)) +
        (outcome.status >= 500 ? text("error.type", String(outcome.status)) : ""),
    },
    `${text("url.scheme", "https")}${text("network.protocol.version", "1.1")}{"key":"client.address","value":{"stringValue":"`,
    part.address,
    '"}},',
    {
      referrer: (from) =>
        from === "-"
          ? ""
          : `{"key":"http.request.header.referer","value":{"arrayValue":{"values":[{"stringValue":"${inJson(from)}"}]}}},`,
    },
    { agent: (agent) => text("user_agent.original", inJson(agent)) },
    '{"key":"http.server.request.duration","value":{"doubleValue":',
    { drawn: "seconds5" },
    "}}",
  ],
};
