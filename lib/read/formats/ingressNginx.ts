import { OPEN_BRACKET, QUOTE } from "../../ascii.js";
import { otherFormat } from "../row.js";
import { CLIENT, DURATION, STATUS, TARGET, TIMESTAMP, take, wordLog } from "./wordLog.js";

/**
 * The access log of Kubernetes' ingress-nginx, its own default:
 *
 *     $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"
 *     $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr
 *     $upstream_response_length $upstream_response_time $upstream_status $req_id
 *
 * The response time is `$request_time`, in seconds.
 * Source: ingress-nginx, "Log format".
 */
export const ingressNginx = wordLog({
  title: "ingress-nginx log",
  least: 15,
  most: 15,
  unit: "s",
  escapes: true,
  over: ["combined"],
  place: (bytes, words, texts) => {
    const { start } = words;
    if (
      bytes[start[3] - 1] !== OPEN_BRACKET ||
      bytes[start[11] - 1] !== OPEN_BRACKET ||
      bytes[start[12] - 1] !== OPEN_BRACKET
    )
      return unlike;
    if (bytes[start[4] - 1] !== QUOTE || bytes[start[8] - 1] !== QUOTE)
      return "no request and user agent in quotes";
    take(texts, TIMESTAMP, words, 3);
    take(texts, CLIENT, words, 0);
    take(texts, TARGET, words, 4);
    take(texts, STATUS, words, 5);
    take(texts, DURATION, words, 10);
  },
});

/** The reason for a line of another log. */
const unlike = otherFormat("no time and no two upstreams in brackets where ingress-nginx has them");
