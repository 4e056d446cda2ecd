import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { generate } from "#lib/write/generate";
import { pathOf } from "../requirements.js";

const folder = mkdtempSync(join(tmpdir(), "server-logs-trials-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const program = join(import.meta.dirname, "../../lib/bin/server-logs.js");

/** What `generate` makes: the log as a file. */
async function batchFile(log: object): Promise<Buffer> {
  await generate({ ...log, out: at("batch.ndjson"), key: false });
  return readFileSync(at("batch.ndjson"));
}

const optionsOf = (log: object) =>
  Object.entries(log).flatMap(([name, value]) => [`--${name}`, String(value)]);

describe("a stream in another process, where the clocks change to winter time", () => {
  const env = { ...process.env, TZ: "Europe/Berlin" }; // 2026-10-25T01:00Z: from 03:00 back to 02:00

  it("that is stopped and goes on, and whose receiver is dead for a while, sends the bytes of the batch file", async () => {
    const log = { start: "2026-10-25T00:45:00Z", end: "2026-10-25T01:15:00Z", rows: 20_000, seed: 3 };
    const taken: Buffer[] = [];
    const listen = async (port: number): Promise<Server> => {
      const server = createServer(async (request, response) => {
        const pieces: Buffer[] = [];
        try {
          for await (const piece of request) pieces.push(piece as Buffer);
        } catch {
          return; // the server died in the middle
        }
        taken.push(Buffer.concat(pieces));
        response.writeHead(204).end();
      }).listen(port, "127.0.0.1");
      await once(server, "listening");
      return server;
    };
    let server = await listen(0);
    const { port } = server.address() as AddressInfo;
    const args = ["stream", ...optionsOf(log), "--speed", "600", "--record-ids"];
    const stream = spawn(process.execPath, [program, ...args, "--out", `http://127.0.0.1:${port}`], {
      env,
      stdio: "ignore",
    });
    const exit = once(stream, "exit");
    while (taken.length === 0) await sleep(10);
    for (const pause of [300, 600]) {
      stream.kill("SIGSTOP");
      await sleep(pause);
      stream.kill("SIGCONT");
      server.closeAllConnections();
      server.close();
      await sleep(400);
      server = await listen(port);
      await sleep(100);
    }
    expect(await exit).toEqual([0, null]);
    server.close();
    // A batch that was taken while the server died comes again; the ids tell.
    const lines = new Set(Buffer.concat(taken).toString().trimEnd().split("\n"));
    const sent = [...lines].map((line) => line.replace(/,"record_id":"[^"]*"\}$/, "}")).join("\n");
    expect(`${sent}\n`).toBe((await batchFile(log)).toString());
  }, 60_000);

  it("whose clock is set forward and back sends the bytes of the batch file, none before its time", {
    tags: ["faketime"],
    timeout: 60_000,
  }, async () => {
    const log = { start: "2026-10-25T00:59:50Z", end: "2026-10-25T01:00:20Z", rows: 6000, seed: 3 };
    const preload = execFileSync(pathOf("faketime"), ["-m", "now", "printenv", "LD_PRELOAD"], {
      encoding: "utf8",
    }).trim();
    /** Sets the clock of the stream. @param second of the log */
    const set = (second: number) => {
      const offset = (Date.parse(log.start) - Date.now()) / 1000 + second;
      writeFileSync(at("clock"), `${offset < 0 ? "" : "+"}${offset.toFixed(3)}\n`);
    };
    set(2); // two seconds of the log lie in the past
    const args = ["stream", ...optionsOf(log), "--out", at("clock.ndjson")];
    const stream = spawn(process.execPath, [program, ...args], {
      env: {
        ...env,
        LD_PRELOAD: preload,
        FAKETIME_TIMESTAMP_FILE: at("clock"),
        FAKETIME_NO_CACHE: "1",
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    stream.stderr.on("data", (piece) => {
      said += piece;
    });
    const exit = once(stream, "exit");
    const size = () => statSync(at("clock.ndjson"), { throwIfNoEntry: false })?.size ?? 0;
    while (size() === 0) await sleep(10);
    await sleep(300);
    set(9); // forward
    await sleep(500);
    set(5); // back: what was sent stays, and nothing comes
    await sleep(200);
    const before = size();
    const last = readFileSync(at("clock.ndjson"), "utf8").trimEnd().split("\n").at(-1)!;
    expect(Date.parse(JSON.parse(last).timestamp)).toBeLessThan(Date.parse(log.start) + 12_000);
    await sleep(500);
    expect(size()).toBe(before);
    for (const second of [14, 13, 22, 31]) {
      set(second); // by fits and starts across the change
      await sleep(150);
    }
    expect(await exit).toEqual([0, null]);
    expect(said).toMatch(
      /the clock was set back by \d s: what was streamed stays, the rest waits for its time/,
    );
    expect(readFileSync(at("clock.ndjson")).equals(await batchFile(log))).toBe(true);
  });
});
