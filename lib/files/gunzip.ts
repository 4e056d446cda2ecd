import { constants, crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { firstIndexWhere } from "../bisect.js";
import { endsEarly, littleEndian, PackedInput, wrongChecksum } from "./packedInput.js";

/** Number of packed bytes given to zlib at a time. If zlib fails in the middle of them, it discards what they hold. */
const pieceSize = 1 << 14;
/** Longest packed member of which everything before the damage is recovered. */
const longestKept = 1 << 20;
/** Largest number of bytes unpacked at once from a damaged member. */
const mostSalvaged = 1 << 26;

/**
 * Unpacks gzip, with any number of members, up to the first damage. The members are separated here because zlib, when
 * it meets an error, does not return what it had already unpacked. Zeros may follow the last member up to the end,
 * since they fill up a block on a tape. Anything else there is damage, since a member may have been there. Source: RFC
 * 1952.
 * @throws Error if a member is cut short or damaged. Everything unpacked before it has been yielded.
 */
export async function* gunzip(
  packed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const input = new PackedInput(packed);
  try {
    for (let members = 0; (await input.next()) !== undefined; members++) {
      const magic = await input.upTo(2);
      if (magic[0] === 0 && members > 0) {
        if (magic[1] || !(await isPadding(input))) throw new Error(noMember);
        return;
      }
      if (magic[0] === 0x1f && magic.length === 1) throw new Error(endsEarly);
      if (magic[0] !== 0x1f || magic[1] !== 0x8b) throw new Error(noMember);
      yield* member(input);
    }
  } finally {
    await input.close();
  }
}

const noMember = "a member is followed by bytes that are no gzip";

/** Whether only zeros are left. Reads to the end, or to the first other byte. */
async function isPadding(input: PackedInput): Promise<boolean> {
  for (let bytes = await input.next(); bytes !== undefined; bytes = await input.next()) {
    if (bytes.some((byte) => byte !== 0)) return false;
    input.skip(bytes.length);
  }
  return true;
}

/** Unpacks a member whose first two bytes have been read. */
async function* member(input: PackedInput): AsyncGenerator<Uint8Array, void, undefined> {
  const [method, flags] = await input.take(8); // these include the time and the system that made the file
  if (method !== 8 || flags & 0xe0) throw new Error("not a header of gzip");
  if (flags & EXTRA) await input.take(littleEndian(await input.take(2)));
  for (const text of [NAME, COMMENT]) {
    if (flags & text) while ((await input.take(1))[0] !== 0);
  }
  if (flags & HEADER_CHECKSUM) await input.take(2);
  let checksum = 0;
  let length = 0;
  for await (const bytes of inflated(input)) {
    checksum = crc32(bytes, checksum);
    length = (length + bytes.length) % 2 ** 32;
    yield bytes;
  }
  const trailer = await input.take(8);
  if (littleEndian(trailer.subarray(0, 4)) !== checksum) throw new Error(wrongChecksum);
  if (littleEndian(trailer.subarray(4)) !== length) throw new Error("the length does not fit the content");
}

/** Unpacks deflated data to their end. One piece is unpacked while the previous one is used. */
async function* inflated(input: PackedInput): AsyncGenerator<Uint8Array, void, undefined> {
  const ready: Uint8Array[] = [];
  const kept: Uint8Array[] = []; // the packed bytes of the member so far, as long as it is short
  let keptLength = 0;
  let given = 0;
  const outcome: { ended: boolean; failure?: Error } = { ended: false };
  let settle = () => {};
  const inflate = createInflateRaw({ chunkSize: 1 << 18 });
  inflate.on("data", (bytes) => ready.push(bytes));
  inflate.on("end", () => {
    outcome.ended = true;
    settle();
  });
  inflate.on("error", (error) => {
    outcome.failure = error;
    settle();
  });
  const unpack = (piece: Uint8Array) =>
    new Promise<void>((resolve) => {
      settle = resolve;
      inflate.write(piece, () => resolve());
    });
  try {
    for (let fed = 0, before: Uint8Array[] = []; ; ) {
      const piece = (await input.next())?.subarray(0, pieceSize);
      const unpacking = piece && unpack(piece);
      for (const bytes of before) {
        given += bytes.length;
        yield bytes;
      }
      if (piece === undefined) throw new Error(endsEarly);
      await unpacking;
      before = ready.splice(0);
      if (keptLength <= longestKept) kept.push(piece);
      keptLength += piece.length;
      if (outcome.failure !== undefined) {
        if (keptLength <= longestKept) before = [salvaged(Buffer.concat(kept)).subarray(given)];
        yield* before;
        throw outcome.failure;
      }
      fed += piece.length;
      const unused = fed - inflate.bytesWritten; // bytes that zlib was given beyond the end of the data
      input.skip(piece.length - unused);
      if (outcome.ended) {
        yield* before;
        return;
      }
    }
  } finally {
    inflate.destroy();
  }
}

/**
 * The content of damaged data before the damage: what the longest beginning that zlib accepts unpacks to. It is found
 * by bisection.
 */
function salvaged(packed: Uint8Array): Uint8Array {
  let longest: Uint8Array = new Uint8Array(0);
  firstIndexWhere(1, packed.length, (length) => {
    try {
      longest = inflateRawSync(packed.subarray(0, length), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: mostSalvaged,
      });
      return false;
    } catch {
      return true;
    }
  });
  return longest;
}

const HEADER_CHECKSUM = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
