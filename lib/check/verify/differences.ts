import { createHash } from "node:crypto";
import type { Columns, FieldName } from "../../record.js";

/** A record in which the copy and the log differ. */
export interface Difference {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly address: string;
  readonly endpoint: string;
  readonly status: number;
  /** Response time in hundredths of a millisecond; −1 if there is none. */
  readonly hundredths: number;
  /** Number of times that the log holds it. */
  readonly times: number;
  /** Number of times that the copy holds it. */
  readonly found: number;
  /** Its line in the copy; null if the copy does not hold it. */
  readonly line: LinePlace | null;
}

/** A line of a copy. */
interface LinePlace {
  readonly line: number;
  /** The file of the copy. */
  readonly file: string;
}

/** A record that the copy holds with other values. */
export interface Change {
  readonly written: Difference;
  readonly found: Difference;
  readonly fields: readonly FieldName[];
}

/** The fields as texts, as the table shows them. */
const values: Readonly<Record<FieldName, (record: Difference) => string>> = {
  timestamp: ({ time }) => new Date(time).toISOString(),
  ip_address: ({ address }) => address,
  endpoint: ({ endpoint }) => endpoint,
  status_code: ({ status }) => String(status),
  response_time_ms: ({ hundredths }) => (hundredths < 0 ? "" : (hundredths / 100).toFixed(2)),
};
const names = Object.keys(values) as FieldName[];

/** The same values as they are held: these are as different as the texts, and cost nothing to make. */
const held: Readonly<Record<FieldName, (record: Difference) => string | number>> = {
  timestamp: ({ time }) => time,
  ip_address: ({ address }) => address,
  endpoint: ({ endpoint }) => endpoint,
  status_code: ({ status }) => status,
  response_time_ms: ({ hundredths }) => hundredths,
};

/**
 * The fields that may have changed in a record, the likeliest first: one field, or two of which at most one is the time
 * stamp or the address. The other three fields have the same values in many records.
 */
const changes: readonly (readonly FieldName[])[] = [
  ...(["response_time_ms", "status_code", "endpoint", "ip_address", "timestamp"] as const).map((name) => [
    name,
  ]),
  ...names.flatMap((a, i) =>
    names.slice(i + 1).flatMap((b) => (a === "timestamp" && b === "ip_address" ? [] : [[a, b]])),
  ),
];

/**
 * Pairs each missing record with an unexpected one that has the same values in most fields. `yieldNow` lets other work run.
 */
export async function pairUp(
  missing: readonly Difference[],
  unexpected: readonly Difference[],
  yieldNow: () => Promise<void>,
): Promise<{ missing: Difference[]; unexpected: Difference[]; changed: Change[] }> {
  const changed: Change[] = [];
  let lost = [...missing];
  let strange = [...unexpected];
  for (const fields of changes) {
    if (lost.length === 0 || strange.length === 0) break;
    const same = names.filter((name) => !fields.includes(name));
    const sharedValues = (record: Difference) => same.map((name) => held[name](record)).join("\n");
    const waiting = new Map<string, Difference[]>();
    for (let i = lost.length - 1; i >= 0; i--) {
      if (i % PAUSE === 0) await yieldNow();
      const key = sharedValues(lost[i]);
      const others = waiting.get(key);
      if (others) others.push(lost[i]);
      else waiting.set(key, [lost[i]]);
    }
    const paired = new Set<Difference>();
    const left: Difference[] = [];
    for (const [i, found] of strange.entries()) {
      if (i % PAUSE === 0) await yieldNow();
      const written = waiting.get(sharedValues(found))?.pop();
      if (written === undefined) {
        left.push(found);
        continue;
      }
      paired.add(written);
      const other = fields.filter((name) => held[name](written) !== held[name](found));
      changed.push({ written, found, fields: other });
    }
    strange = left;
    lost = lost.filter((record) => !paired.has(record));
  }
  return { missing: lost, unexpected: strange, changed };
}

/** Number of records after which pairing lets other work run. */
const PAUSE = 8192;

/** How a record differs: it is missing, it is there too often, the log does not hold it, or it has other values. */
export type DifferenceKind = "missing" | "doubled" | "unexpected" | "changed";

/**
 * The first differences of each kind, in order of time, as a table. Its columns are `difference`, `line` (and `file`,
 * if there are several) in the copy, and the five fields (for a changed record, as they were written). For a changed
 * record, `field` is the field that changed, and `written` and `found` are its values. For the other kinds, `times`
 * says how often the record was written and found.
 */
export function differenceTable(
  kinds: Record<Exclude<DifferenceKind, "changed">, readonly Difference[]> & { changed: readonly Change[] },
  limit: number,
  severalFiles: boolean,
): Columns {
  const table: Columns = Object.fromEntries(
    ["difference", ...(severalFiles ? ["file"] : []), "line", ...names, "field", "written", "found"].map(
      (name) => [name, []],
    ),
  );
  const add = (
    kind: DifferenceKind,
    record: Difference,
    line: LinePlace | null,
    field: string,
    written: string,
    found: string,
  ) => {
    table.difference.push(kind);
    table.file?.push(line?.file ?? null);
    table.line.push(line?.line ?? null);
    table.timestamp.push(values.timestamp(record));
    table.ip_address.push(record.address);
    table.endpoint.push(record.endpoint);
    table.status_code.push(record.status);
    table.response_time_ms.push(record.hundredths < 0 ? null : record.hundredths / 100);
    table.field.push(field);
    table.written.push(written);
    table.found.push(found);
  };
  const first = <T>(list: readonly T[], time: (item: T) => number) =>
    [...list].sort((a, b) => time(a) - time(b)).slice(0, limit);
  for (const kind of ["missing", "doubled", "unexpected"] as const) {
    for (const record of first(kinds[kind], ({ time }) => time)) {
      add(kind, record, record.line, "times", String(record.times), String(record.found));
    }
  }
  for (const { written, found, fields } of first(kinds.changed, ({ written: { time } }) => time)) {
    const all = (record: Difference) => fields.map((name) => values[name](record)).join(", ");
    add("changed", written, found.line, fields.join(", "), all(written), all(found));
  }
  return table;
}

/** Columns `field` and `records`: the number of changed records that differ in the field, the largest first. */
export function changedFields(changed: readonly Change[]): Columns {
  const counts = names
    .map((name): [string, number] => [name, changed.filter(({ fields }) => fields.includes(name)).length])
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
  return { field: counts.map(([name]) => name), records: counts.map(([, count]) => count) };
}

/** Cuts a text of more than 200 characters and appends a hash of it. */
export function shortened(text: string): string {
  if (text.length <= 200) return text;
  return `${text.slice(0, 200)}… (${createHash("sha256").update(text).digest("hex").slice(0, 16)})`;
}
