import { EQUALS, QUOTE, SMALL_S, SPACE } from "../../ascii.js";
import { nextByte } from "../../files/nextByte.js";
import { readDuration } from "../fields/duration.js";
import { FieldTexts, fieldReader } from "../fields/fields.js";
import { wordEnd } from "../fields/words.js";
import { type LineFormat, otherFormat } from "../row.js";
import { CLIENT, isText, STATUS, TARGET } from "./wordLog.js";

/** Names of the values that are read, at the index of their field. CONNECT is the sixth. */
const names = ["", "fwd", "path", "status", "service", "connect"] as const;
const SERVICE = 4;
const CONNECT = 5;

/**
 * Heroku's router, its time before it as Heroku's drains and `heroku logs` write it:
 *
 *     2012-10-11T03:47:20+00:00 heroku[router]: at=info method=GET path="/" host=myapp.herokuapp.com request_id=8601…
 *     fwd="204.204.204.204" dyno=web.1 connect=1ms service=18ms status=200 bytes=13
 *
 * The response time is connect and service together. The client is the left-most address of `fwd`.
 * Source: Heroku, "HTTP routing: Heroku router log format".
 */
export const heroku: LineFormat = {
  title: "Heroku router log",
  reading: (options) => {
    const texts = new FieldTexts();
    const starts = new Int32Array(names.length);
    const ends = new Int32Array(names.length);
    const readFields = fieldReader(options, "none", options.received);
    return {
      read: (bytes, start, end, row) => {
        if (!isText(bytes, start, Math.min(end, start + 3), "at=")) return noValues;
        for (let k = 1; k < names.length; k++) starts[k] = ends[k] = start;
        for (let at = start; at < end; ) {
          let equals = at;
          while (equals < end && bytes[equals] !== EQUALS && bytes[equals] !== SPACE) equals++;
          if (equals >= end || bytes[equals] === SPACE) return "a word that is no name and value";
          const quoted = bytes[equals + 1] === QUOTE && equals + 1 < end;
          const from = quoted ? equals + 2 : equals + 1;
          // A space is before every value but the first, and a quote before every quoted one.
          const to =
            at === start && !quoted
              ? wordEnd(bytes, from, end)
              : nextByte(bytes, quoted ? QUOTE : SPACE, from, end);
          if (quoted && to >= end) return "a quote is not closed: the line may have been cut";
          const k = nameAt(bytes, at, equals);
          if (k > 0) {
            starts[k] = from;
            ends[k] = to;
          }
          at = quoted ? to + 1 : to;
          if (at < end && bytes[at] !== SPACE) return "text behind a quote";
          at++;
        }
        texts.bytes = bytes;
        for (let field = CLIENT; field <= STATUS; field++) {
          texts.start[field] = starts[field];
          texts.end[field] = ends[field];
        }
        const wrong = readFields(texts, row);
        if (wrong !== undefined || options.timeUnit === "none") return wrong;
        const broken = readDuration(bytes, starts[CONNECT], ends[CONNECT], "ms", row);
        if (broken !== undefined) return broken;
        const connect = Math.max(0, row.hundredths);
        const bad = readDuration(bytes, starts[SERVICE], ends[SERVICE], "ms", row);
        if (bad === undefined && row.hundredths >= 0) row.hundredths += connect;
        return bad;
      },
    };
  },
};

/** Index of the name bytes[start, end), by its length; 0 for any that is not read. */
function nameAt(bytes: Uint8Array, start: number, end: number): number {
  let k = 0;
  switch (end - start) {
    case 3:
      k = CLIENT;
      break;
    case 4:
      k = TARGET;
      break;
    case 6:
      k = STATUS;
      break;
    case 7:
      k = bytes[start] === SMALL_S ? SERVICE : CONNECT;
      break;
    default:
      return 0;
  }
  return isText(bytes, start, end, names[k]) ? k : 0;
}

const noValues = otherFormat("no values of Heroku's router, at= first");
