import fc from "fast-check";
import { expect, it } from "vitest";
import { CsvWriter } from "#lib/read/csvWriter";
import { Row } from "#lib/read/row";

it("writes any time, status and response time as their texts", () => {
  const writer = new CsvWriter(0); // so small that it must grow
  writer.take();
  const row = new Row();
  row.bytes = Buffer.from("203.0.113.9/a");
  [row.addressEnd, row.pathStart, row.pathEnd] = [11, 11, 13];
  const property = fc.property(
    fc.integer({ min: 0, max: Date.UTC(10_000, 0) - 1 }),
    fc.integer({ min: 100, max: 599 }),
    fc.oneof(fc.integer({ min: -1, max: 1e14 - 1 }), fc.integer({ min: -1, max: 2 ** 32 })),
    (time, status, hundredths) => {
      Object.assign(row, { time, status, hundredths });
      expect(writer.put(row)).toBeUndefined();
      const digits = String(hundredths).padStart(3, "0");
      const took = hundredths < 0 ? "" : `${digits.slice(0, -2)}.${digits.slice(-2)}`;
      const line = `${new Date(time).toISOString()},203.0.113.9,/a,${status},${took}\n`;
      expect(Buffer.from(writer.take()).toString("latin1")).toBe(line);
    },
  );
  fc.assert(property, { numRuns: 5000, seed: 1 });
});
