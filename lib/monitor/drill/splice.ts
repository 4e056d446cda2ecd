import { countNames, type Series, type SeriesColumns, type SeriesCounts, seriesOf } from "../series.js";
import { Sketches } from "../sketch.js";

/**
 * A series in which one period is replaced: the part that an incident affects, put into the log without the incident.
 * Outside of it both logs have the same records, so that this is the series of the whole log with the incident.
 * @param part of the same step, which begins and ends within the whole
 */
export function spliced(whole: Series, part: Series, length = whole.length): Series {
  const at = (part.start - whole.start) / whole.step;
  const names = [...new Set([...whole.endpoints.keys(), ...part.endpoints.keys()])];
  return seriesOf(columns(whole, part, at, length, part.length), {
    start: whole.start,
    step: whole.step,
    length,
    latencyObjective: whole.latencyObjective,
    late: whole.late,
    endpoints: new Map(
      names.map((name) => [
        name,
        columns(whole.endpoints.get(name), part.endpoints.get(name), at, length, part.length),
      ]),
    ),
  });
}

/**
 * Columns of `length` steps, in which the part's steps are copied from `at` on. Columns that one of them lacks are 0
 * there.
 */
function columns(
  whole: SeriesColumns | undefined,
  part: SeriesColumns | undefined,
  at: number,
  length: number,
  partLength: number,
): SeriesColumns {
  const joined = (before: Float64Array | undefined, between: Float64Array | undefined) => {
    const column = new Float64Array(length);
    if (before !== undefined) column.set(before.subarray(0, length));
    column.fill(0, at, at + partLength);
    if (between !== undefined) column.set(between, at);
    return column;
  };
  const counts = Object.fromEntries(
    countNames.map((name) => [name, joined(whole?.[name], part?.[name])]),
  ) as unknown as SeriesCounts;
  const latency = new Sketches();
  append(latency, whole?.latency, 0, at);
  append(latency, part?.latency, 0, partLength);
  append(latency, whole?.latency, at + partLength, length);
  const statuses = [...new Set([...(whole?.statuses.keys() ?? []), ...(part?.statuses.keys() ?? [])])].sort(
    (a, b) => a - b,
  );
  return {
    ...counts,
    latency,
    statuses: new Map(
      statuses.map((status) => [status, joined(whole?.statuses.get(status), part?.statuses.get(status))]),
    ),
  };
}

function append(to: Sketches, from: Sketches | undefined, begin: number, end: number): void {
  const known = Math.max(begin, Math.min(end, from?.length ?? begin));
  if (from !== undefined) to.append(from, begin, known);
  for (let step = known; step < end; step++) to.endStep();
}
