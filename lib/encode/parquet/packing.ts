/**
 * The two encodings of whole numbers used in the Parquet files, as the page "Encodings" of the format defines them:
 * bit-packed runs of its RLE/bit-packing hybrid, and DELTA_BINARY_PACKED. Each function writes at `at` and returns the
 * position after what it wrote; the view must have room for it.
 */

/** Number of bits that a number from 0 to 2^32 − 1 needs. */
export function bitsOf(number: number): number {
  return 32 - Math.clz32(number);
}

/**
 * Writes the numbers from `begin` to `end` (excluded), in `width` bits each, as one bit-packed run, padded to a
 * multiple of eight.
 */
export function putRun(
  view: DataView,
  at: number,
  numbers: Uint32Array,
  begin: number,
  end: number,
  width: number,
): number {
  const groups = Math.ceil((end - begin) / 8);
  at = putVarint(view, at, groups * 2 + 1);
  putBits(view, at, numbers, begin, end, width);
  return at + groups * width;
}

/** Packs numbers without gaps, lowest bits first. It overshoots by up to eight zero bytes. */
function putBits(
  view: DataView,
  at: number,
  numbers: Uint32Array,
  begin: number,
  end: number,
  width: number,
): void {
  let held = 0; // bits that have not been written yet
  let count = 0;
  for (let i = begin; i < end; i++) {
    const number = numbers[i];
    held |= number << count;
    count += width;
    if (count >= 32) {
      view.setUint32(at, held, true);
      at += 4;
      count -= 32;
      held = count === 0 ? 0 : number >>> (width - count);
    }
  }
  view.setUint32(at, held, true);
  view.setUint32(at + 4, 0, true);
}

/** Number of differences in a block, and in each of its miniblocks. */
const BLOCK = 128;
const MINIBLOCK = 32;
const steps = new Float64Array(BLOCK);
const differences = new Uint32Array(BLOCK);

/** Neighbouring numbers must differ by less than this for `putDeltas`. */
export const WIDEST_STEP = 2_147_483_648;

/** Writes whole numbers from 0 to 2^53 − 1, each close to the one before it, as DELTA_BINARY_PACKED. */
export function putDeltas(
  view: DataView,
  at: number,
  numbers: Float64Array,
  begin: number,
  end: number,
): number {
  at = putVarint(view, at, BLOCK);
  at = putVarint(view, at, BLOCK / MINIBLOCK);
  at = putVarint(view, at, end - begin);
  at = putVarint(view, at, zigzag(numbers[begin]));
  for (let block = begin + 1; block < end; block += BLOCK) {
    const count = Math.min(BLOCK, end - block);
    let least = WIDEST_STEP;
    for (let i = 0; i < count; i++) {
      steps[i] = numbers[block + i] - numbers[block + i - 1];
      if (steps[i] < least) least = steps[i];
    }
    for (let i = 0; i < count; i++) differences[i] = steps[i] - least;
    differences.fill(0, count);
    at = putVarint(view, at, zigzag(least));
    let bits = at + BLOCK / MINIBLOCK;
    for (let first = 0; first < BLOCK; first += MINIBLOCK) {
      let all = 0;
      for (let i = first; i < first + MINIBLOCK; i++) all |= differences[i];
      const width = bitsOf(all);
      view.setUint8(at++, width);
      if (width === 0) continue;
      putBits(view, bits, differences, first, first + MINIBLOCK, width);
      bits += (MINIBLOCK / 8) * width;
    }
    at = bits;
  }
  return at;
}

/** Turns a signed number into a non-negative one: 0, −1, 1, −2 … become 0, 1, 2, 3 … */
function zigzag(number: number): number {
  return number < 0 ? -2 * number - 1 : 2 * number;
}

/** Writes a number from 0 to 2^53 − 1 as ULEB128. */
function putVarint(view: DataView, at: number, number: number): number {
  while (number > 0x7f) {
    view.setUint8(at++, (number % 128) | 0x80);
    number = Math.floor(number / 128);
  }
  view.setUint8(at, number);
  return at + 1;
}
