import { InputError, quoted } from "../../errors.js";

const MOMENT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * A moment as CSV files of series and alerts write it, in milliseconds since 1970: ISO 8601, with a `T` or a space.
 * @param zoneless what to do with a moment without a time zone: `utc` takes it as UTC, as in NAB's files
 * @throws InputError when it is not a moment, or lacks a zone that it needs
 */
export function momentOfText(text: string, place: string, zoneless: "utc" | "refuse"): number {
  const [, date, clock, zone] = MOMENT.exec(text.trim()) ?? [];
  const time = date === undefined ? Number.NaN : Date.parse(`${date}T${clock}${offset(zone)}`);
  if (Number.isNaN(time))
    throw new InputError(`${place}: must be a moment such as 2026-01-05T10:00:00Z, not ${quoted(text)}`);
  if (zone === undefined && zoneless === "refuse")
    throw new InputError(
      `${place}: ${quoted(text)} has no time zone; write it in UTC with a Z, or with its offset`,
    );
  return time;
}

function offset(zone: string | undefined): string {
  return zone === undefined ? "Z" : zone.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
}
