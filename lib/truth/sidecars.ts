import { withoutExtensions } from "../files/extensions.js";

// The files that stand beside a log, named after it without the extensions of format and compression.

/** The path of a file's answer key: `server_logs.truth.json` for `server_logs.csv.gz`. */
export function keyPathOf(path: string): string {
  return `${withoutExtensions(path)}.truth.json`;
}

/** The path of a file's labels: `server_logs.labels.csv`. */
export function labelsPathOf(path: string): string {
  return `${withoutExtensions(path)}.labels.csv`;
}
