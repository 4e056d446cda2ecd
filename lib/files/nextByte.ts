const find = Buffer.prototype.indexOf;
/** `find` counts positions in 31 bits. */
const longest = 0x7fffffff;

/** A loop passes this many bytes in the time of one call of the C library, which is slower since Node 24. */
const nearby = Number.parseInt(process.versions.node, 10) < 24 ? 0 : 16;

/**
 * Position of the next such byte in bytes[start, end), or `end`. What is far is left to the C library, which is 30 times
 * as fast as a loop. But it does not stop at `end`, so that a log without the byte would be searched to its end for each
 * line: only for a `start` that stands behind such a byte of the same line. So no byte is passed twice.
 */
export function nextByte(bytes: Uint8Array, byte: number, start: number, end: number): number {
  const near = Math.min(start + nearby, end);
  for (let i = start; i < near; i++) if (bytes[i] === byte) return i;
  return near === end ? end : farByte(bytes, byte, near, end);
}

/** The same for a byte that is usually far, as the one that ends lines. */
export function farByte(bytes: Uint8Array, byte: number, start: number, end: number): number {
  const at = bytes.length > longest ? bytes.indexOf(byte, start) : find.call(bytes, byte, start);
  return at < 0 || at > end ? end : at;
}
