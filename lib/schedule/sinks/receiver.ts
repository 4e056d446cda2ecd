import { quoted } from "../../errors.js";

/** Records on their way to a receiver. The lists are equally long, but those that nobody asked for are empty. */
export interface Parcel {
  /** The records' lines, a line feed behind each. */
  readonly lines: Buffer[];
  /** When each was delivered, milliseconds since 1970. */
  readonly due: number[];
  readonly ids: string[];
  /** Of each record the beginning of a LogRecord of OTLP; undefined where a defect spoiled the line. */
  readonly otlp: (string | undefined)[];
}

/** What came of sending a parcel once. */
export type DeliveryOutcome =
  /** The receiver has it, but for some records that it does not want, and says why. */
  | { readonly taken: true; readonly rejected?: number | undefined; readonly why?: string | undefined }
  /** It does not have it. `final`: it never will. `after`: milliseconds after which it wants to be asked again. */
  | {
      readonly taken: false;
      readonly why: string;
      readonly final?: boolean | undefined;
      readonly after?: number | undefined;
    };

/** The limits of one try. */
export interface Try {
  /** Milliseconds that it may take. */
  readonly timeout: number;
  /** Ends it at once. */
  readonly giveUp: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Who takes records, and how it is spoken to. How often and when is no business of its own. */
export interface Receiver {
  /** Its address, for people, without anything secret. */
  readonly name: string;
  /** Most records in a parcel, where nobody says how many. */
  readonly batch: number;
  /** Milliseconds for which records of a parcel wait for others to go with them. */
  readonly linger: number;
  /** Whether it wants the beginnings of LogRecords. */
  readonly otlp?: boolean;
  /** Whether a record's id has a place outside of its line. */
  readonly ids: "inside" | "apart";
  /**
   * May send what there is of a parcel, since its records are due now; `send` follows with the whole of it. False where
   * it had better follow at once.
   */
  offer?(parcel: Parcel): boolean;
  /** Sends a parcel once. It never throws. */
  send(parcel: Parcel, limits: Try): Promise<DeliveryOutcome>;
  /** Lets go of what it holds; it never throws. */
  close?(): void;
}

/** A line without its line feed, as a text; bytes that are no UTF-8 become U+FFFD, since JSON has no place for them. */
export function textOf(line: Buffer): string {
  return line.toString("utf8", 0, line.length - 1);
}

/** What a receiver says of itself, behind a sentence. */
export function saying(words: string | undefined): string {
  return words === undefined || words.trim() === "" ? "" : ` (it says ${quoted(words.trim())})`;
}
