const find = Buffer.prototype.indexOf;
/** `find` counts positions in 31 bits. */
const longest = 0x7fffffff;

/**
 * Position of the next such byte in bytes[start, end), or `end`. The C library looks for it, in the time that a loop
 * takes for some ten bytes, however far it is. But it does not stop at `end`, so that a log without the byte would be
 * searched to its end for each line: only for a `start` that stands behind such a byte of the same line, or for the
 * byte that ends lines. So no byte is passed twice.
 */
export function nextByte(bytes: Uint8Array, byte: number, start: number, end: number): number {
  const at = bytes.length > longest ? bytes.indexOf(byte, start) : find.call(bytes, byte, start);
  return at < 0 || at > end ? end : at;
}
