/** Who the client is in a log that has its peer and X-Forwarded-For, beyond the small logs in strangers.ts. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, it } from "vitest";
import { isPrivateAt, privateAddresses } from "#lib/read/fields/forwarded";
import { type ReadOptions, read } from "#lib/read/read";

const folder = mkdtempSync(join(tmpdir(), "client-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (peer: string, rest: string) =>
  `${peer} - - [05/Jan/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"${rest}\n`;
const clientsOf = async (source: Uint8Array | string, options: ReadOptions = {}) => {
  const log = await read(source, options);
  return {
    log,
    clients: Buffer.from(log.csv!)
      .toString()
      .split("\n")
      .slice(1, -1)
      .map((row) => row.split(",")[1]),
  };
};

describe("a header that only later lines have", () => {
  const first = line("198.51.100.4", ' "-"').repeat(2000);
  const late = `${line("198.51.100.3", ' "203.0.113.7"')}${line("10.0.0.1", ' "203.0.113.8"')}${line("198.51.100.9", ' "curl"')}`;
  const whole = Buffer.from(first + late);

  it("puts its lines into quarantine, with the option that decides", async () => {
    const { log } = await clientsOf(whole);
    expect(log).toMatchObject({ records: 2001, quarantined: 2 });
    expect(log.reasons.reason).toEqual([
      expect.stringMatching(/may be the peer or .*--client peer or forwarded/),
    ]);
  });

  it.each([
    ["peer", ["198.51.100.3", "10.0.0.1", "198.51.100.9"]],
    ["forwarded", ["203.0.113.7", "203.0.113.8", "198.51.100.9"]],
  ] as const)("is read where the client is the %s", async (client, expected) => {
    const { clients } = await clientsOf(whole, { client });
    expect(clients.slice(2000)).toEqual(expected);
  });

  it("is known as such where a private peer's lines came first", async () => {
    const shown = line("10.0.0.1", ' "203.0.113.8"').repeat(2000);
    const { log, clients } = await clientsOf(Buffer.from(shown + late));
    expect(log).toMatchObject({ records: 2002, quarantined: 1 });
    expect(clients.slice(2000)).toEqual(["203.0.113.8", "198.51.100.9"]);
  });
});

// RFC 7239, section 4: its own examples and forms.
describe.each([
  ["for=203.0.113.7;proto=https;by=10.0.0.1", "203.0.113.7"],
  ["for=203.0.113.7, for=10.0.0.9", "203.0.113.7"],
  ["proto=https; For=203.0.113.7", "203.0.113.7"],
  ['for="203.0.113.7:4711";proto=https', "203.0.113.7"],
  ['For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"],
])("the header Forwarded, %s", (header, client) => {
  const json = (name: string) =>
    `${JSON.stringify({ time: "2026-01-05T10:00:00Z", remote_addr: "10.0.0.1", [name]: header, path: "/a", status: 200 })}\n`;
  const combined = (escaped: string) => line("10.0.0.1", ` "${header.replaceAll('"', escaped)}"`);
  it.each([
    ["as Apache escapes it", combined('\\"')],
    ["as nginx escapes it", combined("\\x22")],
    ["without quotes around it", line("10.0.0.1", ` ${header.replaceAll(" ", "")}`)],
    ["in JSON", json("http_forwarded")],
    ["in JSON by its own name", json("Forwarded")],
  ])("names the client of a private peer: %s", async (_, text) => {
    expect((await clientsOf(Buffer.from(text.repeat(3)))).clients).toEqual([client, client, client]);
    const { clients } = await clientsOf(Buffer.from(text.repeat(3)), { client: "peer" });
    expect(clients).toEqual(["10.0.0.1", "10.0.0.1", "10.0.0.1"]);
  });

  it("leaves open who the client of a public peer is", async () => {
    const text = combined("\\x22").replace("10.0.0.1", "198.51.100.3");
    await expect(read(Buffer.from(text))).rejects.toThrow(
      `the peer, such as "198.51.100.3", or X-Forwarded-For in field 1 behind the fixed ones, such as "${client}"`,
    );
  });
});

it.each([
  ["private", "10.0.0.1", ["203.0.113.7", "10.0.0.1"]],
  ["local", "unix:", ["203.0.113.7"]],
  ["private, with a port", "[fd00::1]:443", ["203.0.113.7", "fd00::1"]],
])("a peer that is %s is a proxy, whose header counts", async (_, peer, expected) => {
  const object = (header: string) =>
    `${JSON.stringify({ time: "2026-01-05T10:00:00Z", remote_addr: peer, x_forwarded_for: header, path: "/a", status: 200 })}\n`;
  expect((await clientsOf(Buffer.from(object("203.0.113.7, 10.9.9.9") + object("-")))).clients).toEqual(
    expected,
  );
});

describe("a server's own log format", () => {
  const main =
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"';
  const log = Buffer.from(line("198.51.100.3", ' "203.0.113.7"') + line("10.0.0.1", ' "203.0.113.8"'));

  it("is asked about, too, as it does not say whom to believe", async () => {
    await expect(read(log, { logFormat: main })).rejects.toThrow(
      /^client: on 1 of the first 2 lines .* \$remote_addr, such as "198.51.100.3", or \$http_x_forwarded_for, such as "203.0.113.7"/,
    );
    expect((await clientsOf(log, { logFormat: main, client: "peer" })).clients).toEqual([
      "198.51.100.3",
      "10.0.0.1",
    ]);
    expect((await clientsOf(log, { logFormat: main, client: "forwarded" })).clients).toEqual([
      "203.0.113.7",
      "203.0.113.8",
    ]);
  });
});

it("a list before the peer stands in the client's place, and the peer counts where that is asked", async () => {
  const log = Buffer.from(line("203.0.113.7, 10.0.0.2 198.51.100.3", "") + line("- 198.51.100.4", ""));
  expect((await clientsOf(log)).clients).toEqual(["203.0.113.7", "198.51.100.4"]);
  expect((await clientsOf(log, { client: "peer" })).clients).toEqual(["198.51.100.3", "198.51.100.4"]);
});

it("one address before the peer may be a virtual host, until it is said that it is not", async () => {
  const log = Buffer.from(line("203.0.113.7 198.51.100.3", ""));
  await expect(read(log)).rejects.toThrow(/two addresses stand before the time/);
  expect((await clientsOf(log, { client: "forwarded" })).clients).toEqual(["203.0.113.7"]);
});

it("a damaged word with a comma before the time is no second address", async () => {
  const damaged = line("203.0.113.9", "").replace(" - - ", " ,- - ");
  const { log, clients } = await clientsOf(Buffer.from(damaged + line("203.0.113.10", "").repeat(20)));
  expect([log.quarantined, clients[0], clients.length]).toEqual([0, "203.0.113.9", 21]);
});

it("an answer to a question that the log does not raise is refused", async () => {
  await expect(read(Buffer.from(line("198.51.100.3", "")), { client: "forwarded" })).rejects.toThrow(
    /^client: .* has no X-Forwarded-For beside its peer: leave it out/,
  );
  await expect(read(Buffer.from(""), { client: "proxy" as "peer" })).rejects.toThrow(
    'client: "proxy": give "peer" or "forwarded"',
  );
});

describe("Parquet with both columns", () => {
  async function parquet(name: string, peers: string[]): Promise<string> {
    const file = join(folder, name);
    const rows = peers.map((peer, i) => `('${peer}', '${["203.0.113.7, 10.0.0.1", "-", ""][i]}')`);
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT TIMESTAMP '2026-01-05 10:00:00' AS timestamp, p AS remote_addr, x AS x_forwarded_for, '/a' AS path, 200 AS status FROM (VALUES ${rows.join(", ")}) v(p, x)) TO '${file}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    return file;
  }

  it("is asked about where a peer is public", async () => {
    const file = await parquet("public.parquet", ["198.51.100.3", "198.51.100.4", "10.0.0.1"]);
    await expect(read(file)).rejects.toThrow(
      /^client: .*"remote_addr", such as "198.51.100.3", or "x_forwarded_for", such as "203.0.113.7"/,
    );
    expect((await clientsOf(file, { client: "peer" })).clients).toEqual([
      "198.51.100.3",
      "198.51.100.4",
      "10.0.0.1",
    ]);
    expect((await clientsOf(file, { client: "forwarded" })).clients).toEqual([
      "203.0.113.7",
      "198.51.100.4",
      "10.0.0.1",
    ]);
  });

  it("has the header's client where the peer is private", async () => {
    const file = await parquet("private.parquet", ["10.0.0.9", "198.51.100.4", "10.0.0.1"]);
    expect((await clientsOf(file)).clients).toEqual(["203.0.113.7", "198.51.100.4", "10.0.0.1"]);
  });
});

it("an address is private by its bytes where it is by the pattern", () => {
  let privates = 0;
  const check = (text: string) => {
    const bytes = Buffer.from(`1${text}.1`); // what surrounds it does not count
    const expected = privateAddresses.test(text);
    if (expected) privates++;
    if (isPrivateAt(bytes, 1, bytes.length - 2) !== expected)
      expect([text, !expected]).toEqual([text, expected]);
  };
  for (let first = 0; first < 300; first++)
    for (let second = 0; second < 300; second++) check(`${first}.${second}.3.4`);
  const parts = [
    "",
    "0",
    "1",
    "010",
    "10",
    "100",
    "127",
    "169",
    "172",
    "192",
    "016",
    "16",
    "64",
    "168",
    "254",
    "1000",
  ];
  for (const first of parts)
    for (const second of parts)
      for (const rest of ["", ".", ".3.4", ":80", "-"])
        for (const text of [`${first}.${second}${rest}`, `${first}${second}${rest}`]) {
          check(text);
          check(`::ffff:${text}`);
          check(`[${text}`);
        }
  expect(privates).toBeGreaterThan(900);
});
