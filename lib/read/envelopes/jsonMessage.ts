import { QUOTE } from "../../ascii.js";
import { JsonFields } from "../fields/jsonFields.js";
import { moment } from "../fields/time.js";
import type { Envelope } from "./envelope.js";

/** Makes an envelope of JSON: the line is the string at one path, and the time of receipt is at another. */
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
 * Docker's default logging driver, `json-file`: `{"log":"…\n","stream":"stdout","time":"2026-01-05T10:00:00.123Z"}`.
 * Source: Docker, "JSON File logging driver".
 */
export const docker = jsonMessage("Docker's json-file", "log", "time");

/**
 * The journal as `journalctl -o json` exports it, with the time in microseconds. There, a message that is not UTF-8 is
 * a list of numbers, and it is quarantined. Source: systemd, "Journal Export Formats" and systemd.journal-fields(7).
 */
export const journal = jsonMessage("the systemd journal as JSON", "MESSAGE", "__REALTIME_TIMESTAMP");

/** Lines that a shipper (Filebeat, Fluent Bit, Vector) passed on unchanged, in `message`. */
export const shipped = jsonMessage("a shipper's JSON with the line in message", "message", "@timestamp");

/** Lines that Loki gives back, as `logcli query --output=jsonl` writes them. Source: Grafana Loki, "LogCLI". */
export const loki = jsonMessage("Loki's JSON lines", "line", "timestamp");

/** Lines in the `textPayload` of Google Cloud Logging. Source: Google Cloud, "LogEntry". */
export const textPayload = jsonMessage("Google Cloud's textPayload", "textPayload", "timestamp");
