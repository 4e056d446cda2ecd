import { InputError, quoted } from "../../errors.js";
import type { Dialect } from "./http.js";
import { textOf } from "./receiver.js";

/**
 * Loki's push API: one stream with these labels and its lines in order of delivery. An id is structured metadata.
 * Source: Grafana Loki, "HTTP API", section "Ingest logs".
 */
export function loki(labels: Readonly<Record<string, string>> = { job: "server-logs" }): Dialect {
  const names = Object.keys(labels);
  if (names.length === 0) throw new InputError("label: Loki takes no lines without a label");
  for (const name of names) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
      throw new InputError(
        `label: a name must be letters, digits and _ and not begin with a digit, not ${quoted(name)}`,
      );
  }
  return {
    contentType: "application/json",
    path: "/loki/api/v1/push",
    ids: "apart",
    body({ lines, due, ids }) {
      const values = lines.map((line, row) => {
        const id = ids.length > 0 ? [{ record_id: ids[row] }] : [];
        return [`${due[row]}000000`, textOf(line), ...id];
      });
      return Buffer.from(JSON.stringify({ streams: [{ stream: labels, values }] }));
    },
    retries: (status) => status === 429 || status >= 500,
  };
}
