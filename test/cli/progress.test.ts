/** What long work shows on a terminal, and how signals stop it. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stopping, working } from "#lib/cli/progress";
import { longWork } from "#lib/notebook/longWork";
import type { Progress } from "#lib/work";

let shown: string[];
const isTTY = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");
beforeEach(() => {
  shown = [];
  vi.useFakeTimers({ toFake: ["performance", "setTimeout"] });
  vi.spyOn(process.stderr, "write").mockImplementation((words) => shown.push(String(words)) > 0);
  Object.defineProperty(process.stderr, "isTTY", { value: true, configurable: true });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  if (isTTY) Object.defineProperty(process.stderr, "isTTY", isTTY);
  else Reflect.deleteProperty(process.stderr, "isTTY");
});

describe("on a terminal, progress", () => {
  const clear = "\r\u001b[K";
  const shownAfter = async (run: typeof working, seconds: number, progress: Progress) => {
    await run(async ({ onProgress }) => {
      vi.advanceTimersByTime(1000 * seconds);
      onProgress!(progress);
    });
    return shown;
  };

  it("has an amount, a rate and the time that is left, and is removed at the end", async () => {
    const progress = { done: 5000, total: 20_000, unit: "records" };
    expect(await shownAfter(working, 4, progress)).toEqual([
      `${clear}5,000 of 20,000 records, 1,250/s, 12 s left`,
      clear,
    ]);
  });

  it("of work whose end is unknown has no time that is left", async () => {
    expect((await shownAfter(working, 2, { done: 500, total: undefined, unit: "bytes" }))[0]).toBe(
      `${clear}500 bytes, 250/s`,
    );
  });

  it("of a notebook's verb in a script has a bar, where its end is known", async () => {
    const script: typeof working = (run) => longWork("Reading", run);
    const bar = `${"█".repeat(15)}${"░".repeat(15)} `;
    await shownAfter(script, 2, { done: 5000, total: 10_000, unit: "lines" });
    await shownAfter(script, 2, { done: 5000, total: undefined, unit: "lines" });
    await shownAfter(script, 0.5, { done: 5000, total: 10_000, unit: "lines" }); // too short to show anything
    expect(shown).toEqual([
      `${clear}${bar}Reading: 5,000 of 10,000 lines`,
      `${clear}Reading: 10,000 lines, done`,
      "\n",
      `${clear}Reading: 5,000 lines`,
      `${clear}Reading: 5,000 lines, done`,
      "\n",
    ]);
  });
});

describe("work that goes on until it is stopped", () => {
  const states = (again: () => void) =>
    stopping(async ({ signal, giveUp }) => {
      const found = [[signal.aborted, giveUp.aborted]];
      process.emit("SIGHUP", "SIGHUP");
      found.push([signal.aborted, giveUp.aborted]);
      again();
      return [...found, [signal.aborted, giveUp.aborted]];
    });
  const given = [
    [false, false],
    [true, false],
    [true, true],
  ];

  it("may end in order, and is given up at a second signal", async () => {
    expect(await states(() => process.emit("SIGHUP", "SIGHUP"))).toEqual(given);
  });

  it("is given up when it takes longer than five seconds to end", async () => {
    expect(await states(() => vi.advanceTimersByTime(5000))).toEqual(given);
    expect(await states(() => vi.advanceTimersByTime(4999))).toEqual([...given.slice(0, 2), [true, false]]);
  });
});
