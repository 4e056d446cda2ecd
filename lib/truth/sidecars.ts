import { withoutExtensions } from "../files/extensions.js";

// The files that stand beside a log, by its name without the extensions of format and compression.

/** Where the answer key of a file stands: `server_logs.truth.json` beside `server_logs.csv.gz`. */
export function keyPathOf(path: string): string {
  return `${withoutExtensions(path)}.truth.json`;
}

/** Where the labels of a file stand: `server_logs.labels.csv`. */
export function labelsPathOf(path: string): string {
  return `${withoutExtensions(path)}.labels.csv`;
}
