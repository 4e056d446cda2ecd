import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { verifyRecordIds } from "#lib/check/verify/recordIds";
import { verify } from "#lib/check/verify/verify";
import { streamTo } from "#lib/schedule/streamTo";
import { pathOf } from "../requirements.js";

const folder = mkdtempSync(join(tmpdir(), "server-logs-rsyslog-"));
const at = (name: string) => join(folder, name);
let daemon: ChildProcess | undefined;
afterAll(() => {
  daemon?.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Starts rsyslog with a configuration; answers when it listens. */
async function startRsyslog(port: number): Promise<ChildProcess> {
  const child = spawn(pathOf("rsyslog"), ["-n", "-f", at("rsyslog.conf"), "-i", at("rsyslog.pid")], {
    stdio: "ignore",
  });
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return child;
    await sleep(20);
  }
}

/** A clock that is set by hand. */
class Clock {
  time: number;
  constructor(time: number) {
    this.time = time;
  }
  now = () => this.time;
  wait = (milliseconds: number) => sleep(Math.min(milliseconds, 20));
}

describe("rsyslog over TCP, restarted three times in the middle", { tags: ["rsyslog"] }, () => {
  it("loses nothing that was streamed to it, and verify names what it has twice", async () => {
    const port = await freePort();
    writeFileSync(
      at("rsyslog.conf"),
      `global(workDirectory="${folder}" parser.escapeControlCharactersOnReceive="off")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="${port}")
template(name="line" type="string" string="%msg%\\n")
action(type="omfile" file="${at("lines.ndjson")}" template="line")
action(type="omfile" file="${at("messages.log")}" template="RSYSLOG_SyslogProtocol23Format")
`,
    );
    daemon = await startRsyslog(port);
    const clock = new Clock(Date.UTC(2026, 0, 5, 12));
    const streamed = streamTo(
      {
        ...{ rate: 100, seed: 3, start: "2026-01-05T12:00:00Z", end: "2026-01-05T12:04:00Z" },
        ...{ out: `syslog+tcp://127.0.0.1:${port}`, recordIds: true, key: at("key.json") },
        receiver: { batch: 1000 },
      },
      { clock },
    );
    const size = () => statSync(at("messages.log"), { throwIfNoEntry: false })?.size ?? 0;
    for (let restarts = 0; restarts < 3; restarts++) {
      const before = size();
      clock.time += 60_000;
      while (size() < before + 200_000) await sleep(5); // of some two million
      daemon.kill("SIGTERM");
      await once(daemon, "exit");
      daemon = await startRsyslog(port);
    }
    clock.time += 60_000;
    const { records, rejected } = await streamed;
    daemon.kill("SIGTERM");
    await once(daemon, "exit");
    expect(rejected).toBe(0);

    // By their ids, in the messages as rsyslog writes them.
    const outcome = await verifyRecordIds([at("messages.log")], at("key.json"), 10_000);
    const found = new Map<string, number>();
    for (const [id] of readFileSync(at("messages.log"), "latin1").matchAll(/[0-9a-f]{8}-\d{13}-\d{5}/g))
      found.set(id, (found.get(id) ?? 0) + 1);
    expect(found.size).toBe(records);
    const twice = [...found].filter(([, copies]) => copies > 1);
    expect(outcome).toMatchObject({ expected: records, missing: 0, unexpected: 0 });
    expect(outcome.doubled).toBe(twice.reduce((sum, [, copies]) => sum + copies - 1, 0));
    expect(outcome.differences.record_id).toEqual(twice.map(([id]) => id).sort());

    // By their content, in the bare lines.
    const compared = await verify(at("lines.ndjson"), at("key.json"));
    expect(compared).toMatchObject({ missing: 0, unexpected: 0, changed: 0, doubled: outcome.doubled });
  }, 60_000);
});
