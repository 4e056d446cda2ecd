import { InputError, quoted } from "../../errors.js";
import { HttpReceiver } from "./http.js";
import { loki } from "./loki.js";
import { ndjson } from "./ndjson.js";
import { otlp } from "./otlp.js";
import type { Receiver } from "./receiver.js";
import type { Delivering } from "./receiverSink.js";
import { type Framing, SyslogReceiver } from "./syslog.js";

/** Options of a receiver. */
export interface ReceiverOptions extends Delivering {
  /** For syslog: the framing of messages, by "octets" counted before each (the default) or by "lines". */
  readonly framing?: Framing | undefined;
  /** For Loki: the labels of the stream. Default `{ job: "server-logs" }`. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** The kinds of receivers, by the beginning of their addresses. */
const kinds: Readonly<Record<string, (url: URL, options: ReceiverOptions) => Receiver>> = {
  "http:": (url) => new HttpReceiver(url, ndjson),
  "https:": (url) => new HttpReceiver(url, ndjson),
  "otlp+http:": (url) => new HttpReceiver(overHttp(url), otlp),
  "otlp+https:": (url) => new HttpReceiver(overHttp(url), otlp),
  "loki+http:": (url, { labels }) => new HttpReceiver(overHttp(url), loki(labels)),
  "loki+https:": (url, { labels }) => new HttpReceiver(overHttp(url), loki(labels)),
  "syslog+tcp:": (url, { framing }) => new SyslogReceiver(url, framing),
};

/** Whether a stream's `out` is an address rather than a path. */
export function isReceiverAddress(out: string): boolean {
  return /^[a-z][a-z+]*:\/\//i.test(out);
}

/**
 * The receiver at an address.
 * @throws InputError when there is no such kind, the address is invalid, or an option is for another kind
 */
export function receiverAt(address: string, options: ReceiverOptions): Receiver {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.hostname === "")
    throw new InputError(`out: ${quoted(address)} is not an address`);
  const kind = Object.hasOwn(kinds, url.protocol) ? kinds[url.protocol] : undefined;
  if (kind === undefined)
    throw new InputError(
      `out: must begin with ${Object.keys(kinds).join("//, ")}//, or be a file, not ${quoted(address)}`,
    );
  if (options.framing !== undefined && url.protocol !== "syslog+tcp:")
    throw new InputError("framing: is for syslog+tcp://");
  if (options.labels !== undefined && !url.protocol.startsWith("loki+"))
    throw new InputError("label: is for loki+http://");
  return kind(url, options);
}

/** The address without the kind of receiver before it. */
function overHttp(url: URL): URL {
  return new URL(url.href.replace(/^[a-z]+\+/, ""));
}
