import { inspect } from "node:util";
import { counted, grouped } from "../../digits.js";
import type { Columns } from "../../record.js";
import { defectKinds, UNREADABLE } from "../../scenario/defects.js";
import type { AnswerKey } from "../../truth/answerKey.js";
import { changedFields, differenceTable, pairUp } from "./differences.js";
import type { LabelCheck } from "./labels.js";
import { leftOut } from "./precision.js";
import type { RecordComparison } from "./recordComparison.js";
import type { VerifyRun } from "./run.js";

/** How a copy differs from the log that was written. */
export interface Verification {
  /**
   * Whether the copy holds each record as often as it was written, and nothing else, in any order; and whether the
   * labels beside it, if there are any, are those written with it.
   */
  readonly valid: boolean;
  /** Number of records written that a reader can take for records. A record that a defect doubled counts twice. */
  readonly expected: number;
  /** Records in the copy. */
  readonly records: number;
  /** Number of records that the copy does not hold, or not as often as they were written. */
  readonly missing: number;
  /** Number of surplus copies of records that were written. */
  readonly doubled: number;
  /** Number of records in the copy that were never written. */
  readonly unexpected: number;
  /**
   * Number of records in the copy with other values in one or two fields. They count as neither missing nor unexpected.
   */
  readonly changed: number;
  /** Columns `field` and `records`: the number of changed records that differ in the field. */
  readonly changedFields: Columns;
  /**
   * The first differences of each kind: `difference`, `line` or row in the copy (and `file`, if there are several), the
   * five fields, and the `field` that changed with its values `written` and `found`.
   */
  readonly differences: Columns;
  /** Number of lines of the copy that are not records. */
  readonly unreadable: number;
  /** Number of lines that a defect made unreadable when the log was written. */
  readonly writtenUnreadable: number;
  /** The first 20 unreadable lines: `line` (and `file`, if there are several) and `reason`. */
  readonly unreadableLines: Columns;
  /** Whether the four counts are exact. If not, `notes` say why. */
  readonly exact: boolean;
  /** What a reader of the result should know, in sentences. */
  readonly notes: readonly string[];
  /** The result in a few lines of text. */
  readonly summary: string;
}

/** What a verification found. */
export interface Findings {
  readonly key: AnswerKey;
  readonly run: VerifyRun;
  readonly comparison: RecordComparison;
  /** Differences in the buckets that were not compared record by record. */
  readonly uncompared: { readonly missing: number; readonly unexpected: number } | undefined;
  /** The result of checking the labels beside the copy. */
  readonly labels: LabelCheck;
  /** Number of differences of each kind to show. */
  readonly limit: number;
  /** Number of the copy's files. */
  readonly files: number;
}

/** Builds the result of `verify`. */
export async function verification(findings: Findings): Promise<Verification> {
  const { key, run, comparison, uncompared, labels, limit, files } = findings;
  const { missing: lost, unexpected: strange, doubled: again } = comparison;
  const pairs = await pairUp(lost.kept, strange.kept, () => run.yieldNow());
  const changed = pairs.changed.length;
  const missing = lost.count - changed + (uncompared?.missing ?? 0);
  const unexpected = strange.count - changed + (uncompared?.unexpected ?? 0);
  const doubled = again.count;
  const writtenUnreadable = defectKinds
    .slice(0, UNREADABLE)
    .reduce((sum, kind) => sum + key.defects[kind], 0);
  const expected = key.lines.written - writtenUnreadable;
  const { count: unreadable, first, reasons } = run.unreadableLines;
  const allPaired = (lost.isWhole && strange.isWhole) || lost.count === 0 || strange.count === 0;
  const coarse = leftOut(run.precision);
  const notes = coarse === undefined ? [] : [coarse];
  notes.push(...[...run.damage].map(([file, why]) => `${JSON.stringify(file)}: ${why}`));
  if (!allPaired) {
    notes.push(
      `changed records were looked for among the first ${grouped(lost.kept.length)} missing and ${grouped(strange.kept.length)} unexpected ones only; the others count as missing and unexpected`,
    );
  }
  if (uncompared !== undefined) {
    notes.push(
      "so much differs that not all of it was compared record by record: the counts are what it is at least",
    );
  }
  if (writtenUnreadable > 0 || unreadable > 0) {
    notes.push(
      `${grouped(writtenUnreadable)} lines were written with a defect that no reader takes for a record and are not expected; ${grouped(unreadable)} lines of the copy are no records${unreadable > writtenUnreadable ? ", more than were written so" : ""}`,
    );
  }
  notes.push(...labels.wrong, ...labels.unknown);
  const valid =
    labels.wrong.length === 0 &&
    missing + unexpected + doubled + changed === 0 &&
    run.damage.size === 0 &&
    unreadable <= writtenUnreadable;
  const fields = changedFields(pairs.changed);
  const differing = [
    ...(missing > 0 ? [`${grouped(missing)} missing`] : []),
    ...(doubled > 0 ? [`${grouped(doubled)} doubled`] : []),
    ...(changed > 0 ? [`${grouped(changed)} changed (${fields.field.join(", ")})`] : []),
    ...(unexpected > 0 ? [`${grouped(unexpected)} unexpected`] : []),
  ];
  const inWords = `${counted(expected, "record")} written, ${grouped(run.records)} in the copy`;
  const summary = [
    valid
      ? `equal: ${inWords}, each as often as it was written`
      : `not equal: ${inWords}: ${differing.join(", ") || "all that was written, but the copy is not sound"}`,
    ...notes.map((note) => `  note: ${note}`),
    ...[...reasons].map(([reason, count]) => `  no record: ${grouped(count)} × ${reason}`),
  ].join("\n");
  const outcome: Verification = {
    valid,
    expected,
    records: run.records,
    missing,
    doubled,
    unexpected,
    changed,
    changedFields: fields,
    differences: differenceTable(
      { missing: pairs.missing, unexpected: pairs.unexpected, doubled: again.kept, changed: pairs.changed },
      limit,
      files > 1,
    ),
    unreadable,
    writtenUnreadable,
    unreadableLines: {
      ...(files > 1 && { file: first.map(({ file }) => file) }),
      line: first.map(({ line }) => line),
      reason: first.map(({ reason }) => reason),
    },
    exact: uncompared === undefined && allPaired,
    notes,
    summary,
  };
  // A cell that ends in a verification shows its summary instead of all its columns.
  Object.defineProperty(outcome, inspect.custom, { value: () => summary });
  return outcome;
}
