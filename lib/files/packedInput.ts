/** Reads packed bytes from a stream, in the lengths that their format needs. */
export class PackedInput {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(packed: AsyncIterable<Uint8Array>) {
    this.#chunks = packed[Symbol.asyncIterator]();
  }

  /** The next bytes, at least one; undefined at the end. They stay next until `skip` is called. */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return;
      this.#chunk = next.value;
    }
    return this.#chunk;
  }

  /** Skips bytes that `next` returned. */
  skip(length: number): void {
    this.#chunk = this.#chunk.subarray(length);
  }

  /** The next `length` bytes, or fewer at the end. */
  async upTo(length: number): Promise<Uint8Array> {
    const first = await this.next();
    if (first !== undefined && first.length >= length) {
      this.skip(length);
      return first.subarray(0, length);
    }
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const part = (await this.next())?.subarray(0, length - filled);
      if (part === undefined) break;
      bytes.set(part, filled);
      filled += part.length;
      this.skip(part.length);
    }
    return bytes.subarray(0, filled);
  }

  /**
   * The next `length` bytes.
   * @throws Error if the data end before that
   */
  async take(length: number): Promise<Uint8Array> {
    const bytes = await this.upTo(length);
    if (bytes.length < length) throw new Error(endsEarly);
    return bytes;
  }

  /** Closes the stream without reading the rest. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/** The fault of packed data that were cut. */
export const endsEarly = "unexpected end of the data";

/** The fault of packed data whose content differs from what was packed. */
export const wrongChecksum = "the checksum does not fit the content, so that lines may be wrong";

/** The number that the bytes hold, the lowest byte first. */
export function littleEndian(bytes: Uint8Array): number {
  let value = 0;
  for (let i = bytes.length - 1; i >= 0; i--) value = value * 256 + bytes[i];
  return value;
}
