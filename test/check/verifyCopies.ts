import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";

/** A record as its texts: time stamp, address, endpoint, status, response time. */
export type Texts = readonly [string, string, string, string, string];

/** A line in the form of a record. A line that a defect corrupted does not match. */
const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z),([\d.]+),([!-+\--~]+),([1-5]\d\d),(\d+\.\d\d)$/;

/** The readable records of a CSV, taken apart without the library. */
export function recordsOf(path: string): Texts[] {
  return readFileSync(path, "latin1")
    .split("\n")
    .flatMap((line) => {
      const match = form.exec(line);
      return match ? [match.slice(1) as unknown as Texts] : [];
    });
}

/** Ways in which a pipeline may hand on records. */
export const shapes = ["csv", "reordered csv", "csv.gz", "ndjson", "parquet"] as const;

/** Writes records as a pipeline would, with the same values spelt differently. */
export async function writeCopy(
  folder: string,
  shape: (typeof shapes)[number],
  records: readonly Texts[],
): Promise<string> {
  const header = "timestamp,ip_address,endpoint,status_code,response_time_ms";
  const csv = [header, ...records.map((record) => record.join(","))].join("\n");
  const path = `${folder}/copy.${shape.replace("reordered ", "")}`;
  if (shape === "csv") writeFileSync(path, `${csv}\n`);
  if (shape === "csv.gz") writeFileSync(path, gzipSync(csv)); // without a line feed at its end
  if (shape === "ndjson") {
    const objects = records.map(([timestamp, ip_address, endpoint, status, time]) => ({
      response_time_ms: Number(time), // 12.50 becomes 12.5
      status_code: Number(status),
      endpoint,
      ip_address,
      timestamp: timestamp.replace("Z", "000+00:00"),
    }));
    writeFileSync(path, objects.map((object) => `${JSON.stringify(object)}\n`).join(""));
  }
  if (shape === "reordered csv") {
    const lines = records.map(([timestamp, address, endpoint, status, time]) => {
      const east = new Date(Date.parse(timestamp) + 7_200_000)
        .toISOString()
        .replace("T", " ")
        .replace("Z", "+02:00");
      return [Number(time), `"${endpoint}"`, status, "kept", address, east].join(";");
    });
    writeFileSync(
      path,
      `response_time_ms;endpoint;status_code;note;ip_address;timestamp\r\n${lines.join("\r\n")}\r\n`,
    );
  }
  if (shape === "parquet") {
    writeFileSync(`${folder}/rows.csv`, `${csv}\n`);
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT endpoint, * EXCLUDE endpoint FROM read_csv('${folder}/rows.csv', header = true, columns = {
         'timestamp': 'TIMESTAMP', 'ip_address': 'VARCHAR', 'endpoint': 'VARCHAR', 'status_code': 'SMALLINT',
         'response_time_ms': 'DOUBLE'})) TO '${path}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
  }
  return path;
}
