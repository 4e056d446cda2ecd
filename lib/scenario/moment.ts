/** Milliseconds since 1970 of a moment in UTC such as 2026-01-05T00:00:00.5Z; undefined when there is none such. */
export function millisecondsOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  // Date takes the 30th of February for the 2nd of March
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 19) !== text.slice(0, 19))
    return undefined;
  return milliseconds;
}

/** Second since 1970 of a moment as scenarios write it; undefined when it is none. */
export function momentOf(text: string): number | undefined {
  const milliseconds = /:\d\d(\.000)?Z$/.test(text) ? millisecondsOf(text) : undefined;
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

/** A whole second since 1970 as scenarios write it: 2026-01-05T00:00:00Z. */
export function momentText(second: number): string {
  return new Date(second * 1000).toISOString().replace(".000", "");
}
