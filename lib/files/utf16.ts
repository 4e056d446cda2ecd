/**
 * Converts UTF-16, which Windows PowerShell 5 writes, to UTF-8. The byte-order mark is left out.
 * @throws Error if the bytes end inside a letter, or are not UTF-16
 */
export async function* utf16(
  bytes: AsyncIterable<Uint8Array>,
  order: "utf-16le" | "utf-16be",
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new TextDecoder(order, { fatal: true });
  const utf8 = new TextEncoder();
  for await (const chunk of bytes) yield utf8.encode(decoder.decode(chunk, { stream: true }));
  const rest = decoder.decode();
  if (rest !== "") yield utf8.encode(rest);
}

/** The byte order of UTF-16, from the byte-order mark at its beginning; undefined if there is no mark. */
export function utf16Order(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
}
