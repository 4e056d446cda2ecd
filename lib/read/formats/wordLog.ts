import { FieldTexts, fieldReader } from "../fields/fields.js";
import { damagedTarget } from "../fields/request.js";
import { Tokens } from "../fields/tokens.js";
import { hasBackslash } from "../fields/words.js";
import { type LineFormat, otherFormat, type Reason, type TimeUnit } from "../row.js";

/** Index of each of the five fields in `FieldTexts`. */
export const [TIMESTAMP, CLIENT, TARGET, STATUS, DURATION] = [0, 1, 2, 3, 4];

/** How to read a log of words, quoted texts and texts in brackets. */
export interface WordLog {
  readonly title: string;
  /** Smallest number of words in a line, and the number of words that are noted. */
  readonly least: number;
  readonly most: number;
  /** Unit of the response time, from the product's manual; "none" if the log has none. */
  readonly unit: TimeUnit | "none";
  /** Whether the client may be a host's name. */
  readonly names?: boolean;
  /** Whether `\x22`, `\"` and the like in quotes stand for other bytes, as in the logs of Apache, nginx and Envoy. */
  readonly escapes?: boolean;
  /** What the log's peer and X-Forwarded-For are, where it has both. */
  readonly clients?: readonly [peer: string, forwarded: string];
  readonly over?: readonly string[];
  /** Sets the five fields from the words (the response time may be left out), or returns why it cannot. */
  readonly place: (bytes: Uint8Array, words: Tokens, texts: FieldTexts) => Reason;
}

/** Makes a format of such logs. */
export function wordLog({
  title,
  least,
  most,
  unit,
  escapes = false,
  names = false,
  clients,
  over,
  place,
}: WordLog): LineFormat {
  return {
    title,
    ...(over && { over }),
    reading: (options) => {
      const timeUnit = unit === "none" || options.timeUnit === "none" ? "none" : (options.timeUnit ?? unit);
      const fewer = otherFormat(`fewer words than a line of the ${title} has: it may have been cut`);
      const words = new Tokens(most);
      const texts = new FieldTexts();
      const readFields = fieldReader(options, timeUnit, options.received);
      return {
        clients,
        read: (bytes, start, end, row) => {
          if (!words.read(bytes, start, end))
            return "a quote or a bracket is not closed: the line may have been cut";
          if (words.count < least) return fewer;
          texts.bytes = bytes;
          row.mayBeName = names;
          texts.start[DURATION] = texts.end[DURATION] = start;
          const wrong = place(bytes, words, texts);
          if (wrong !== undefined) return wrong;
          const damaged = damagedTarget(bytes, texts.start[TARGET], texts.end[TARGET]);
          if (damaged !== undefined) return damaged;
          if (
            escapes &&
            hasBackslash(bytes, texts.start[TARGET], texts.end[TARGET]) &&
            words.isEscaped(bytes)
          )
            texts.unescape(TARGET);
          return readFields(texts, row);
        },
      };
    },
  };
}

/** Makes word number `word` the text of a field. */
export function take(texts: FieldTexts, field: number, { start, end }: Tokens, word: number): void {
  texts.start[field] = start[word];
  texts.end[field] = end[word];
}

/** Whether bytes[start, end) are exactly these letters. */
export function isText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
