/**
 * Text in UTF-16 as UTF-8, as Windows PowerShell 5 writes files. Its byte-order mark is left out.
 * @throws Error when the bytes end inside a letter, or are no UTF-16.
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

/** In which order the bytes of UTF-16 stand, by the byte-order mark before them; undefined when there is none. */
export function utf16Order(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
}
