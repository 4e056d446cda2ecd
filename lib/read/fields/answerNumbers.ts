import { SPACE } from "../../ascii.js";

/**
 * The status codes that servers and proxies send: those of IANA's registry (HTTP status codes), and those of nginx
 * (ngx_http_request.h), AWS's load balancer and Cloudflare.
 */
const known = new Set(
  [
    ...[
      100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307,
      308,
    ],
    ...[
      400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422,
      423,
    ],
    ...[
      424, 425, 426, 428, 429, 431, 444, 451, 460, 463, 464, 494, 495, 496, 497, 498, 499, 500, 501, 502, 503,
      504,
    ],
    ...[505, 506, 507, 508, 510, 511, 520, 521, 522, 523, 524, 525, 526, 527, 530, 561],
  ].map(String),
);

/** The two numbers behind the requests of a log's first lines: which of them is the status? */
export class AnswerNumbers {
  #lines = 0;
  #unknownFirst = 0;
  #unknownSecond = 0;
  #example = "";

  /** @param end - the end of the second number in the line */
  add(first: number, line: Uint8Array, end: number): void {
    const second = latin1.decode(line.subarray(line.lastIndexOf(SPACE, end - 1) + 1, end));
    this.#lines++;
    if (!known.has(second)) this.#unknownSecond++;
    if (known.has(String(first))) return;
    this.#unknownFirst++;
    this.#example ||= `${first} ${second}`;
  }

  /** The question that the lines raise: the second numbers are status codes, and most of the first ones are none. */
  question(): string | undefined {
    if (this.#unknownFirst <= this.#lines / 2 || this.#unknownSecond > 0) return;
    return `logFormat: the numbers behind the request, such as "${this.#example}", may be the status and the bytes, or the bytes and the status; give the server's own log format (--log-format '… %>s %b …' or '… %b %>s …')`;
  }
}

const latin1 = new TextDecoder("latin1");
