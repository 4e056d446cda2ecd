// Writes words of the generator to standard output without end, 32 bits each, little-endian, for a battery to read:
//
//     node test/randomness/words.js ARRANGEMENT
//
// Interleaving puts a word of each of 4096 neighbours side by side, so that what neighbours share shows as serial
// dependence (L'Ecuyer, Munger, Oreshkin & Simard 2017, "Random numbers for parallel computers", section 4).
import { once } from "node:events";
import { Purpose, Stream, streamKey } from "#lib/generate/random/stream";

const NEIGHBOURS = 4096;
const SECOND = 1767571200; // 2026-01-05, a stream's usual address
const WORDS = 65_536; // written at a time
/** Times that a group of neighbours is asked for a piece: 256 words of each, so that beginnings are tested as well. */
const PIECES = 16;

/** sfc32 from a bare address, without the hash and the warm-up: how not to seed. */
function unhashed(address) {
  const state = new Int32Array([address, 0, 0, 1]);
  return {
    next() {
      const sum = (state[0] + state[1] + state[3]) | 0;
      state[3]++;
      state[0] = state[1] ^ (state[1] >>> 9);
      state[1] = state[2] + (state[2] << 3);
      state[2] = ((state[2] << 21) | (state[2] >>> 11)) + sum;
      return sum >>> 0;
    },
  };
}

/** A linear congruential generator modulo 2^32 (Numerical Recipes): known to be bad. */
function congruential() {
  let state = 1;
  return { next: () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) };
}

const neighbours = (of) => (group) =>
  Array.from({ length: NEIGHBOURS }, (_, i) => of(group * NEIGHBOURS + i));
const one = (stream) => () => [stream];

const arrangements = {
  stream: one(new Stream(streamKey(42, Purpose.records), SECOND)),
  addresses: neighbours((i) => new Stream(streamKey(42, Purpose.records), SECOND + i)),
  seeds: neighbours((i) => new Stream(streamKey(i, Purpose.records), SECOND)),
  unhashed: neighbours((i) => unhashed(SECOND + i)),
  congruential: one(congruential()),
};

const [arrangement] = process.argv.slice(2);
if (!Object.hasOwn(arrangements, arrangement)) {
  throw new RangeError(`arrangement: must be one of ${Object.keys(arrangements).join(", ")}`);
}
process.stdout.on("error", () => process.exit(0)); // the battery has read enough
for (let group = 0; ; group++) {
  const streams = arrangements[arrangement](group);
  for (let piece = 0; piece < PIECES; piece++) {
    const words = new Uint32Array(WORDS);
    if (streams.length === 1) for (let i = 0; i < WORDS; i++) words[i] = streams[0].next();
    else for (let i = 0; i < WORDS; i++) words[i] = streams[i % NEIGHBOURS].next();
    if (!process.stdout.write(new Uint8Array(words.buffer))) await once(process.stdout, "drain");
  }
}
