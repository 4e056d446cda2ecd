import "./errors.js";
import type { DataFrame } from "danfojs-node";
import type { CountVerification as VerifiedCounts } from "../check/counts/verifyCounts.js";
import type { Verification as Verified } from "../check/verify/verify.js";
import type { Columns } from "../record.js";
import { escapeHtml, visible } from "../visible.js";
import { toFrame } from "./frame.js";
import { type Bundle, showsItself } from "./show.js";
import { columnsTable, htmlTable, textTable } from "./table.js";

/** How a copy differs from the log that was written, with its tables as frames. */
export class Verification {
  /** Whether the copy holds each record as often as it was written, and nothing else. */
  readonly valid: boolean;
  /** Number of records written that a reader can take for records. */
  readonly expected: number;
  /** Number of records in the copy. */
  readonly records: number;
  /** Number of records that the copy does not hold, or not as often as they were written. */
  readonly missing: number;
  /** Number of surplus copies of records that were written. */
  readonly doubled: number;
  /** Number of records in the copy with other values in one or two fields. */
  readonly changed: number;
  /** Number of records in the copy that were never written. */
  readonly unexpected: number;
  /** Number of lines of the copy that are not records. */
  readonly unreadable: number;
  /** The first differences of each kind. */
  readonly differences: DataFrame;
  /** Number of changed records that differ in each field. */
  readonly changedFields: DataFrame;
  /** The result in a few lines of text. */
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
      bundle(shown.summary, inWords(shown.#differences), textOnly),
    );
  }
}

/** What differs as one text, as three columns of it would be wider than a page. */
function inWords({ field, written, found, ...record }: Columns): Columns {
  const differs = field!.map((name, row) => `${name}: ${written![row]} written, ${found![row]} found`);
  return { ...record, differs };
}

/** How a table of counts differs from the answer key, with its cells as a frame. */
export class CountVerification {
  /** Whether every cell holds what was written. */
  readonly valid: boolean;
  /** Number of cells compared; `differing` is the number of those that differ. */
  readonly cells: number;
  readonly differing: number;
  /** Number of requests written; `found` is the number of requests in the table. */
  readonly written: number;
  readonly found: number;
  /** The cells that differ most. */
  readonly differences: DataFrame;
  /** What this comparison cannot detect, in sentences. */
  readonly unseen: readonly string[];
  /** The result in a few lines of text. */
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

/** The summary, followed by the table of differences, if there are any. */
function bundle(summary: string, differences: Columns, textOnly: boolean): Bundle {
  const lines = summary.split("\n").map((line) => visible(line, 400));
  const rows = Object.values(differences)[0].length;
  const table = columnsTable(differences);
  const text = rows === 0 ? lines.join("\n") : `${lines.join("\n")}\n\n${textTable(table)}`;
  if (textOnly) return { "text/plain": text };
  const html = `<p>${lines.map(escapeHtml).join("<br>")}</p>`;
  return { "text/html": rows === 0 ? html : `${html}\n${htmlTable(table)}`, "text/plain": text };
}
