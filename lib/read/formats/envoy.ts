import { OPEN_BRACKET, QUOTE } from "../../ascii.js";
import { FORWARDED } from "../fields/fields.js";
import { otherFormat } from "../row.js";
import { CLIENT, DURATION, STATUS, TARGET, TIMESTAMP, take, wordLog } from "./wordLog.js";

/**
 * Envoy's access log as text, in its default format and in Istio's:
 *
 *     [2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "nsq2http" "cc21…"
 *     "locations" "tcp://10.0.2.1:80"
 *     [2020-11-25T21:26:18.409Z] "GET /status/418 HTTP/1.1" 418 - via_upstream - "-" 0 135 4 4 "-" "curl/7.73.0" "84961…"
 *     "httpbin:8000" "127.0.0.1:80" inbound|8000|| 127.0.0.1:41854 10.44.1.27:80 10.44.1.23:37652 outbound_… default
 *
 * The client is the left-most address of X-Forwarded-For; with Istio, the peer where that is not a private one. A status of 0 says that the client
 * left before an answer. The duration is in milliseconds.
 * Source: Envoy, "Access logging: default format string"; Istio, "Envoy access logs".
 */
export const envoy = wordLog({
  title: "Envoy or Istio log",
  least: 13,
  most: 22,
  unit: "ms",
  escapes: true,
  clients: ["the peer in field 20", "X-Forwarded-For"],
  place: (bytes, words, texts) => {
    const { start, end, count } = words;
    const istio = count >= 20;
    if (bytes[start[0] - 1] !== OPEN_BRACKET || bytes[start[1] - 1] !== QUOTE) return unlike;
    if (!istio && count !== 13) return "neither the fields of Envoy's default format nor of Istio's";
    const forwarded = istio ? 11 : 8;
    if (bytes[start[forwarded] - 1] !== QUOTE) return "no X-Forwarded-For in quotes where Envoy has it";
    take(texts, TIMESTAMP, words, 0);
    take(texts, TARGET, words, 1);
    take(texts, STATUS, words, 2);
    take(texts, DURATION, words, istio ? 9 : 6);
    const nobody = end[forwarded] - start[forwarded] < 2;
    if (nobody && !istio) return "X-Forwarded-For is empty, and Envoy's default format has no other client";
    take(texts, FORWARDED, words, forwarded);
    if (istio) take(texts, CLIENT, words, 19);
    else texts.start[CLIENT] = texts.end[CLIENT] = start[0];
  },
});

/** The reason for a line of another log. */
const unlike = otherFormat("no time in brackets and request in quotes");
