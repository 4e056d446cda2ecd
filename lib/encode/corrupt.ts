import { PER_WORD } from "../generate/random/stream.js";
import { defectKinds, UNREADABLE } from "../scenario/defects.js";

/** A line of a format taken apart at the fields that defects corrupt, and put together again. */
export interface LineFields {
  /** Texts of time stamp, address, endpoint, status and response time; what the format lacks is undefined. */
  fields(line: string): (string | undefined)[];
  /** The line with fields in place of its own; undefined stands for a field that is missing. */
  join(line: string, fields: (string | undefined)[]): string;
}

const [MALFORMED, MISSING, WRONG_TYPE] = [1, 2, 3].map((defect) => defectKinds[defect - 1]);

/**
 * A line as a defect leaves it: cut in the middle, without a field, with a word for a number, or not UTF-8. A letter
 * stands for a byte (Latin-1): lines are ASCII, but for a byte that a defect puts there.
 * @param line ASCII, without its line feed @param defect 1 to `UNREADABLE` @param word 32 random bits
 */
export function corrupted(line: string, defect: number, word: number, { fields, join }: LineFields): string {
  if (defect < 1 || defect > UNREADABLE) throw new RangeError(`not a defect of a line: ${defect}`);
  const u = (word >>> 0) * PER_WORD;
  const kind = defectKinds[defect - 1];
  if (kind === MALFORMED) return line.slice(0, Math.floor(line.length * (0.1 + 0.5 * u)));
  const values = fields(line);
  if (kind === MISSING) {
    values[Math.floor(u * 4)] = undefined; // a log may lack response times, so that one would be no defect
  } else if (kind === WRONG_TYPE) {
    if (u < 0.5 || values[4] === undefined) values[3] = "OK";
    else values[4] = "fast";
  } else {
    values[2] = `${values[2]}\xc3(`; // the beginning of a two-byte letter of UTF-8 without its end
  }
  return join(line, values);
}
