import { endsEarly, littleEndian, PackedInput, wrongChecksum } from "./packedInput.js";

/** Longest block of a frame, packed or unpacked. */
const longestBlock = 1 << 17;
/** Frames with a content up to this length are unpacked in one piece. */
const longestWhole = 1 << 22;
/**
 * Largest window allowed, as in the command `zstd`: the number of bytes kept so that later blocks can copy from them.
 */
const largestWindow = 1 << 27;

/**
 * Unpacks zstd, with any number of frames, up to the first damage. (Node's own decoder, where there is one, stops
 * silently after the first frame.) Short frames are unpacked by the reference library, which also notices damage that
 * no checksum shows. It cannot work block by block, so longer frames are left to `fzstd`. That one ignores checksums,
 * so the checksum is compared here. Source: RFC 8878.
 * @throws Error if a frame is cut short or damaged. Everything unpacked before it has been yielded.
 */
export async function* unzstd(
  packed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const input = new PackedInput(packed);
  try {
    while ((await input.next()) !== undefined) {
      const magic = await input.take(4);
      if (isSkippable(magic)) await skip(input, littleEndian(await input.take(4)));
      else if (isFrame(magic)) yield* frame(await readHead(input, magic), input);
      else throw new Error("not a header of zstd");
    }
  } finally {
    await input.close();
  }
}

/** Whether bytes begin like a frame. */
export const isFrame = (head: Uint8Array): boolean =>
  head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;

/**
 * Whether bytes begin like a skippable frame, which holds no content but notes of its maker, as `pzstd` writes them.
 */
export const isSkippable = (head: Uint8Array): boolean =>
  (head[0] & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;

/** Skips any number of bytes. */
async function skip(input: PackedInput, length: number): Promise<void> {
  for (let left = length; left > 0; ) {
    left -= (await input.take(Math.min(left, longestBlock))).length;
  }
}

/** The header of a frame, which comes before its blocks. */
interface Head {
  /** The header with its magic number. */
  readonly bytes: Uint8Array;
  /** Length of the content, if the header gives it. */
  readonly size: number | undefined;
  /** Whether a checksum of the content follows the blocks. */
  readonly checked: boolean;
}

async function readHead(input: PackedInput, magic: Uint8Array): Promise<Head> {
  const [descriptor] = await input.take(1);
  const single = (descriptor >> 5) & 1; // "single segment": the size of the content also serves as the size of the window
  const sizeLength = [single, 2, 4, 8][descriptor >> 6];
  const rest = await input.take(1 - single + [0, 1, 2, 4][descriptor & 3] + sizeLength);
  const size = littleEndian(rest.subarray(rest.length - sizeLength)) + (sizeLength === 2 ? 256 : 0);
  const [exponent, eighths] = [10 + (rest[0] >> 3), rest[0] & 7];
  const window = single === 1 ? size : 2 ** exponent * (1 + eighths / 8);
  // For such a frame, the reference library would use memory that is not its own.
  if ((descriptor & RESERVED) !== 0 || window > largestWindow) throw new Error("not a header of zstd");
  return {
    bytes: Uint8Array.of(...magic, descriptor, ...rest),
    size: sizeLength > 0 ? size : undefined,
    checked: (descriptor & CHECKSUM) !== 0,
  };
}

/** Yields what follows a frame's header: each block with its own header, and then the checksum. */
async function* bodyOf(head: Head, input: PackedInput): AsyncGenerator<Uint8Array, void, undefined> {
  for (let last = 0; last === 0; ) {
    const header = await input.take(3);
    const bits = littleEndian(header);
    if (bits >> 3 > longestBlock) throw new Error("a block is too long");
    last = bits & 1;
    const type = (bits >> 1) & 3;
    yield Buffer.concat([header, await input.take(type === RUN ? 1 : bits >> 3)]);
  }
  if (head.checked) yield await input.take(4);
}

async function* frame(head: Head, input: PackedInput): AsyncGenerator<Uint8Array, void, undefined> {
  const body = bodyOf(head, input);
  const { size } = head;
  if (size === undefined || size === 0 || size > longestWhole) {
    yield* blockByBlock(head, body);
    return;
  }
  const pieces: Uint8Array[] = [];
  let failure: unknown;
  try {
    let length = 0;
    for await (const piece of body) {
      pieces.push(piece);
      length += piece.length;
      if (length > 2 * longestWhole) throw new Error("a frame is longer than its content");
    }
    yield await inOnePiece(Buffer.concat([head.bytes, ...pieces]), size);
    return;
  } catch (error) {
    failure = error;
  }
  yield* blockByBlock(head, pieces);
  throw failure;
}

async function inOnePiece(packed: Uint8Array, size: number): Promise<Uint8Array> {
  const { ZSTDDecoder } = await import("zstddec");
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const content = decoder.decode(packed, size);
  if (content.length !== size) throw new Error("a frame does not hold what it says"); // this is how it reports an error
  return content;
}

async function* blockByBlock(
  head: Head,
  body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { Decompress } = await import("fzstd");
  const hash = (await (await import("xxhash-wasm")).default()).create64();
  const ready: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => {
    if (bytes.length > 0) ready.push(bytes);
  });
  const header = head.bytes.slice();
  header[4] &= ~CHECKSUM;
  decoder.push(header);
  let length = 0;
  let checksum: Uint8Array | undefined;
  let ended = false;
  for await (const piece of body) {
    if (ended) {
      checksum = piece;
      continue;
    }
    ended = (piece[0] & 1) === 1;
    // The header and the content of a block are given separately. Given both at once, the decoder would keep the block
    // until the end of the frame.
    decoder.push(piece.subarray(0, 3));
    decoder.push(piece.subarray(3), ended);
    for (const bytes of ready.splice(0)) {
      length += bytes.length;
      if (head.checked) hash.update(bytes);
      yield bytes;
    }
  }
  if (!ended || (head.checked && checksum === undefined)) throw new Error(endsEarly);
  if (head.size !== undefined && length !== head.size) throw new Error("the length does not fit the content");
  if (checksum !== undefined && littleEndian(checksum) !== Number(hash.digest() & 0xffffffffn))
    throw new Error(wrongChecksum);
}

/** The type of a block that repeats one byte. */
const RUN = 1;
const CHECKSUM = 4;
const RESERVED = 8;
