import { OPEN_BRACKET } from "../../ascii.js";
import { otherFormat } from "../row.js";
import { CLIENT, isText, STATUS, TARGET, TIMESTAMP, take, wordLog } from "./wordLog.js";

/**
 * The logs of Nginx Proxy Manager, of proxied hosts and of others:
 *
 *     [25/Mar/2021:09:31:50 +0000] - 200 200 - GET https example.com "/a" [Client 203.0.113.9] [Length 17] [Gzip -] …
 *     [25/Mar/2021:09:31:50 +0000] 200 - GET https example.com "/a" [Client 203.0.113.9] [Length 17] [Gzip -] …
 *
 * The status is the client's, `$status`. There is no response time.
 * Source: Nginx Proxy Manager, docker/rootfs/etc/nginx/conf.d/include/log.conf.
 */
export const proxyManager = wordLog({
  title: "Nginx Proxy Manager log",
  least: 8,
  most: 10,
  unit: "none",
  escapes: true,
  place: (bytes, words, texts) => {
    const { start, end } = words;
    const client = isClient(bytes, start[7], end[7])
      ? 7
      : words.count > 9 && isClient(bytes, start[9], end[9])
        ? 9
        : 0;
    if (client === 0 || bytes[start[client] - 1] !== OPEN_BRACKET || bytes[start[0] - 1] !== OPEN_BRACKET)
      return unlike;
    take(texts, TIMESTAMP, words, 0);
    texts.start[CLIENT] = start[client] + label.length;
    texts.end[CLIENT] = end[client];
    take(texts, TARGET, words, client - 1);
    take(texts, STATUS, words, client - 6);
  },
});

const label = "Client ";
const isClient = (bytes: Uint8Array, start: number, end: number) =>
  end - start > label.length && isText(bytes, start, start + label.length, label);

/** The reason for a line of another log. */
const unlike = otherFormat("no time and no client in brackets, such as [Client 203.0.113.9]");
