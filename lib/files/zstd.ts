/** Compresses bytes into one zstd frame, which names its content's size. */
export type ZstdCompress = (bytes: Uint8Array) => Uint8Array;

let ready: Promise<ZstdCompress> | undefined;

/**
 * Zstd at level 1: four fifths of the best ratio at several times the speed. It is the reference library
 * compiled to WebAssembly, so that Node 20, which has none of its own, gives the same bytes as any later one.
 */
export function loadZstd(): Promise<ZstdCompress> {
  ready ??= load();
  return ready;
}

async function load(): Promise<ZstdCompress> {
  const { compress, init } = await import("@bokuweb/zstd-wasm"); // slow to load, and few logs need it
  await init();
  return (bytes) => compress(bytes, 1);
}
