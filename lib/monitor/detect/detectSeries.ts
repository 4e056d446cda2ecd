import { InputError, quoted } from "../../errors.js";
import type { Work } from "../../work.js";
import { columnOf, csvLines } from "../csvTable.js";
import { momentOfText } from "../score/moments.js";
import { readingDetector } from "./detectors.js";

/**
 * Runs a built-in detector over a series of `timestamp,value`, any CSV with these columns, in constant memory.
 * @param source path, "-" for standard input, or bytes
 * @returns the lines of a CSV `timestamp,value,anomaly_score`, with the first two as they were: a score of 0.5 or more
 * where an alarm begins, less elsewhere. An empty value is a gap. Readings are taken in the order of the file, even if
 * a clock was set back
 * @throws InputError when the detector does not exist or does not suit, or a line is not a reading
 */
export async function* detectSeries(
  source: string | Uint8Array,
  detector = "novelty",
  work: Work = {},
): AsyncGenerator<string> {
  const next = readingDetector(detector);
  let columns: { time: number; value: number } | undefined;
  for await (const { number, cells } of csvLines(source, "series", work)) {
    if (columns === undefined) {
      columns = {
        time: columnOf(cells, ["timestamp", "time"], "series"),
        value: columnOf(cells, ["value"], "series"),
      };
      yield "timestamp,value,anomaly_score";
      continue;
    }
    const timestamp = cells[columns.time] ?? "";
    const text = cells[columns.value] ?? "";
    const time = momentOfText(timestamp, `series: line ${number}`, "utc");
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (text.trim() !== "" && !Number.isFinite(value))
      throw new InputError(`series: line ${number} must have a number as value, not ${quoted(text)}`);
    yield `${timestamp},${text},${Number(next(time, value).score.toFixed(6))}`;
  }
  if (columns === undefined)
    throw new InputError("series: it is empty; the first line names timestamp,value");
}
