import { createHash } from "node:crypto";

/** Takes bytes as they are read. */
export interface Bytes {
  add(bytes: Uint8Array): void;
}

/** Size and SHA-256 of bytes that are read or written, in their stored (packed) form. */
export class Digest implements Bytes {
  readonly #hash = createHash("sha256");
  #bytes = 0;

  /** Takes the next bytes. */
  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  /** Size in bytes, and SHA-256 in hexadecimal. Call it once, at the end. */
  result(): { bytes: number; sha256: string } {
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }
}
