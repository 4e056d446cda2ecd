import { JsonFields } from "../fields/jsonFields.js";
import { moment } from "../fields/time.js";
import type { Envelope } from "./envelope.js";

/** An envelope of JSON: the line is the string at one path, and when it was received at another. */
function jsonMessage(title: string, line: string, time: string): Envelope {
  return {
    title,
    opener: () => {
      const json = new JsonFields([line, time]);
      return (bytes, start, end, into) => {
        if (!json.read(bytes, start, end)) return `not ${title}: no JSON object in UTF-8`;
        if (json.start[0] < 0 || bytes[json.start[0] - 1] !== QUOTE)
          return `the JSON object has no text "${line}"`;
        into.setJson(bytes, json.start[0], json.end[0], json.escaped[0] === 1);
        into.time = json.start[1] < 0 ? -1 : moment(bytes, json.start[1], json.end[1], asUtc);
      };
    },
  };
}

const asUtc = (local: number) => local;

/**
 * Docker's default, the logging driver `json-file`: `{"log":"…\n","stream":"stdout","time":"2026-01-05T10:00:00.123Z"}`.
 * Source: Docker, "JSON File logging driver".
 */
export const docker = jsonMessage("Docker's json-file", "log", "time");

/**
 * The journal as `journalctl -o json` exports it, the moment in microseconds.
 * Source: systemd, "Journal Export Formats" and systemd.journal-fields(7). A message that is not UTF-8 is a list of
 * numbers there, and goes into quarantine.
 */
export const journal = jsonMessage("the systemd journal as JSON", "MESSAGE", "__REALTIME_TIMESTAMP");

/** Lines that a shipper (Filebeat, Fluent Bit, Vector) sent on as they were, in `message`. */
export const shipped = jsonMessage("a shipper's JSON with the line in message", "message", "@timestamp");

/** Lines that Loki gives back, as `logcli query --output=jsonl` writes them. Source: Grafana Loki, "LogCLI". */
export const loki = jsonMessage("Loki's JSON lines", "line", "timestamp");

/** Lines in Google Cloud Logging's `textPayload`. Source: Google Cloud, "LogEntry". */
export const textPayload = jsonMessage("Google Cloud's textPayload", "textPayload", "timestamp");

const QUOTE = 34;
