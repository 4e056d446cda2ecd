import "./errors.js";
import type { DataFrame } from "danfojs-node";
import type { CountVerification as VerifiedCounts } from "../check/counts/verifyCounts.js";
import type { Verification as Verified } from "../check/verify/verify.js";
import type { Columns } from "../record.js";
import { escapeHtml, visible } from "../visible.js";
import { toFrame } from "./frame.js";
import { type Bundle, showsItself } from "./show.js";
import { columnsTable, htmlTable, textTable } from "./table.js";

/** How a copy differs from the log that was written, its tables as frames. */
export class Verification {
  /** Whether the copy holds each record as often as it was written, and nothing else. */
  readonly valid: boolean;
  /** Records written that a reader can take for records. */
  readonly expected: number;
  /** Records in the copy. */
  readonly records: number;
  /** Records that are not in the copy, or not as often as they were written. */
  readonly missing: number;
  /** Records too many of those that were written. */
  readonly doubled: number;
  /** Records in the copy with other values in one or two fields. */
  readonly changed: number;
  /** Records in the copy that nobody wrote. */
  readonly unexpected: number;
  /** Lines of the copy that are no records. */
  readonly unreadable: number;
  /** The first differences of each kind. */
  readonly differences: DataFrame;
  /** How many of the changed records differ in each field. */
  readonly changedFields: DataFrame;
  /** The outcome in a few lines of text. */
  readonly summary: string;
  readonly #differences: Columns;

  constructor(verified: Verified) {
    this.valid = verified.valid;
    this.expected = verified.expected;
    this.records = verified.records;
    this.missing = verified.missing;
    this.doubled = verified.doubled;
    this.changed = verified.changed;
    this.unexpected = verified.unexpected;
    this.unreadable = verified.unreadable;
    this.differences = toFrame(verified.differences);
    this.changedFields = toFrame(verified.changedFields);
    this.summary = verified.summary;
    this.#differences = verified.differences;
  }

  static {
    showsItself(Verification.prototype, (shown, textOnly) =>
      bundle(shown.summary, shown.#differences, textOnly),
    );
  }
}

/** How a table of counts differs from the answer key, its cells as a frame. */
export class CountVerification {
  /** Whether every cell holds what was written. */
  readonly valid: boolean;
  /** Cells compared, and how many of them differ. */
  readonly cells: number;
  readonly differing: number;
  /** Requests written, and requests in the table. */
  readonly written: number;
  readonly found: number;
  /** The cells that differ most. */
  readonly differences: DataFrame;
  /** What such a comparison cannot see, in sentences. */
  readonly unseen: readonly string[];
  /** The outcome in a few lines of text. */
  readonly summary: string;
  readonly #differences: Columns;

  constructor(verified: VerifiedCounts) {
    this.valid = verified.valid;
    this.cells = verified.cells;
    this.differing = verified.differing;
    this.written = verified.written;
    this.found = verified.found;
    this.differences = toFrame(verified.differences);
    this.unseen = verified.unseen;
    this.summary = verified.summary;
    this.#differences = verified.differences;
  }

  static {
    showsItself(CountVerification.prototype, (shown, textOnly) =>
      bundle(shown.summary, shown.#differences, textOnly),
    );
  }
}

/** The summary, and below it the table of what differs, if anything does. */
function bundle(summary: string, differences: Columns, textOnly: boolean): Bundle {
  const lines = summary.split("\n").map((line) => visible(line, 400));
  const rows = Object.values(differences)[0].length;
  const table = columnsTable(differences);
  const text = rows === 0 ? lines.join("\n") : `${lines.join("\n")}\n\n${textTable(table)}`;
  if (textOnly) return { "text/plain": text };
  const html = `<p>${lines.map(escapeHtml).join("<br>")}</p>`;
  return { "text/html": rows === 0 ? html : `${html}\n${htmlTable(table)}`, "text/plain": text };
}
