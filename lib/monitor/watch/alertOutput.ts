import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";

/** Standard output for alerts. When `write` returns, each line is completely written. */
export class AlertOutput {
  readonly #descriptor: number;

  constructor(descriptor = 1) {
    this.#descriptor = descriptor;
  }

  /** Writes lines and waits until they are written. */
  write(lines: readonly string[]): void {
    let left = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    while (left.length > 0) {
      try {
        left = left.subarray(writeSync(this.#descriptor, left));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10); // the pipe is full: its reader lags
      }
    }
  }

  /** Writes the lines that the output lacks, if that can be seen at the end of a file. Into a pipe, it writes all. */
  writeMissing(lines: readonly string[]): void {
    const there = this.#end();
    this.write(lines.filter((line) => !there.includes(line)));
  }

  #end(): readonly string[] {
    const stats = fstatSync(this.#descriptor);
    if (!stats.isFile()) return [];
    let file: number;
    try {
      file = openSync(`/dev/fd/${this.#descriptor}`, "r"); // the file is open for writing only
    } catch {
      return [];
    }
    const length = Math.min(stats.size, 1 << 20);
    const bytes = Buffer.alloc(length);
    const got = readSync(file, bytes, 0, length, stats.size - length);
    closeSync(file);
    return bytes.subarray(0, got).toString("utf8").split("\n");
  }
}
