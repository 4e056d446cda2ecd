import { BACKSLASH, DOT, NINE, QUOTE, SPACE, ZERO } from "../../ascii.js";
import { AccessHead, hasBrackets } from "../fields/accessHead.js";
import { AnswerNumbers } from "../fields/answerNumbers.js";
import { twoAddresses } from "../fields/client.js";
import { clientIs, forwardedFields } from "../fields/forwarded.js";
import { trailingTime } from "../fields/responseTime.js";
import { quoteEnd } from "../fields/words.js";
import { type FormatOptions, type LineFormat, type Reading, Row, type WhichClient } from "../row.js";

/**
 * The access logs of Apache and nginx:
 *
 *     common    203.0.113.9 - - [05/Jan/2026:00:22:28 +0000] "GET /cart HTTP/1.1" 200 5316
 *     combined  … "https://www.example.com/" "Mozilla/5.0 …"
 *
 * each with more fields behind it, among them a response time (fields/responseTime.ts), and with a virtual host, a list
 * of `X-Forwarded-For` or a syslog header before the client (fields/client.ts). A line that ends before its last quote
 * was cut, and makes no record; nor does one with a request that is not UTF-8, as both servers write the bytes of such
 * a one as \xC3 and the like, which are read. A request of "-" (the client sent none: Apache's 408, nginx's 400) has no
 * path, and makes no record; nor has CONNECT. The summary counts their status codes.
 * Sources: Apache's mod_log_config, nginx's ngx_http_log_module.
 */
export const common: LineFormat = {
  title: "Apache or nginx common log",
  hearsTimeField: true,
  general: true, // a log that fits both is read as combined
  reading: (options, sample) => accessLog(options, sample, false),
};

/** The combined log: the common log, followed by the referrer and the user agent in quotes. */
export const combined: LineFormat = {
  title: "Apache or nginx combined log",
  hearsTimeField: true,
  reading: (options, sample) => accessLog(options, sample, true),
};

function accessLog(options: FormatOptions, sample: readonly Uint8Array[], agents: boolean): Reading {
  const head = new AccessHead(options);
  const first = readFirst(head, sample, agents, options.client);
  const time = trailingTime(first.trailing, options.timeUnit, options.timeField);
  const { forwarded, clients } = first;
  const hasHeader = forwarded.fields.length > 0;
  return {
    decided:
      [first.mixed ? "some lines without referrer and user agent" : undefined, first.client, time.decided]
        .filter((text) => text !== undefined)
        .join("; ") || undefined,
    clients,
    unsure: first.unsure ?? time.unsure,
    read: (bytes, start, end, row) => {
      row.mayBeName = true;
      let wrong = head.read(bytes, start, end, row);
      if (wrong === hasBrackets) wrong = head.inBrackets(bytes, row);
      if (wrong !== undefined) return wrong;
      row.hundredths = -1;
      const lineEnd = head.lineEnd;
      if (hasHeader) {
        const rest = afterAgents(bytes, head.end, lineEnd, agents);
        const either = rest < 0 ? undefined : head.behindProxy(bytes, rest, forwarded, row);
        if (either !== undefined) return either;
      }
      const last = agents ? lastField(bytes, head.end, lineEnd) : 0;
      if (last > 0) {
        if (last === lineEnd && !time.found) return;
        if (last < lineEnd && time.alone) return time.readAlone(bytes, last, lineEnd, row);
      }
      if (first.mixed && head.end === lineEnd) return;
      const rest = afterAgents(bytes, head.end, lineEnd, agents);
      if (rest < 0) return agents ? noAgents : quotedRest;
      return time.read(bytes, rest, lineEnd, row);
    },
  };
}

