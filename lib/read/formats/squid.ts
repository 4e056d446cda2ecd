import { DOT, SLASH } from "../../ascii.js";
import { otherFormat } from "../row.js";
import { CLIENT, DURATION, STATUS, TARGET, TIMESTAMP, take, wordLog } from "./wordLog.js";

/**
 * Squid's native access log:
 *
 *     1286536309.450    921 192.168.0.68 TCP_MISS/200 507 POST http://example.com/services - DIRECT/192.0.2.7 text/xml
 *
 * The response time is in milliseconds. A CONNECT has a host and no path, so it is not a record. Source: Squid,
 * "Features/LogFormat": squid.
 */
export const squid = wordLog({
  title: "Squid log",
  least: 9,
  most: 9,
  unit: "ms",
  names: true, // %>A, the client's name
  place: (bytes, words, texts) => {
    const { start, end } = words;
    let slash = end[3] - 1;
    while (slash > start[3] && bytes[slash] !== SLASH) slash--;
    if (slash === start[3] || bytes[end[0] - 4] !== DOT) return unlike;
    take(texts, TIMESTAMP, words, 0);
    take(texts, CLIENT, words, 2);
    take(texts, TARGET, words, 6);
    texts.start[STATUS] = slash + 1;
    texts.end[STATUS] = end[3];
    take(texts, DURATION, words, 1);
  },
});

/** The reason for a line of another log. */
const unlike = otherFormat("no time with milliseconds and result such as TCP_MISS/200");
