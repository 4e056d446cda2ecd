import { constants, crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { endsEarly, littleEndian, PackedInput, wrongChecksum } from "./packedInput.js";

/** Packed bytes given to zlib at a time: what they hold is lost when zlib fails in the midst of them. */
const pieceSize = 1 << 14;
/** Of a member this long or shorter, nothing is lost that can be unpacked. */
const longestKept = 1 << 20;
/** Most bytes that are unpacked at once of a damaged member. */
const mostSalvaged = 1 << 26;

/**
 * Unpacks gzip, of any number of members, up to the first damage. The members are taken apart here, because zlib
 * gives out nothing of what it had unpacked when it meets an error. Zeros may follow the last member up to the end,
 * as they fill up a block on a tape; anything else there is damage, since a member may have stood there.
 * Source: RFC 1952.
 * @throws Error when a member is cut short or damaged; all that was unpacked before was given out.
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

/** Whether nothing but zeros is left; reads to the end, or to the first other byte. */
async function isPadding(input: PackedInput): Promise<boolean> {
  for (let bytes = await input.next(); bytes !== undefined; bytes = await input.next()) {
    if (bytes.some((byte) => byte !== 0)) return false;
    input.skip(bytes.length);
  }
  return true;
}

/** Unpacks a member whose first two bytes were read. */
async function* member(input: PackedInput): AsyncGenerator<Uint8Array, void, undefined> {
  const [method, flags] = await input.take(8); // and its time and its maker's system
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

/** Unpacks deflated data up to their end, a piece being unpacked while the one before is used. */
async function* inflated(input: PackedInput): AsyncGenerator<Uint8Array, void, undefined> {
  const ready: Uint8Array[] = [];
  const kept: Uint8Array[] = []; // the member so far, while it is short
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
      const unused = fed - inflate.bytesWritten; // what it was given behind the data's end
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

/** What damaged data hold before the damage: what the longest beginning does that zlib takes, found by halving. */
function salvaged(packed: Uint8Array): Uint8Array {
  const attempt = (length: number): Uint8Array | undefined => {
    try {
      return inflateRawSync(packed.subarray(0, length), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: mostSalvaged,
      });
    } catch {
      return;
    }
  };
  let best: Uint8Array = new Uint8Array(0);
  for (let sound = 0, unsound = packed.length; unsound - sound > 1; ) {
    const middle = (sound + unsound) >> 1;
    const found = attempt(middle);
    if (found === undefined) unsound = middle;
    else {
      sound = middle;
      best = found;
    }
  }
  return best;
}

const HEADER_CHECKSUM = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
