import { OPEN_BRACKET, QUOTE } from "../../ascii.js";
import { otherFormat } from "../row.js";
import { CLIENT, DURATION, STATUS, TARGET, TIMESTAMP, take, wordLog } from "./wordLog.js";

/**
 * Amazon S3's server access log:
 *
 *     79a5… amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5… 3E57427F3EXAMPLE REST.GET.VERSIONING -
 *     "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - …
 *
 * The response time is Total Time, in milliseconds. What S3 does by itself (lifecycle) has no client: no record.
 * Source: AWS, "Amazon S3 server access log format".
 */
export const s3 = wordLog({
  title: "Amazon S3 server access log",
  least: 15,
  most: 15,
  unit: "ms",
  place: (bytes, words, texts) => {
    const { start } = words;
    if (bytes[start[2] - 1] !== OPEN_BRACKET || bytes[start[8] - 1] !== QUOTE) return unlike;
    take(texts, TIMESTAMP, words, 2);
    take(texts, CLIENT, words, 3);
    take(texts, TARGET, words, 8);
    take(texts, STATUS, words, 9);
    take(texts, DURATION, words, 13);
  },
});

/** The reason for a line of another log. */
const unlike = otherFormat(
  "no time in brackets and request in quotes where S3 has them: it may be of no client's request",
);
