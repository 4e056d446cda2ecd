/** Texts in the memory of WebAssembly, compared 8 bytes at a time. */

/** Covers the first bytes of a word, 0 to 7. */
export function firstBytes(count: u32): u64 {
  return ((<u64>1) << (8 * count)) - 1;
}

/** Whether the texts of this length that begin there are the same. Up to 7 bytes behind them are looked at. */
export function isSame(one: u32, other: u32, length: u32): bool {
  while (length >= 8) {
    if (load<u64>(one) !== load<u64>(other)) return false;
    one += 8;
    other += 8;
    length -= 8;
  }
  return ((load<u64>(one) ^ load<u64>(other)) & firstBytes(length)) === 0;
}