/** Learns from the first lines what comes before the client, and what follows the fixed fields, in all lines. */
function readFirst(
  head: AccessHead,
  sample: readonly Uint8Array[],
  agents: boolean,
  asked: WhichClient | undefined,
) {
  const row = new Row();
  const trailing: Uint8Array[] = [];
  const peers: string[] = [];
  const saw = { host: 0, forwarded: 0, either: 0 };
  const answers = new AnswerNumbers();
  let example: Uint8Array | undefined;
  let without = 0;
  let inBrackets = false;
  for (const line of sample) {
    const wrong = head.read(line, 0, line.length, row);
    const { saw: before } = head.client;
    if (before !== undefined) saw[before]++;
    if (before === "either") example ??= line;
    head.client.saw = undefined;
    if (wrong === hasBrackets) inBrackets = true;
    else if (wrong !== undefined && wrong !== twoAddresses) continue;
    if (head.end === head.lineEnd) without++;
    answers.add(row.status, line, head.end);
    const rest = afterAgents(line, head.end, head.lineEnd, agents);
    if (rest < 0) continue;
    trailing.push(line.subarray(rest, head.lineEnd));
    peers.push(utf8.decode(row.bytes.subarray(row.addressStart, row.addressEnd)));
  }
  // If a few lines end after the number of bytes, they may have been cut there.
  const mixed = agents && trailing.length > 0 && without >= (trailing.length + without) / 10;
  if (saw.host > 0 !== saw.forwarded > 0) head.client.before = saw.host > 0 ? "host" : "forwarded";
  else if (saw.either > 0 && asked === "forwarded") head.client.before = asked;
  const addresses =
    saw.either > 0 && head.client.before === undefined
      ? `logFormat: lines begin with two addresses, such as ${JSON.stringify(utf8.decode(example?.subarray(0, 60)))}: the first may be the virtual host or the client behind a proxy; give the server's own log format (--log-format '%v %h …' or '%{X-Forwarded-For}i %h …')`
      : undefined;
  const before = { host: "a virtual host", forwarded: "X-Forwarded-For or -" };
  const isAhead = head.client.before === "forwarded";
  const forwarded = isAhead ? { fields: [], isSure: false } : forwardedFields(trailing, peers);
  const field = inBrackets
    ? "X-Forwarded-For in brackets behind it"
    : `X-Forwarded-For in field ${forwarded.fields.map((each) => each + 1).join(" or ")} behind the fixed ones`;
  const clients =
    isAhead || inBrackets || forwarded.fields.length > 0 ? (["the peer", field] as const) : undefined;
  const client = [
    head.client.before === undefined
      ? undefined
      : `${before[head.client.before]} before the client's address`,
    (forwarded.isSure || inBrackets) && clients !== undefined
      ? `client = ${clientIs(asked, clients)}`
      : undefined,
  ]
    .filter((text) => text !== undefined)
    .join("; ");
  const unsure = addresses ?? answers.question();
  return { trailing, mixed, unsure, client: client === "" ? undefined : client, clients, forwarded };
}

const utf8 = new TextDecoder();
const noAgents = "no referrer and user agent in quotes: the line may have been cut";
const quotedRest = "more fields than the common log has";

/** Position after ` "referrer" "user agent"`, or `at` if the format has none; −1 if they do not fit. */
function afterAgents(bytes: Uint8Array, at: number, end: number, agents: boolean): number {
  if (!agents) return at + 1 < end && bytes[at + 1] === QUOTE ? -1 : at;
  if (at + 1 >= end || bytes[at + 1] !== QUOTE) return -1;
  const referrer = quoteEnd(bytes, at + 2, end);
  if (referrer < 0 || referrer + 2 >= end || bytes[referrer + 2] !== QUOTE) return -1;
  return quoteEnd(bytes, referrer + 3, end) + 1 || -1;
}

/**
 * The beginning of the number that ends a line, if it follows the user agent; `end` if the agent's quote ends the line;
 * 0 if neither is obvious. This avoids walking through the agent, which is half of a line.
 */
function lastField(bytes: Uint8Array, at: number, end: number): number {
  if (at + 5 > end || bytes[at + 1] !== QUOTE) return 0;
  const referrer = quoteEnd(bytes, at + 2, end);
  if (referrer < 0 || bytes[referrer + 2] !== QUOTE) return 0;
  let i = end;
  while (i > referrer && (bytes[i - 1] === DOT || (bytes[i - 1] >= ZERO && bytes[i - 1] <= NINE))) i--;
  const quote = i === end ? end - 1 : i - 2;
  if (quote < referrer + 3 || bytes[quote] !== QUOTE || bytes[quote - 1] === BACKSLASH) return 0;
  return i === end || bytes[i - 1] === SPACE ? i : 0;
}
