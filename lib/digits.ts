/**
 * Formats a whole number as people read it: 1,234,567. `toLocaleString` is avoided because its first call loads locale
 * tables, which takes longer than making a small log.
 */
export function grouped(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count with its noun: `1 record`, `1,000 records`. */
export function counted(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? "" : "s"}`;
}
