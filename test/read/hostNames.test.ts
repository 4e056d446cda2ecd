/** Clients that are hosts' names: set aside with the option that keeps them, or an address stands in. */
import { describe, expect, it } from "vitest";
import { validate } from "#lib/check/validate/validate";
import { read } from "#lib/read/read";

const line = (client: string) => `${client} - - [01/Aug/1995:00:00:01 -0400] "GET /a HTTP/1.0" 200 1839\n`;
const text = (...clients: string[]) => Buffer.from(clients.map(line).join(""));
const clientsOf = (csv: Uint8Array) =>
  Buffer.from(csv)
    .toString()
    .split("\n")
    .slice(1, -1)
    .map((row) => row.split(",")[1]);

describe("hosts' names", () => {
  it("go into quarantine, which names the option", async () => {
    const log = await read(text("uplherc.upl.com", "192.0.2.1"), { format: "common" });
    expect(log.records).toBe(1);
    expect(log.reasons.reason).toEqual([expect.stringMatching(/host's name.*--client-names stand-in/)]);
  });

  it("get an address each that is reserved for documentation, always the same", async () => {
    const log = await read(text("uplherc.upl.com", "192.0.2.1", "b.example.org", "UPLHERC.upl.com"), {
      clientNames: "stand-in",
    });
    const [first, address, second, again] = clientsOf(log.csv!);
    expect(address).toBe("192.0.2.1");
    expect(first).toMatch(/^2001:0db8(:[0-9a-f]{4}){6}$/);
    expect(second).not.toBe(first);
    expect(again).toBe(first);
    expect((await validate(log)).summary).toMatch(/^valid/);
  });

  it("of ten thousand clients are ten thousand addresses", async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `host${i}.dialup.example.net`);
    const log = await read(text(...names), { clientNames: "stand-in" });
    expect(new Set(clientsOf(log.csv!)).size).toBe(10_000);
  });

  it("are letters, digits, dots and dashes: nothing else is taken for one", async () => {
    const log = await read(text("uplherc.upl.com", "a/b", "<script>", "300.1.1.1", "-"), {
      format: "common",
      clientNames: "stand-in",
    });
    expect([log.records, log.quarantined]).toEqual([1, 4]);
    await expect(read(text("a.example"), { clientNames: "keep" as "stand-in" })).rejects.toThrow(
      /^clientNames: "keep"/,
    );
  });
});
