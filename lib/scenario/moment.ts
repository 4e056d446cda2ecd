/** Milliseconds since 1970 of a UTC time such as 2026-01-05T00:00:00.5Z; undefined if the text is not one. */
export function millisecondsOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  // Date.parse reads the 30th of February as the 2nd of March.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 19) !== text.slice(0, 19))
    return undefined;
  return milliseconds;
}

/** Second since 1970 of a time as scenarios write it; undefined if the text is not one. */
export function momentOf(text: string): number | undefined {
  const milliseconds = /:\d\d(\.000)?Z$/.test(text) ? millisecondsOf(text) : undefined;
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

/** Writes a whole second since 1970 as scenarios do: 2026-01-05T00:00:00Z. */
export function momentText(second: number): string {
  return new Date(second * 1000).toISOString().replace(".000", "");
}
