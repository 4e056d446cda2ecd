/** Logs of strangers are read right, or a question is asked. */
import { describe, expect, it } from "vitest";
import { read } from "#lib/read/read";
import { strangers } from "./strangers.js";

describe.each(Object.entries(strangers))("%s", (_, logs) => {
  it.each(Object.entries(logs))(
    "%s",
    async (_, { lines, format, rows, quarantined = 0, asks, ...byClient }) => {
      const bytes = Buffer.from(`${lines.join("\n")}\n`);
      for (const client of ["peer", "forwarded"] as const) {
        if (byClient[client] === undefined) continue;
        const log = await read(bytes, { client });
        expect(Buffer.from(log.csv!).toString().split("\n").slice(1, -1)).toEqual(byClient[client]);
      }
      if (asks !== undefined) {
        await expect(read(bytes)).rejects.toThrow(
          expect.objectContaining({ name: "InputError", message: expect.stringMatching(asks) }),
        );
        return;
      }
      const log = await read(bytes);
      expect(Buffer.from(log.csv!).toString().split("\n").slice(1, -1)).toEqual(rows);
      expect(log).toMatchObject({ quarantined, records: rows?.length });
      expect(log.lines).toBe(log.records + log.quarantined + log.skipped);
      if (format !== undefined) expect(log.sources[0].format).toBe(format);
    },
  );
});
