import { Writable } from "node:stream";
import { main } from "#lib/cli/main";

/** What a command ended with and printed, as `spawnSync` tells it. */
export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the command line in this process, for tests of what it does and says. That costs nothing, while to start a
 * process takes a third of a second; so only what a process is itself (its signals, threads, streams) is tested on one.
 * @param cwd where relative paths begin
 */
export async function shell(args: readonly string[], cwd = process.cwd()): Promise<Said> {
  const [stdout, stderr] = [new Caught(), new Caught()];
  const before = process.cwd();
  const kept = Object.getOwnPropertyDescriptors(process);
  Object.defineProperty(process, "stdout", { configurable: true, value: stdout });
  Object.defineProperty(process, "stderr", { configurable: true, value: stderr });
  process.chdir(cwd);
  try {
    return { status: await main(args), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.chdir(before);
    Object.defineProperty(process, "stdout", kept.stdout);
    Object.defineProperty(process, "stderr", kept.stderr);
  }
}

/** A stream that is no terminal, and keeps what is written. */
class Caught extends Writable {
  readonly #pieces: Buffer[] = [];

  override _write(piece: Buffer, _: string, done: () => void): void {
    this.#pieces.push(Buffer.from(piece)); // the writer may use its memory again
    done();
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString();
  }
}
