import { LF } from "../../ascii.js";
import { InputError, quoted } from "../../errors.js";
import type { Plan } from "../../generate/plan.js";
import type { LogSlice } from "../../write/sliceEncoder.js";
import type { Clock } from "../clock.js";
import { checkSameLog, identityOf, readProgress, type StreamProgress, writeProgress } from "../position.js";
import type { StreamSink } from "../sink.js";
import type { HandIncident } from "../streamIncidents.js";
import { type Extras, type Position, positionIn, type Stretch } from "../stretch.js";
import { type Parcel, type Receiver, saying } from "./receiver.js";

/** Options for any receiver. */
export interface Delivering {
  /** Maximum number of records in a parcel, 1 to 100,000. Default 1000; over syslog 10,000. */
  readonly batch?: number | undefined;
  /** Timeout of an attempt in milliseconds. Default 10,000. */
  readonly timeout?: number | undefined;
  /** Checkpoint file: the position up to which the receiver acknowledged, from which the next run continues. */
  readonly state?: string | undefined;
}

/** The backoff in milliseconds: before the first retry, doubled before each further one, and its maximum. */
const BACKOFF = { first: 500, most: 30_000 };

/**
 * Sends a log to a receiver in parcels, one after the other. A parcel that was not taken is retried until it is, after
 * the time that the receiver asks for or with exponential backoff. Meanwhile the stream waits, so that memory holds
 * only one parcel. Each record arrives at least once, and in order.
 */
export class ReceiverSink implements StreamSink {
  readonly wants: Extras;
  /** Number of records that the receiver rejected. */
  rejected = 0;
  readonly #receiver: Receiver;
  readonly #batch: number;
  readonly #timeout: number;
  readonly #state: string | undefined;
  readonly #clock: Clock;
  readonly #tell: (words: string) => void;
  readonly #giveUp: AbortSignal | undefined;
  #progress: StreamProgress | undefined;
  #parcel = emptyParcel();
  /** The position after the last record of the parcel. */
  #behind: Position | undefined;
  /** The clock's time when the parcel was begun. */
  #begun = 0;

  /**
   * @param wantsIds whether records carry ids
   * @param giveUp aborts the wait for a receiver that does not answer
   */
  constructor(
    receiver: Receiver,
    { batch = receiver.batch, timeout = 10_000, state }: Delivering,
    wantsIds: boolean,
    clock: Clock,
    tell: (words: string) => void,
    giveUp?: AbortSignal,
  ) {
    if (!Number.isInteger(batch) || batch < 1 || batch > 100_000)
      throw new InputError(`batch: must be a whole number from 1 to 100000, not ${quoted(batch)}`);
    if (!(timeout >= 1 && timeout <= 3_600_000))
      throw new InputError(`timeout: must be from 0.001 to 3600 seconds, not ${quoted(timeout / 1000)}`);
    this.wants = { ids: wantsIds ? receiver.ids : undefined, otlp: receiver.otlp };
    this.#receiver = receiver;
    this.#batch = batch;
    this.#timeout = timeout;
    this.#state = state;
    this.#clock = clock;
    this.#tell = tell;
    this.#giveUp = giveUp;
  }

  async open(plan: Plan, slice: LogSlice): Promise<Position> {
    const identity = identityOf(plan, slice);
    const known = this.#state === undefined ? undefined : await readProgress(this.#state, "state");
    if (known !== undefined) checkSameLog(known, identity.log, this.#state!, "state");
    this.#progress = known ?? { ...identity, at: slice.from, skip: 0 };
    await this.#keep();
    return { at: this.#progress.at, skip: this.#progress.skip };
  }

  async put(stretch: Stretch): Promise<void> {
    const { bytes, due, ids, otlp } = stretch;
    const parcel = this.#parcel;
    for (let row = 0, begin = 0; row < due.length; ) {
      if (parcel.lines.length === 0) this.#begun = this.#clock.now();
      const last = Math.min(due.length, row + this.#batch - parcel.lines.length);
      for (; row < last; row++) {
        const end = bytes.indexOf(LF, begin) + 1;
        parcel.lines.push(bytes.subarray(begin, end));
        parcel.due.push(due[row]);
        if (ids !== undefined) parcel.ids.push(ids[row]);
        if (otlp !== undefined) parcel.otlp.push(otlp[row]);
        begin = end;
      }
      this.#behind = positionIn(stretch, row);
      if (parcel.lines.length === this.#batch) await this.#send();
      else if (this.#receiver.offer?.(parcel) === false) await this.#send();
    }
  }

  async idle(now: number): Promise<void> {
    if (this.#parcel.lines.length === 0) return;
    const isOld = Math.abs(now - this.#begun) >= this.#receiver.linger;
    if (isOld || this.#receiver.offer?.(this.#parcel) === false) await this.#send();
  }

  async note(incidents: readonly HandIncident[]): Promise<void> {
    this.#progress = { ...this.#progress!, incidents };
    await this.#keep();
  }

  async end(): Promise<void> {
    if (this.#parcel.lines.length > 0) await this.#send();
    this.#receiver.close?.();
  }

  async abandon(): Promise<void> {
    this.#receiver.close?.();
  }

  /** Retries the parcel until the receiver has taken it. */
  async #send(): Promise<void> {
    const { name } = this.#receiver;
    for (let tries = 0; ; tries++) {
      if (this.#giveUp?.aborted)
        throw this.#notTaken("it was stopped before the receiver took the last records");
      const limits = { timeout: this.#timeout, giveUp: this.#giveUp, now: this.#clock.now() };
      const delivery = await this.#receiver.send(this.#parcel, limits);
      if (delivery.taken) {
        if (tries > 0) this.#tell(`out: ${name} answers again; the stream catches up`);
        const { rejected = 0, why } = delivery;
        this.rejected += rejected;
        if (rejected > 0 || why !== undefined)
          this.#tell(
            `out: ${name} rejects ${rejected} of ${this.#parcel.lines.length} records${saying(why)}`,
          );
        break;
      }
      const { why, final, after } = delivery;
      if (final) throw this.#notTaken(`${name} ${why}, and would again`);
      if (tries === 0) this.#tell(`out: ${name} ${why}; the stream waits and tries again`);
      const backoff = Math.min(BACKOFF.most, BACKOFF.first * 2 ** tries);
      // Half of the wait is random (jitter), so that many senders do not retry at the same moment.
      await this.#clock.wait(after ?? backoff * (0.5 + Math.random() / 2), this.#giveUp);
    }
    for (const list of Object.values(this.#parcel)) list.length = 0;
    this.#progress = { ...this.#progress!, ...this.#behind! };
    await this.#keep();
  }

  async #keep(): Promise<void> {
    if (this.#state !== undefined) await writeProgress(this.#state, this.#progress!, "state");
  }

  #notTaken(why: string): Error {
    const { at, skip } = this.#progress!;
    const confirmed = `taken is what was delivered before ${new Date(at).toISOString()}`;
    return new Error(`out: ${why}; ${confirmed}${skip > 0 ? ` and ${skip} records of that moment` : ""}`);
  }
}

const emptyParcel = (): Parcel => ({ lines: [], due: [], ids: [], otlp: [] });
