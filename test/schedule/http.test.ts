import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { Clock } from "#lib/schedule/clock";
import { streamTo } from "#lib/schedule/streamTo";
import { generate } from "#lib/write/generate";

const folder = mkdtempSync(join(tmpdir(), "server-logs-http-"));
afterAll(() => rmSync(folder, { recursive: true }));

const log = { rows: 5000, seed: 11, start: "2026-01-05T00:00:00Z", format: "ndjson" } as const;
const whole = async () => {
  const out = join(folder, "whole.ndjson");
  await generate({ ...log, out, key: false });
  return readFileSync(out, "utf8");
};

/** A clock behind the log's end, whose waits are kept and take no time. */
class TestClock implements Clock {
  readonly waits: number[] = [];
  now = () => Date.UTC(2026, 0, 7);
  async wait(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds);
    await new Promise(setImmediate);
  }
}

/** A real receiver. @param answer answers a request, whose number it is told; true where it took the body */
async function receiver(answer: (n: number, response: ServerResponse, request: IncomingMessage) => boolean) {
  const taken: string[] = [];
  let requests = 0;
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    if (answer(requests++, response, request)) taken.push(Buffer.concat(pieces).toString());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { out: `http://127.0.0.1:${port}/in`, taken, close };
}

const end = (response: ServerResponse, status: number, headers = {}) => {
  response.writeHead(status, headers).end();
  return status === 200;
};

describe("a receiver of NDJSON", () => {
  it("is sent each record once, in order, in batches of the size asked for", async () => {
    const { out, taken, close } = await receiver((_, response, { headers }) => {
      expect(headers["content-type"]).toBe("application/x-ndjson");
      expect(headers.authorization).toBe(`Basic ${btoa("me:secret")}`);
      return end(response, 200);
    });
    await streamTo(
      { ...log, out: out.replace("//", "//me:secret@"), receiver: { batch: 700 } },
      { clock: new TestClock() },
    );
    await close();
    expect(taken.join("")).toBe(await whole());
    expect(taken.map((body) => body.split("\n").length - 1)).toEqual([...Array(7).fill(700), 100]);
  });

  it("is sent a batch again until it takes it, after the time that it asks for or one that grows", async () => {
    const said: string[] = [];
    const clock = new TestClock();
    const { out, taken, close } = await receiver((n, response) => {
      if (n === 1) return end(response, 503);
      if (n === 2) return end(response, 429, { "retry-after": "7" });
      if (n === 3) return end(response, 503, { "retry-after": new Date(clock.now() + 60_000).toUTCString() });
      if (n === 4) response.destroy(); // the connection breaks
      if (n === 5) return false; // no answer at all
      return n === 4 ? false : end(response, 200);
    });
    await streamTo(
      { ...log, out, receiver: { timeout: 1000 } },
      { clock, tell: (words) => said.push(words) },
    );
    await close();
    expect(taken.join("")).toBe(await whole());
    const [first, asked, date, broken, silent, ...others] = clock.waits;
    expect(others).toEqual([]);
    expect([asked, date]).toEqual([7000, 60_000]);
    for (const [wait, tries] of [
      [first, 0],
      [broken, 3],
      [silent, 4],
    ]) {
      expect(wait).toBeGreaterThanOrEqual(250 * 2 ** tries);
      expect(wait).toBeLessThanOrEqual(500 * 2 ** tries);
    }
    expect(said).toEqual([
      expect.stringMatching(/answers 503; the stream waits and tries again$/),
      expect.stringMatching(/answers again; the stream catches up$/),
    ]);
  });

  it("is not waited for when it asks for no time or for one that is over, else half of the wait is random", async () => {
    const clock = new TestClock();
    const past = new Date(clock.now() - 60_000).toUTCString();
    const asked = ["0", past, "-", "-"];
    const random = vi.spyOn(Math, "random").mockReturnValueOnce(0).mockReturnValueOnce(1);
    const { out, taken, close } = await receiver((n, response) =>
      n < asked.length ? end(response, 503, { "retry-after": asked[n] }) : end(response, 200),
    );
    await streamTo({ ...log, rows: 5, out }, { clock });
    await close();
    random.mockRestore();
    expect(taken).toHaveLength(1);
    expect(clock.waits).toEqual([0, 0, (500 * 2 ** 2) / 2, 500 * 2 ** 3]);
  });

  it("that refuses for good ends the stream; with a state file the next run goes on behind what it took", async () => {
    const state = join(folder, "state.json");
    let broken = true;
    const { out, taken, close } = await receiver((n, response) =>
      end(response, broken && n === 3 ? 400 : 200),
    );
    const key = join(folder, "refused.json");
    const said: string[] = [];
    const tell = (words: string) => said.push(words);
    const run = () => streamTo({ ...log, out, key, receiver: { state } }, { clock: new TestClock(), tell });
    await expect(run()).rejects.toThrow(
      /answers 400, and would again; taken is what was delivered before 2026-01-05T/,
    );
    expect(said).toEqual([`key: "${key}" is not written, as the stream failed before its end`]);
    expect(existsSync(key)).toBe(false);
    expect(taken).toHaveLength(3);
    broken = false;
    await run();
    await run(); // there is no more
    await close();
    expect(taken.join("")).toBe(await whole());
    await expect(streamTo({ ...log, seed: 12, out, receiver: { state } })).rejects.toThrow(
      "belongs to another log",
    );
  });

  it("that leads elsewhere is not followed", async () => {
    const { out, close } = await receiver((_, response) => end(response, 307, { location: "/other" }));
    await expect(streamTo({ ...log, out }, { clock: new TestClock() })).rejects.toThrow(
      "answers 307, and would again",
    );
    await close();
  });

  it("that is dead is waited for until the stream is given up", async () => {
    const { out, close } = await receiver(() => false);
    await close();
    const giveUp = new AbortController();
    const clock = new TestClock();
    const wait = clock.wait.bind(clock);
    clock.wait = async (milliseconds) => {
      if (clock.waits.length === 20) giveUp.abort();
      await wait(milliseconds);
    };
    await expect(streamTo({ ...log, out }, { clock, giveUp: giveUp.signal })).rejects.toThrow(
      "it was stopped before the receiver took the last records; taken is what was delivered before 2026-01-05T00:00:00.000Z",
    );
    expect(Math.max(...clock.waits)).toBeLessThanOrEqual(30_000);
  });

  it("is refused what is no NDJSON", async () => {
    const out = "http://127.0.0.1:1/";
    await expect(streamTo({ out, format: "csv" })).rejects.toThrow("format: a receiver is sent NDJSON");
    await expect(streamTo({ out, rotation: { bytes: 9 } })).rejects.toThrow("rotate: needs a file");
    await expect(streamTo({ out, receiver: { batch: 0 } })).rejects.toThrow("batch: must be a whole number");
    await expect(streamTo({ out: "-", receiver: { batch: 5 } })).rejects.toThrow("batch: is for a receiver");
  });
});
