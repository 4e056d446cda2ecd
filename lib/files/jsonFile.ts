import { closeSync, openSync, readSync } from "node:fs";
import { InputError, quoted } from "../errors.js";
import { reason } from "./fault.js";

/** Size in bytes of the largest file of options that is read. A scenario with a hundred endpoints takes 20 kB. */
const MOST_BYTES = 16 * 2 ** 20;

/**
 * Reads a small file of JSON, such as a scenario's. It is read before long work begins: Ctrl-C ends the process even
 * while it waits for a pipe that nobody writes to.
 * @throws InputError naming `argument` when it cannot be read or is not JSON
 */
export function jsonFile(path: string, argument: string): unknown {
  let content: string;
  try {
    content = smallFile(path);
  } catch (error) {
    if (error instanceof RangeError)
      throw new InputError(`${argument}: ${quoted(path)} is larger than ${MOST_BYTES / 2 ** 20} MiB`);
    throw new InputError(`${argument}: cannot read the file ${quoted(path)}: ${reason(error, "read")}`);
  }
  try {
    return JSON.parse(content.replace(/^\uFEFF/, "")); // the byte-order mark that editors on Windows write
  } catch (error) {
    throw new InputError(`${argument}: ${quoted(path)} is not JSON: ${(error as Error).message}`);
  }
}

/** @throws RangeError when the file, which may be a device without an end, is too large */
function smallFile(path: string): string {
  const descriptor = openSync(path, "r");
  try {
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const piece = Buffer.alloc(1 << 16);
      const got = readSync(descriptor, piece);
      if (got === 0) return Buffer.concat(pieces).toString("utf8");
      pieces.push(piece.subarray(0, got));
      length += got;
      if (length > MOST_BYTES) throw new RangeError("too large");
    }
  } finally {
    closeSync(descriptor);
  }
}
