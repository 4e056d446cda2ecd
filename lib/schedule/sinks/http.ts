import { quoted } from "../../errors.js";
import { type DeliveryOutcome, type Parcel, type Receiver, saying, type Try } from "./receiver.js";

/** How to talk to a kind of receiver over HTTP. */
export interface Dialect {
  readonly contentType: string;
  /** The path to post to, if the address has none. */
  readonly path: string;
  readonly ids: Receiver["ids"];
  readonly otlp?: boolean;
  /** The body of a request. */
  body(parcel: Parcel): Buffer;
  /** Whether a request may be retried after an answer with this status. */
  retries(status: number): boolean;
  /** Reads the answer of a receiver that took the records. */
  answer?(text: string): { rejected?: number | undefined; why?: string | undefined };
}

/** Maximum number of bytes of an answer that are read. */
const MOST_ANSWER = 1 << 16;

/** A receiver over HTTP, with one request for each parcel. */
export class HttpReceiver implements Receiver {
  readonly batch = 1000;
  readonly linger = 1000;
  readonly ids: Receiver["ids"];
  readonly otlp: boolean;
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #dialect: Dialect;

  constructor(url: URL, dialect: Dialect) {
    this.#url = new URL(url);
    this.#dialect = dialect;
    this.ids = dialect.ids;
    this.otlp = dialect.otlp ?? false;
    this.#headers = { "content-type": dialect.contentType };
    const { username, password, pathname } = this.#url;
    if (username !== "" || password !== "") {
      const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      this.#headers.authorization = `Basic ${Buffer.from(secret).toString("base64")}`;
      this.#url.username = "";
      this.#url.password = "";
    }
    if (pathname === "/") this.#url.pathname = dialect.path;
  }

  get name(): string {
    return quoted(`${this.#url.origin}${this.#url.pathname}`);
  }

  async send(parcel: Parcel, { timeout, giveUp, now }: Try): Promise<DeliveryOutcome> {
    const limit = AbortSignal.timeout(timeout);
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(this.#url, {
        method: "POST",
        headers: this.#headers,
        body: new Uint8Array(this.#dialect.body(parcel)),
        redirect: "manual",
        signal: giveUp ? AbortSignal.any([limit, giveUp]) : limit,
      });
      text = await beginningOf(answer);
    } catch (error) {
      if (limit.aborted) return { taken: false, why: `did not answer within ${timeout / 1000} s` };
      const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
      const why = cause?.code ?? cause?.message ?? (error as Error).message;
      return { taken: false, why: `cannot be reached (${why})` };
    }
    const { status, ok } = answer;
    if (ok) return { taken: true, ...this.#dialect.answer?.(text) };
    const why = `answers ${status}${saying(text)}`;
    if (!this.#dialect.retries(status)) return { taken: false, why, final: true };
    return { taken: false, why, after: retryAfter(answer.headers.get("retry-after"), now) };
  }
}

/** The beginning of an answer's text. The rest of a long answer is not awaited. */
async function beginningOf({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    pieces.push(piece);
    length += piece.length;
    if (length >= MOST_ANSWER) break;
  }
  return Buffer.concat(pieces).toString();
}

/** Longest wait in milliseconds that a receiver may ask for. */
const LONGEST = 3_600_000;

/** Milliseconds to wait, from seconds or a date (RFC 9110, section 10.2.3); undefined if the header is neither. */
function retryAfter(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const wait = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST, Math.max(0, wait));
}
