import { existsSync, readFileSync } from "node:fs";
import type { LabelledWindow } from "#lib/monitor/score/nab";

/** The Numenta Anomaly Benchmark (numenta/NAB, MIT), if it is available. */
export const nabFolder = new URL("../../../../shared/data/nab/", import.meta.url).pathname;

/** Whether the corpus is available. */
export const hasNab = existsSync(nabFolder);

/** A series of the corpus. */
export interface NabSeries {
  name: string;
  times: Float64Array;
  values: Float64Array;
  windows: LabelledWindow[];
}

/** All 58 series, with their windows. */
export function nabCorpus(): NabSeries[] {
  const moment = (text: string) => Date.parse(`${text.slice(0, 19).replace(" ", "T")}Z`);
  const labels: Record<string, [string, string][]> = JSON.parse(
    readFileSync(`${nabFolder}labels/combined_windows.json`, "utf8"),
  );
  return Object.entries(labels).map(([name, windows]) => {
    const rows = readFileSync(`${nabFolder}data/${name}`, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","));
    return {
      name,
      times: Float64Array.from(rows, ([time]) => moment(time)),
      values: Float64Array.from(rows, ([, value]) => Number(value)),
      windows: windows.map(([start, end]) => ({ start: moment(start), end: moment(end) })),
    };
  });
}
