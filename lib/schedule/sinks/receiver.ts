import { quoted } from "../../errors.js";

/** Records on their way to a receiver. The lists have equal lengths, but those that were not requested are empty. */
export interface Parcel {
  /** The records' lines, each with its line feed. */
  readonly lines: Buffer[];
  /** When each was delivered, milliseconds since 1970. */
  readonly due: number[];
  readonly ids: string[];
  /** For each record the beginning of an OTLP LogRecord; undefined if a defect corrupted the line. */
  readonly otlp: (string | undefined)[];
}

/** The result of sending a parcel once. */
export type DeliveryOutcome =
  /** The receiver has it, except for some records that it rejected, and says why. */
  | { readonly taken: true; readonly rejected?: number | undefined; readonly why?: string | undefined }
  /**
   * The receiver does not have it. `final`: a retry is useless. `after`: milliseconds after which it asks for a retry.
   */
  | {
      readonly taken: false;
      readonly why: string;
      readonly final?: boolean | undefined;
      readonly after?: number | undefined;
    };

/** The limits of one attempt. */
export interface Try {
  /** Timeout in milliseconds. */
  readonly timeout: number;
  /** Aborts it at once. */
  readonly giveUp: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A receiver of records, and how to talk to it. The caller decides when and how often to send. */
export interface Receiver {
  /** Its address, for people, without credentials. */
  readonly name: string;
  /** Default of the maximum number of records in a parcel. */
  readonly batch: number;
  /** Milliseconds that records wait for others to fill their parcel. */
  readonly linger: number;
  /** Whether it needs the beginnings of LogRecords. */
  readonly otlp?: boolean;
  /** Whether it takes a record's id outside the line. */
  readonly ids: "inside" | "apart";
  /**
   * May send the records that an incomplete parcel has, because they are due now; `send` follows with the whole parcel.
   * Returns false if `send` should follow at once.
   */
  offer?(parcel: Parcel): boolean;
  /** Sends a parcel once. It never throws. */
  send(parcel: Parcel, limits: Try): Promise<DeliveryOutcome>;
  /** Releases its resources. It never throws. */
  close?(): void;
}

/** A line without its line feed, as text. Bytes that are not UTF-8 become U+FFFD, because JSON cannot hold them. */
export function textOf(line: Buffer): string {
  return line.toString("utf8", 0, line.length - 1);
}

/** The text of a receiver's answer, to be appended to a sentence. */
export function saying(words: string | undefined): string {
  return words === undefined || words.trim() === "" ? "" : ` (it says ${quoted(words.trim())})`;
}
