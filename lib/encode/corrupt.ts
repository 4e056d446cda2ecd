import { PER_WORD } from "../generate/random/stream.js";
import { defectKinds, UNREADABLE } from "../scenario/defects.js";

/** Takes a line of a format apart into the fields that defects corrupt, and puts it together again. */
export interface LineFields {
  /**
   * Texts of time stamp, address, endpoint, status and response time; undefined for a field that the format does not
   * have.
   */
  fields(line: string): (string | undefined)[];
  /** The line with these fields in place of its own; undefined removes a field. */
  join(line: string, fields: (string | undefined)[]): string;
}

const [MALFORMED, MISSING, WRONG_TYPE] = [1, 2, 3].map((defect) => defectKinds[defect - 1]);

/**
 * A line after a defect: cut in the middle, without a field, with a word in place of a number, or not UTF-8. Each
 * character stands for one byte (Latin-1). Lines are ASCII, except for a byte that a defect adds.
 * @param line ASCII, without its line feed
 * @param defect 1 to `UNREADABLE`
 * @param word 32 random bits
 */
export function corrupted(line: string, defect: number, word: number, { fields, join }: LineFields): string {
  if (defect < 1 || defect > UNREADABLE) throw new RangeError(`not a defect of a line: ${defect}`);
  const u = (word >>> 0) * PER_WORD;
  const kind = defectKinds[defect - 1];
  if (kind === MALFORMED) return line.slice(0, Math.floor(line.length * (0.1 + 0.5 * u)));
  const values = fields(line);
  if (kind === MISSING) {
    values[Math.floor(u * 4)] = undefined; // never the response time: a log may have none, so that would not be a defect
  } else if (kind === WRONG_TYPE) {
    if (u < 0.5 || values[4] === undefined) values[3] = "OK";
    else values[4] = "fast";
  } else {
    values[2] = `${values[2]}\xc3(`; // the first byte of a two-byte character in UTF-8, without the second
  }
  return join(line, values);
}
