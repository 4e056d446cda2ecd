import { MINUS, QUOTE } from "../../ascii.js";
import { monthNumber } from "../fields/time.js";
import { otherFormat } from "../row.js";
import { CLIENT, isText, STATUS, TARGET, TIMESTAMP, take, wordLog } from "./wordLog.js";

/**
 * Uvicorn's access log. Its default has no time: that of what wraps it (a container's runtime, the journal) counts, and
 * without one there are no records. A time that the logging configuration puts first is read:
 *
 *     INFO:     127.0.0.1:54321 - "GET /items/5 HTTP/1.1" 200 OK
 *     2026-01-05 10:00:00,123 INFO:     127.0.0.1:54321 - "GET /items/5 HTTP/1.1" 200 OK
 *     2026-01-05 10:00:00,123 - uvicorn.access - INFO - 127.0.0.1:54321 - "GET /items/5 HTTP/1.1" 200
 *     [2026-01-05 10:00:00 +0000] [12] [INFO] 127.0.0.1:54321 - "GET /items/5 HTTP/1.1" 200
 *
 * Source: Uvicorn, uvicorn/logging.py, `AccessFormatter`, and uvicorn/config.py, `LOGGING_CONFIG`.
 */
export const uvicorn = wordLog({
  title: "Uvicorn log",
  least: 4,
  most: 12,
  unit: "none",
  place: (bytes, words, texts) => {
    const { start, end, count } = words;
    let request = 2;
    while (request < count - 1 && bytes[start[request] - 1] !== QUOTE) request++;
    if (request >= count - 1 || !isText(bytes, start[request - 1], end[request - 1], "-")) return unlike;
    if (request > 2 && isText(bytes, start[request - 2], end[request - 2], "-"))
      return "a dash stands for the client";
    const client = request - 2;
    const isLogger = client > 3 && isText(bytes, start[client - 1], end[client - 1], "-");
    if (client > 3 && !isLogger) return "more before the client than a time and a level";
    texts.start[TIMESTAMP] = texts.end[TIMESTAMP] = start[0];
    if (client > 0 && end[0] - start[0] >= 19) take(texts, TIMESTAMP, words, 0);
    else if (client > 1 && end[0] - start[0] === 10 && bytes[end[0] - 3] === MINUS) {
      texts.start[TIMESTAMP] = start[0];
      texts.end[TIMESTAMP] = end[1];
    } else if (client > 1 && monthNumber(bytes, start[0]) > 0) return "a time without a year";
    take(texts, CLIENT, words, client);
    take(texts, TARGET, words, request);
    take(texts, STATUS, words, request + 1);
  },
});

/** The reason for a line of another log. */
const unlike = otherFormat('no client, dash and request, such as 127.0.0.1:54321 - "GET / HTTP/1.1"');
