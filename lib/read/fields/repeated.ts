import { CLOSE_BRACKET, COLON, SPACE } from "../../ascii.js";
import { digits } from "./time.js";

/**
 * A syslog message that says how often the previous one was repeated: `message repeated 7 times: [ … ]`, as rsyslog
 * writes it if it is configured to reduce repeated messages. The brackets contain the repeated message. Source:
 * rsyslog, "$RepeatedMsgReduction".
 */
export class Repeated {
  /** The number of repetitions; 1 if the message does not say so. */
  times = 1;
  /** The position of the message, without its brackets. */
  start = 0;
  end = 0;

  /** Looks at the message bytes[start, end). */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.times = 1;
    this.start = start;
    this.end = end;
    let at = start;
    while (at < end && bytes[at] === SPACE) at++;
    if (bytes[at] !== beginning[0] || bytes[end - 1] !== CLOSE_BRACKET) return;
    for (const letter of beginning) if (bytes[at++] !== letter) return;
    let to = at;
    while (to < end && bytes[to] !== SPACE) to++;
    const times = digits(bytes, at, to);
    for (const letter of middle) if (bytes[to++] !== letter) return;
    if (times < 1 || to > end - 1) return;
    while (to < end - 1 && bytes[to] === SPACE) to++;
    this.times = times;
    this.start = to;
    this.end = end - 1;
  }

  /** Looks for such a message, which follows a syslog header, between `start` and the moment at `before`. */
  find(bytes: Uint8Array, start: number, before: number, end: number): void {
    this.times = 1;
    for (let at = start; at < before - shortest; at++) {
      if (bytes[at] !== COLON || bytes[at + 1] !== SPACE) continue;
      this.read(bytes, at + 2, end);
      if (this.end < end) return;
    }
    this.start = start;
    this.end = end;
  }
}

const utf8 = new TextEncoder();
const beginning = utf8.encode("message repeated ");
const middle = utf8.encode(" times: [");
const shortest = beginning.length + middle.length;
