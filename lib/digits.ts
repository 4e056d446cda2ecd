/**
 * A whole number as people read it: 1,234,567. Not by `toLocaleString`, which reads the tables of its locales
 * when it is first used: that takes longer than to make a small log.
 */
export function grouped(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
