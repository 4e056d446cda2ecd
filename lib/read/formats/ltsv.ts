import { COLON, MINUS, TAB } from "../../ascii.js";
import { FieldTexts, FORWARDED, fieldReader } from "../fields/fields.js";
import { damagedTarget } from "../fields/request.js";
import { partEnd } from "../fields/words.js";
import { type LineFormat, otherFormat } from "../row.js";
import { CLIENT, DURATION, STATUS, TARGET, TIMESTAMP } from "./wordLog.js";

/** Which label holds which field. If two labels hold the same field, the first one counts whose value is not "-". */
type Labels = readonly (readonly [label: string, field: number])[];

/**
 * Labelled Tab-separated Values, with the labels that its site recommends for a web server's log:
 *
 *     time:[28/Feb/2013:12:00:00 +0900]	host:192.168.0.1	req:GET /list HTTP/1.1	status:200	size:5316	reqtime:0.654
 *
 * The names of nginx's variables are read, too. Source: ltsv.org, "Labels for Web server's Log": `reqtime` is in seconds, `reqtime_microsec` in microseconds.
 */
export const ltsv: LineFormat = {
  title: "LTSV",
  reading: (options, sample) => {
    const micro = sample.some((line) => utf8.decode(line).includes("\treqtime_microsec:"));
    const tellsTime = sample.some((line) => /(?:^|\t)time(?:_local|_iso8601)?:/.test(utf8.decode(line)));
    const unit = options.timeUnit ?? (micro ? "us" : "s");
    const labels: Labels = [
      ["time", TIMESTAMP],
      ["time_local", TIMESTAMP],
      ["time_iso8601", TIMESTAMP],
      ["forwardedfor", FORWARDED],
      ["http_x_forwarded_for", FORWARDED],
      ["host", CLIENT],
      ["remote_addr", CLIENT],
      ["uri", TARGET],
      ["request_uri", TARGET],
      ["req", TARGET],
      ["request", TARGET],
      ["status", STATUS],
      [micro ? "reqtime_microsec" : "reqtime", DURATION],
      ...(micro ? [] : [["request_time", DURATION] as const]),
    ];
    const texts = new FieldTexts();
    const rank = new Int8Array(FORWARDED + 1);
    const readFields = fieldReader(options, unit, options.received && !tellsTime);
    return {
      decided: `response time in ${unit}`,
      clients: ["host", "forwardedfor"],
      read: (bytes, start, end, row) => {
        texts.bytes = bytes;
        for (let field = 0; field <= FORWARDED; field++) {
          texts.start[field] = texts.end[field] = start;
          rank[field] = 127;
        }
        let known = 0;
        for (let at = start; at < end; ) {
          const to = partEnd(bytes, TAB, at, end);
          let colon = at;
          while (colon < to && bytes[colon] !== COLON) colon++;
          if (colon === to) return noLabel;
          const empty = to === colon + 1 || (to === colon + 2 && bytes[colon + 1] === MINUS);
          const k = labelAt(labels, bytes, at, colon);
          if (k >= 0) known++;
          if (k >= 0 && !empty && k < rank[labels[k][1]]) {
            const field = labels[k][1];
            rank[field] = k;
            texts.start[field] = colon + 1;
            texts.end[field] = to;
          }
          at = to + 1;
        }
        if (known === 0) return noKnownLabel;
        return damagedTarget(bytes, texts.start[TARGET], texts.end[TARGET]) ?? readFields(texts, row);
      },
    };
  },
};

const noLabel = otherFormat("a part between tabs has no label with a colon");
const noKnownLabel = otherFormat("no label is one of LTSV's, such as time, host, req and status");

function labelAt(labels: Labels, bytes: Uint8Array, start: number, end: number): number {
  for (let k = 0; k < labels.length; k++) {
    const [label] = labels[k];
    if (label.length !== end - start) continue;
    let i = 0;
    while (i < label.length && bytes[start + i] === label.charCodeAt(i)) i++;
    if (i === label.length) return k;
  }
  return -1;
}

const utf8 = new TextDecoder();
