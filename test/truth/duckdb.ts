import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** The counts of an independent reader in a log's file. */
export interface Found {
  /** All lines except the header. */
  lines: number;
  /** Lines with five fields of the right types. */
  readable: number;
  /** Readable lines by bucket, route template and status class. */
  cells: Map<string, number>;
  /** The response time at rank ⌈p·n⌉, milliseconds. */
  quantiles: (number | null)[];
  longest: number | null;
}

/** A line in the form of a record. A line that a defect corrupted does not match. */
const form = String.raw`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z),([\d.]+),("[ -~]*"|/[!-~]*),([1-5]\d\d),(\d+\.\d\d)$`;

/** One database for all files: opening one takes longer than to count most of them. */
let opened: Promise<DuckDBConnection> | undefined;

/** Counts a CSV file with DuckDB, line by line as text, so that corrupted lines do no harm. */
export async function countedByDuckDB(
  path: string,
  bucketSeconds: number,
  routes: readonly string[],
  quantiles: number[],
): Promise<Found> {
  opened ??= DuckDBInstance.create(":memory:").then((instance) => instance.connect());
  const connection = await opened;
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS() as unknown[][];
  await connection.run(
    `CREATE OR REPLACE TABLE lines AS SELECT line FROM read_csv($1, columns = {line: 'VARCHAR'}, auto_detect = false,
      header = false, skip = 1, delim = chr(1), quote = '', escape = '', encoding = 'latin-1', null_padding = true)`,
    [path],
  );
  await connection.run(
    `CREATE OR REPLACE TABLE requests AS SELECT f.t::TIMESTAMP AS t, trim(f.e, '"') AS endpoint, f.s[1] AS class,
        f.r::DECIMAL(18, 2) AS took
      FROM (SELECT regexp_extract(line, '${form}', ['t', 'a', 'e', 's', 'r']) AS f FROM lines) WHERE f.t <> ''`,
  );
  const [[lines], [readable]] = [
    ...(await rows("SELECT count(*)::INT FROM lines")),
    ...(await rows("SELECT count(*)::INT FROM requests")),
  ] as number[][];
  const templates = routes.map(
    (route) => [route, new RegExp(`^${route.split("{id}").map(escaped).join("\\d+")}$`)] as const,
  );
  const cells = new Map<string, number>();
  for (const [bucket, path, status, count] of (await rows(
    `SELECT (epoch_ms(t) // ${1000 * bucketSeconds} * ${bucketSeconds})::VARCHAR, endpoint, class, count(*)::INT
      FROM requests GROUP BY ALL`,
  )) as [string, string, string, number][]) {
    const route = routes.includes(path) ? path : templates.find(([, pattern]) => pattern.test(path))?.[0];
    const cell = `${bucket} ${route ?? `unknown: ${path}`} ${status}`;
    cells.set(cell, (cells.get(cell) ?? 0) + count);
  }
  const [[longest, ...ranked]] = (await rows(
    `SELECT max(took)::DOUBLE, ${quantiles
      .map((p) => `list_sort(list(took))[greatest(1, ceil(${p}::DOUBLE * count(*)))::INT]::DOUBLE`)
      .join()} FROM requests`,
  )) as (number | null)[][];
  return { lines, readable, cells, quantiles: ranked, longest };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
