/** Moments on the command line, as people say them. */
import { describe, expect, it } from "vitest";
import { momentOption } from "#lib/scenario/spokenMoment";

// a Saturday evening
const now = Date.parse("2026-02-28T21:34:56.789Z");

describe("a moment on the command line", () => {
  it.each([
    ["yesterday", "2026-02-27T00:00:00Z"],
    ["today", "2026-02-28T00:00:00Z"],
    ["now", "2026-02-28T21:34:56Z"],
    ["today+8h", "2026-02-28T08:00:00Z"],
    ["today+1d", "2026-03-01T00:00:00Z"],
    ["yesterday-90m", "2026-02-26T22:30:00Z"],
    ["now-7d", "2026-02-21T21:34:56Z"],
    ["now-1w", "2026-02-21T21:34:56Z"],
    ["now+5s", "2026-02-28T21:35:01Z"],
    ["2024-02-29", "2024-02-29T00:00:00Z"],
    ["2024-02-29+1d", "2024-03-01T00:00:00Z"],
    ["2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z"],
  ])("%s is %s", (said, moment) => {
    expect(momentOption("start", said, now)).toBe(moment);
  });

  it("lies in the years that four digits can say", () => {
    expect(momentOption("end", "9999-12-31+86399s", now)).toBe("9999-12-31T23:59:59Z");
    expect(momentOption("start", "1970-01-02-1d", now)).toBe("1970-01-01T00:00:00Z");
    for (const said of ["9999-12-31+1d", "1970-01-01-1s"])
      expect(() => momentOption("end", said, now)).toThrow(
        `end: "${said}" lies outside of the years 1970 to 9999`,
      );
  });
});
