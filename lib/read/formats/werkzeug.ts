import { COLON, ESCAPE, QUOTE, SMALL_M, SPACE } from "../../ascii.js";
import { FieldTexts, fieldReader } from "../fields/fields.js";
import { clfTime } from "../fields/time.js";
import { Tokens } from "../fields/tokens.js";
import { type LineFormat, otherFormat } from "../row.js";
import { CLIENT, DURATION, isText, STATUS, TARGET, TIMESTAMP, take } from "./wordLog.js";

/**
 * The development servers of Flask (Werkzeug) and Python's own `http.server`, whose time has a space for a colon, names
 * no zone and is the server's local one:
 *
 *     127.0.0.1 - - [05/Jan/2026 10:00:00] "GET /a?x=1 HTTP/1.1" 200 -
 *
 * with or without `INFO:werkzeug:` before it and colours in the request.
 * Source: CPython, Lib/http/server.py, `log_message`; Werkzeug, serving.py, `log_request`.
 */
export const werkzeug: LineFormat = {
  title: "Werkzeug or http.server log",
  reading: (options) => {
    const words = new Tokens(6);
    const texts = new FieldTexts();
    const readFields = fieldReader(options, "none", true);
    const { start: from, end: to } = words;
    const time = new Uint8Array(20);
    return {
      read: (bytes, start, end, row) => {
        const isNamed = isText(bytes, start, Math.min(end, start + prefix.length), prefix);
        if (!words.read(bytes, isNamed ? start + prefix.length : start, end) || words.count < 6)
          return noWords;
        if (to[3] - from[3] !== 20 || bytes[from[3] + 11] !== SPACE || bytes[from[4] - 1] !== QUOTE)
          return unlike;
        for (let i = 0; i < 20; i++) time[i] = bytes[from[3] + i];
        time[11] = COLON;
        const local = clfTime(time, 0);
        if (local < 0) return "the time is not a real date and time";
        row.time = options.toUtc(local);
        texts.bytes = bytes;
        texts.start[TIMESTAMP] = texts.end[TIMESTAMP] = start;
        texts.start[DURATION] = texts.end[DURATION] = start;
        take(texts, CLIENT, words, 0);
        take(texts, TARGET, words, 4);
        take(texts, STATUS, words, 5);
        colourless(bytes, texts);
        return readFields(texts, row);
      },
    };
  },
};

const prefix = "INFO:werkzeug:";

/**
 * Leaves out the terminal colours around a request: `ESC [33m` before it and `ESC [0m` after it, or both written as
 * `\x1b`.
 */
function colourless(bytes: Uint8Array, { start, end }: FieldTexts): void {
  if (bytes[start[TARGET]] !== ESCAPE || !isText(bytes, end[TARGET] - 4, end[TARGET], "\x1b[0m")) return;
  let at = start[TARGET];
  while (at < end[TARGET] && bytes[at] === ESCAPE) {
    while (at < end[TARGET] && bytes[at] !== SMALL_M) at++;
    at++;
  }
  start[TARGET] = Math.min(at, end[TARGET] - 4);
  end[TARGET] -= 4;
}

const noWords = otherFormat("no client, time in brackets, request in quotes and status");

/** The reason for a line of another log. */
const unlike = otherFormat("no time such as [05/Jan/2026 10:00:00] and request in quotes");
