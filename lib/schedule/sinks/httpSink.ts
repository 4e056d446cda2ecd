import { InputError, quoted } from "../../errors.js";
import type { Plan } from "../../generate/plan.js";
import type { LogSlice } from "../../write/sliceEncoder.js";
import type { Clock } from "../clock.js";
import { checkSameLog, identityOf, type Progress, readProgress, writeProgress } from "../position.js";
import type { Sink } from "../sink.js";
import { type Position, positionIn, type Stretch } from "../stretch.js";

/** How a receiver is spoken to. */
export interface HttpOptions {
  /** Most records in a request, 1 to 100,000. Default 1000. */
  readonly batch?: number | undefined;
  /** Milliseconds that a request may take. Default 10,000. */
  readonly timeout?: number | undefined;
  /** File in which it is kept how far the receiver has confirmed, so that the next run goes on from there. */
  readonly state?: string | undefined;
}

/** Milliseconds for which records wait for others to go with them. */
const WAIT = 1000;
/** Milliseconds before the first retry, twice as many before each further one, and the most of them. */
const BACKOFF = { first: 500, most: 30_000 };

/**
 * Posts a log in batches of lines (NDJSON), one request after the other. A batch that the receiver did not take is sent again
 * until it does, after what its `Retry-After` says, or after a time that doubles; meanwhile the stream waits, so that
 * memory holds one batch. Each record arrives at least once, and in order.
 */
export class HttpSink implements Sink {
  readonly #url: URL;
  readonly #headers: Record<string, string> = { "content-type": "application/x-ndjson" };
  readonly #options: HttpOptions;
  readonly #clock: Clock;
  readonly #tell: (words: string) => void;
  readonly #giveUp: AbortSignal | undefined;
  #progress: Progress | undefined;
  #batch: Buffer[] = [];
  #records = 0;
  /** Behind the last record of the batch. */
  #behind: Position | undefined;
  /** When the batch was begun, by the clock. */
  #begun = 0;

  /** @param giveUp ends waiting for a receiver that does not answer */
  constructor(
    url: string,
    options: HttpOptions,
    clock: Clock,
    tell: (words: string) => void,
    giveUp?: AbortSignal,
  ) {
    this.#url = new URL(url);
    this.#options = options;
    const { batch = 1000, timeout = 10_000 } = options;
    if (!Number.isInteger(batch) || batch < 1 || batch > 100_000)
      throw new InputError(`batch: must be a whole number from 1 to 100000, not ${quoted(batch)}`);
    if (!(timeout >= 1 && timeout <= 3_600_000))
      throw new InputError(`timeout: must be from 0.001 to 3600 seconds, not ${quoted(timeout / 1000)}`);
    const { username, password } = this.#url;
    if (username !== "" || password !== "") {
      const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      this.#headers.authorization = `Basic ${Buffer.from(secret).toString("base64")}`;
      this.#url.username = "";
      this.#url.password = "";
    }
    this.#clock = clock;
    this.#tell = tell;
    this.#giveUp = giveUp;
  }

  async open(plan: Plan, slice: LogSlice): Promise<Position> {
    const { state } = this.#options;
    const identity = identityOf(plan, slice);
    const known = state === undefined ? undefined : await readProgress(state, "state");
    if (known !== undefined) checkSameLog(known, identity.log, state!, "state");
    this.#progress = known ?? { ...identity, at: slice.from, skip: 0 };
    if (state !== undefined) await writeProgress(state, this.#progress, "state");
    return { at: this.#progress.at, skip: this.#progress.skip };
  }

  async put(stretch: Stretch): Promise<void> {
    const { bytes, due } = stretch;
    const { batch = 1000 } = this.#options;
    for (let row = 0, begin = 0; row < due.length; ) {
      if (this.#records === 0) this.#begun = this.#clock.now();
      const count = Math.min(due.length - row, batch - this.#records);
      let end = begin;
      for (let i = 0; i < count; i++) end = bytes.indexOf(0x0a, end) + 1;
      this.#batch.push(bytes.subarray(begin, end));
      this.#records += count;
      row += count;
      begin = end;
      this.#behind = positionIn(stretch, row);
      if (this.#records === batch) await this.#send();
    }
  }

  async idle(now: number): Promise<void> {
    if (this.#records > 0 && Math.abs(now - this.#begun) >= WAIT) await this.#send();
  }

  async end(): Promise<void> {
    if (this.#records > 0) await this.#send();
  }

  async abandon(): Promise<void> {
    this.#batch = [];
  }

  /** Sends the batch until the receiver has taken it. */
  async #send(): Promise<void> {
    const body = Buffer.concat(this.#batch);
    for (let tries = 0; ; tries++) {
      const fault = await this.#post(body);
      if (fault === undefined) {
        if (tries > 0) this.#tell(`out: ${this.#name} answers again; the stream catches up`);
        break;
      }
      const { why, after } = fault;
      if (tries === 0) this.#tell(`out: ${this.#name} ${why}; the stream waits and tries again`);
      const backoff = Math.min(BACKOFF.most, BACKOFF.first * 2 ** tries);
      // Half of it by chance, so that many senders do not come back at the same moment.
      await this.#clock.wait(after ?? backoff * (0.5 + Math.random() / 2), this.#giveUp);
    }
    this.#batch = [];
    this.#records = 0;
    this.#progress = { ...this.#progress!, ...this.#behind! };
    const { state } = this.#options;
    if (state !== undefined) await writeProgress(state, this.#progress, "state");
  }

  /** Posts once. @returns why the receiver did not take it, where it may later; @throws Error where it never will */
  async #post(body: Buffer): Promise<{ why: string; after?: number | undefined } | undefined> {
    if (this.#giveUp?.aborted)
      throw this.#notTaken("it was stopped before the receiver took the last records");
    const { timeout = 10_000 } = this.#options;
    const limit = AbortSignal.timeout(timeout);
    const signal = this.#giveUp ? AbortSignal.any([limit, this.#giveUp]) : limit;
    let answer: Response;
    try {
      answer = await fetch(this.#url, {
        method: "POST",
        headers: this.#headers,
        body: new Uint8Array(body),
        redirect: "manual",
        signal,
      });
      await answer.body?.cancel();
    } catch (error) {
      if (limit.aborted) return { why: `did not answer within ${timeout / 1000} s` };
      const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
      return { why: `cannot be reached (${cause?.code ?? cause?.message ?? (error as Error).message})` };
    }
    if (answer.ok) return undefined;
    const { status } = answer;
    if (status !== 408 && status !== 429 && status < 500)
      throw this.#notTaken(`${this.#name} answers ${status}, and would again`);
    return {
      why: `answers ${status}`,
      after: retryAfter(answer.headers.get("retry-after"), this.#clock.now()),
    };
  }

  /** The receiver, without anything secret. */
  get #name(): string {
    return quoted(`${this.#url.origin}${this.#url.pathname}`);
  }

  #notTaken(why: string): Error {
    const { at, skip } = this.#progress!;
    const confirmed = `taken is what was delivered before ${new Date(at).toISOString()}`;
    return new Error(`out: ${why}; ${confirmed}${skip > 0 ? ` and ${skip} records of that moment` : ""}`);
  }
}

/** Longest wait that a receiver may ask for, milliseconds. */
const LONGEST = 3_600_000;

/** Milliseconds to wait, from seconds or a date (RFC 9110, section 10.2.3); undefined when it says neither. */
function retryAfter(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const wait = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST, Math.max(0, wait));
}
