import type { Dialect } from "./http.js";
import { textOf } from "./receiver.js";

/**
 * Logs by OTLP/HTTP as JSON: for each record its time, its severity, the attributes of a request, and the line as the
 * body. An id is the attribute `log.record.uid`. Source: OpenTelemetry, "OTLP Specification", section "OTLP/HTTP".
 */
export const otlp: Dialect = {
  contentType: "application/json",
  path: "/v1/logs",
  ids: "apart",
  otlp: true,
  body({ lines, due, ids, otlp }) {
    const records = lines.map((line, row) => {
      const begin = otlp[row] ?? '{"attributes":[';
      const id = ids.length > 0 && `{"key":"log.record.uid","value":{"stringValue":"${ids[row]}"}}`;
      const more = id ? (otlp[row] === undefined ? id : `,${id}`) : "";
      const body = JSON.stringify(textOf(line));
      return `${begin}${more}],"observedTimeUnixNano":"${due[row]}000000","body":{"stringValue":${body}}}`;
    });
    return Buffer.from(
      `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"server-logs"}}]},` +
        `"scopeLogs":[{"scope":{"name":"server-logs"},"logRecords":[${records.join(",")}]}]}]}`,
    );
  },
  retries: (status) => [429, 502, 503, 504].includes(status),
  answer(text) {
    let partial: { rejectedLogRecords?: unknown; errorMessage?: unknown } | undefined;
    try {
      partial = JSON.parse(text).partialSuccess;
    } catch {
      return {}; // an empty answer: everything was taken
    }
    const rejected = Number(partial?.rejectedLogRecords ?? 0); // a 64-bit number is a string in JSON
    const why = partial?.errorMessage;
    return {
      rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : undefined,
      why: typeof why === "string" && why !== "" ? why : undefined,
    };
  },
};
