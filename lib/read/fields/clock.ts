import { InputError, quoted } from "../../errors.js";

const minute = 60_000;
const day = 86_400_000;

/** Turns a local time (milliseconds, as if it were UTC) into UTC. */
export type ToUtc = (local: number) => number;

/**
 * The clock of a time zone: "UTC", a fixed offset such as "+02:00", or an IANA name such as "Europe/Berlin". If the
 * clock shows a time twice, the earlier one is taken. If it skips a time, the time is read as if the clock had not yet
 * been put forward.
 * | @throws InputError if there is no such zone
 */
export function clockOf(timeZone: string): ToUtc {
  const fixed = fixedOffset(timeZone);
  if (fixed !== undefined) return (local) => local - fixed;
  const offsetAt = namedZone(timeZone);
  // Intl takes microseconds to ask, and a zone's offset never changes within a minute.
  const known = new Map<number, number>();
  return (local) => {
    const key = Math.floor(local / minute);
    let offset = known.get(key);
    if (offset === undefined) {
      const before = offsetAt(local - day);
      const after = offsetAt(local + day);
      offset = offsetAt(local - before) !== before && offsetAt(local - after) === after ? after : before;
      if (known.size >= 10_000) known.clear();
      known.set(key, offset);
    }
    return local - offset;
  };
}

/**
 * By how many milliseconds the clock of a zone is ahead of UTC, at a time in UTC.
 * @throws InputError when there is no such zone.
 */
export function offsetOf(timeZone: string): (utc: number) => number {
  const fixed = fixedOffset(timeZone);
  return fixed === undefined ? namedZone(timeZone) : () => fixed;
}

/** The offset in milliseconds that "UTC" or "+02:00" names; undefined for any other zone. */
function fixedOffset(timeZone: string): number | undefined {
  if (timeZone === "UTC" || timeZone === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(timeZone) ?? [];
  if (sign === undefined || Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (Number(hours) * 60 + Number(minutes)) * minute * (sign === "-" ? -1 : 1);
}

function namedZone(timeZone: string): (utc: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    if (!/^[A-Za-z]/.test(timeZone)) throw new RangeError("not a name");
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    throw new InputError(
      `timeZone: ${quoted(timeZone)} is not a time zone: give "UTC", an offset such as "+02:00" or a name such as "Europe/Berlin"`,
    );
  }
  return (utc) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(utc)) part[type] = Number(value);
    const shown = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
    return shown - Math.floor(utc / 1000) * 1000;
  };
}
