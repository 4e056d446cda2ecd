import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formats } from "#lib/encode/formats";
import { planOf } from "#lib/generate/plan";
import { parseScenario } from "#lib/scenario/parse";
import type { Clock } from "#lib/schedule/clock";
import { type StreamToOptions, streamTo } from "#lib/schedule/streamTo";
import { generate } from "#lib/write/generate";

const folder = mkdtempSync(join(tmpdir(), "server-logs-receivers-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A log with lines that a defect spoiled, twice the same lines and moments with several records. */
const log = {
  rows: 3000,
  seed: 11,
  start: "2026-01-05T00:00:00Z",
  end: "2026-01-05T00:10:00Z",
  format: "combined-timed",
  defects: { malformed: 0.01, badEncoding: 0.01, duplicated: 0.02 },
} satisfies StreamToOptions;

const lines = (bytes: Buffer) => bytes.toString().split("\n").slice(0, -1);
const bytesIn = (bytes: Buffer) => bytes.toString("latin1").split("\n").slice(0, -1);
/** What arrived, up to where it differs first from what was to arrive, in a few lines. */
const expectSame = (arrived: readonly string[], written: readonly string[]) => {
  const at = written.findIndex((line, i) => line !== arrived[i]);
  if (at >= 0) expect(arrived.slice(at, at + 3)).toEqual(written.slice(at, at + 3));
  expect(arrived.length).toBe(written.length);
};
const whole = async (options: object = log): Promise<Buffer> => {
  const out = join(folder, "whole.log");
  await generate({ ...options, out, key: false });
  return readFileSync(out);
};

/** A clock behind the log's end, whose waits are kept and take no time. */
class TestClock implements Clock {
  readonly waits: number[] = [];
  now = () => Date.UTC(2026, 0, 7);
  async wait(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What a request asks for, and its body. */
interface Asked {
  readonly path: string | undefined;
  readonly body: string;
}

/** Each once, as it came first: on a loaded machine an answer may come too late, and what was taken comes again. */
function onceEach<T>(all: readonly T[], idOf: (each: T) => string): T[] {
  const seen = new Set<string>();
  return all.filter((each) => seen.size < seen.add(idOf(each)).size);
}

/** A real HTTP server. @param answer answers the request with this number, and says whether it took it */
async function httpServer(answer: (n: number, response: ServerResponse) => boolean) {
  const taken: Asked[] = [];
  let requests = 0;
  const server = createHttpServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const asked = { path: request.url, body: Buffer.concat(pieces).toString() };
    if (answer(requests++, response)) taken.push(asked);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken, close };
}

const end = (response: ServerResponse, status: number, body = "", headers = {}) => {
  response.writeHead(status, headers).end(body);
  return status < 300;
};

/** Answers as receivers in trouble do, then well. */
const troubled = (n: number, response: ServerResponse) => {
  if (n === 1) return end(response, 503);
  if (n === 2) return end(response, 429, "slow down", { "retry-after": "7" });
  if (n === 3) response.destroy(); // it dies in the middle
  if (n === 3 || n === 4) return false; // no answer at all
  return end(response, 200, "{}");
};

// biome-ignore lint/suspicious/noExplicitAny: what a receiver gets is any JSON
type Json = any;

describe("OTLP over HTTP", () => {
  const recordsOf = (taken: readonly Asked[]): Json[] =>
    taken.flatMap(({ body }) => JSON.parse(body).resourceLogs[0].scopeLogs[0].logRecords);
  const attributesOf = ({ attributes }: Json): Record<string, Json> =>
    Object.fromEntries(attributes.map(({ key, value }: Json) => [key, Object.values(value)[0]]));

  it("sends each line as the body, with what it says as attributes, through all troubles, in order", async () => {
    const clock = new TestClock();
    const { address, taken, close } = await httpServer(troubled);
    const receiver = { timeout: 1000 };
    await streamTo({ ...log, out: `otlp+${address}`, receiver, recordIds: true }, { clock });
    close();
    expect(new Set(taken.map(({ path }) => path))).toEqual(new Set(["/v1/logs"]));
    const records = onceEach(recordsOf(taken), (record) => attributesOf(record)["log.record.uid"]);
    expectSame(
      records.map(({ body }) => body.stringValue),
      lines(await whole()),
    );
    expect(clock.waits).toContain(7000);
    expect(clock.waits.length).toBeGreaterThanOrEqual(4);
    const ids = records.map((record) => attributesOf(record)["log.record.uid"]);
    expect(new Set(ids).size).toBe(records.length);
    // Each attribute is what the line says, as the line's own form has it.
    const form =
      /^(\S+) - - \[(.+?)\] "([A-Z]+) (\S+) HTTP\/(\S+)" (\d{3}) \d+ "(.*?)" "(.*?)" (\d+\.\d{3})$/;
    let read = 0;
    for (const record of records) {
      const found = form.exec(record.body.stringValue);
      const attributes = attributesOf(record);
      expect(record.observedTimeUnixNano).toMatch(/^17675\d{8}000000$/);
      if (found === null || record.body.stringValue.includes("\ufffd")) {
        expect(Object.keys(attributes)).toEqual(["log.record.uid"]);
        continue;
      }
      read++;
      const [, address, time, method, path, version, status, referrer, agent, took] = found;
      const milliseconds = Number(BigInt(record.timeUnixNano) / 1_000_000n);
      const iso = time.replace(/^(\d\d)\/Jan\/(\d{4}):(.*) \+0000$/, "$2-01-$1T$3Z");
      expect(Math.floor(milliseconds / 1000)).toBe(Date.parse(iso) / 1000);
      expect(attributes).toMatchObject({
        "http.request.method": method,
        "url.path": path,
        "http.response.status_code": status,
        "client.address": address,
        "network.protocol.version": version,
        "user_agent.original": agent,
      });
      expect(attributes["http.server.request.duration"]).toBeCloseTo(Number(took), 2);
      expect(attributes["http.request.header.referer"]?.values[0].stringValue ?? "-").toBe(referrer);
      expect(attributes["error.type"]).toBe(Number(status) >= 500 ? status : undefined);
      expect(record.severityText).toBe(
        Number(status) >= 500 ? "ERROR" : Number(status) >= 400 ? "WARN" : "INFO",
      );
    }
    expect(read).toBeGreaterThan(0.97 * records.length);
  });

  it("tells what the receiver rejects, and does not send it again", async () => {
    const said: string[] = [];
    const { address, taken, close } = await httpServer((n, response) =>
      end(
        response,
        200,
        n === 1
          ? '{"partialSuccess":{"rejectedLogRecords":"17","errorMessage":"too \\u001b[31m old"}}'
          : "{}",
      ),
    );
    const { rejected, records } = await streamTo(
      { ...log, out: `otlp+${address}` },
      { clock: new TestClock(), tell: (words) => said.push(words) },
    );
    close();
    expect(rejected).toBe(17);
    expect(recordsOf(taken)).toHaveLength(records);
    expect(said).toEqual([
      `out: "${address}/v1/logs" rejects 17 of 1000 records (it says "too \\u001b[31m old")`,
    ]);
  });

  it("ends with what the receiver says when it refuses for good", async () => {
    const { address, close } = await httpServer((_, response) => end(response, 400, "no such tenant"));
    await expect(streamTo({ ...log, out: `otlp+${address}` }, { clock: new TestClock() })).rejects.toThrow(
      /answers 400 \(it says "no such tenant"\), and would again; taken is what was delivered before 2026/,
    );
    close();
  });
});

describe("Loki's push API", () => {
  it("gets one stream with its labels, each line with its moment and its id, through all troubles", async () => {
    const clock = new TestClock();
    const { address, taken, close } = await httpServer(troubled);
    const receiver = { timeout: 1000, labels: { job: "web", env: "test" } };
    await streamTo({ ...log, out: `loki+${address}`, receiver, recordIds: true }, { clock });
    close();
    const streams = taken.map(({ body }) => JSON.parse(body).streams as Json[]);
    expect(taken[0].path).toBe("/loki/api/v1/push");
    for (const all of streams) {
      expect(all).toHaveLength(1);
      expect(all[0].stream).toEqual({ job: "web", env: "test" });
    }
    const values = onceEach<[string, string, { record_id: string }]>(
      streams.flatMap((all) => all[0].values),
      ([, , { record_id }]) => record_id,
    );
    expectSame(
      values.map(([, line]) => line),
      lines(await whole()),
    );
    const moments = values.map(([moment]) => BigInt(moment));
    expect(moments.every((moment, i) => i === 0 || moment >= moments[i - 1])).toBe(true);
    for (const [moment, , { record_id }] of values)
      expect(record_id).toMatch(new RegExp(`^[0-9a-f]{8}-${moment.slice(0, 13)}-\\d{5}$`));
    expect(new Set(values.map(([, , { record_id }]) => record_id)).size).toBe(values.length);
  });

  it("is refused labels that it would not take", async () => {
    const out = "loki+http://127.0.0.1:1";
    await expect(streamTo({ out, receiver: { labels: {} } })).rejects.toThrow("label: Loki takes no lines");
    await expect(streamTo({ out, receiver: { labels: { "a-b": "c" } } })).rejects.toThrow(
      'label: a name must be letters, digits and _ and not begin with a digit, not "a-b"',
    );
  });
});

/** A real TCP server. @param treat gets each connection with its number; what it leaves alone is read to its end */
async function tcpServer(treat: (n: number, socket: Socket) => boolean = () => false) {
  const read: Buffer[] = [];
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    if (treat(connections++, socket)) return;
    const pieces: Buffer[] = [];
    socket.on("data", (piece) => pieces.push(piece));
    socket.on("close", () => read.push(Buffer.concat(pieces)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { out: `syslog+tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, read, close };
}

/** Cuts a connection's bytes into messages by the lengths before them. */
function messages(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString("latin1", at, space));
    found.push(bytes.subarray(space + 1, space + 1 + length));
    at = space + 1 + length;
  }
  return found;
}

const RFC5424 =
  /^<190>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) www\.example\.com server-logs - - (-|\[record@32473 id="([^"\]]+)"\]) (.*)$/s;

describe("syslog over TCP", () => {
  it("sends RFC 5424 messages, counted or by line, whose text is the log to the byte", async () => {
    const bytes = await whole();
    for (const framing of ["octets", "lines"] as const) {
      const { out, read, close } = await tcpServer();
      await streamTo(
        { ...log, out, receiver: { batch: 1024, framing }, recordIds: true },
        { clock: new TestClock() },
      );
      close();
      const texts = read.flatMap((each) =>
        framing === "octets" ? messages(each).map((text) => text.toString("latin1")) : bytesIn(each),
      );
      const parts = texts.map((text) => RFC5424.exec(text)!);
      expectSame(
        parts.map(([, , , , line]) => line),
        bytesIn(bytes),
      );
      expect(new Set(parts.map(([, , , id]) => id)).size).toBe(parts.length);
      expect(read.length).toBeGreaterThanOrEqual(3); // a connection confirms each parcel
    }
  });

  it("sends again what a connection carried that broke, was reset, or was never read", async () => {
    const said: string[] = [];
    const { out, read, close } = await tcpServer((n, socket) => {
      if (n === 0) socket.once("data", () => socket.resetAndDestroy());
      else if (n === 1)
        socket.once("data", () => socket.destroy()); // as a receiver that is stopped
      else if (n === 2)
        socket.pause(); // it never reads
      else return false;
      return true;
    });
    await streamTo(
      { ...log, out, receiver: { batch: 1024, timeout: 1500 }, recordIds: true },
      { clock: new TestClock(), tell: (words) => said.push(words) },
    );
    close();
    const all = read.flatMap(messages).map((text) => RFC5424.exec(text.toString("latin1"))!);
    expectSame(
      onceEach(all, ([, , , id]) => id).map(([, , , , line]) => line),
      bytesIn(await whole()),
    );
    expect(said[0]).toMatch(/; the stream waits and tries again$/);
    expect(said.at(-1)).toMatch(/answers again; the stream catches up$/);
  });

  it("waits for a dead receiver until the stream is given up, and tells what it has", async () => {
    const { out, close } = await tcpServer();
    close();
    const giveUp = new AbortController();
    const clock = new TestClock();
    const wait = clock.wait.bind(clock);
    clock.wait = async (milliseconds) => {
      if (clock.waits.length === 12) giveUp.abort();
      await wait(milliseconds);
    };
    await expect(streamTo({ ...log, out }, { clock, giveUp: giveUp.signal })).rejects.toThrow(
      "it was stopped before the receiver took the last records; taken is what was delivered before 2026-01-05T00:00:00.000Z",
    );
    expect(Math.max(...clock.waits)).toBeLessThanOrEqual(30_000);
  });
});

describe("what cannot be sent", () => {
  it("is refused in a sentence before anything is sent", async () => {
    const refused = (options: StreamToOptions) =>
      expect(streamTo({ out: "otlp+http://127.0.0.1:1", ...options })).rejects;
    await refused({ out: "kafka://127.0.0.1:1" }).toThrow(
      "out: must begin with http://, https://, otlp+http://",
    );
    await refused({ out: "otlp+http://" }).toThrow('out: "otlp+http://" is not an address');
    await refused({ out: "syslog+tcp://me@127.0.0.1:1" }).toThrow("out: syslog has an address and a port");
    await refused({ receiver: { framing: "lines" } }).toThrow("framing: is for syslog+tcp://");
    await refused({ receiver: { labels: { a: "b" } } }).toThrow("label: is for loki+http://");
    await refused({ format: "csv" }).toThrow("format: a receiver takes records only, and csv has a header");
    await refused({ out: "-", receiver: { framing: "lines" } }).toThrow("framing: is for a receiver");
    await refused({ out: "-", format: "combined", recordIds: true }).toThrow(
      "recordIds: lines of combined have no room for an id",
    );
  });

  it("are just the formats with a header", async () => {
    const plan = planOf(parseScenario(), 1);
    for (const [format, { encoder, concatenable }] of Object.entries(formats)) {
      if (!concatenable) continue;
      const isHeaded = (await encoder(plan)).header.length > 0;
      const sent = streamTo({
        out: "syslog+tcp://127.0.0.1:1",
        format: format as "csv",
        receiver: { batch: 0 },
      });
      await expect(sent).rejects.toThrow(isHeaded ? "has a header" : "batch: must be");
    }
  });
});
