import { DOT, ZERO } from "../ascii.js";

/**
 * Prepared text. Encoders spend most of their time copying short pieces of text. So each piece is padded with zeros to
 * whole words and copied eight (or four) bytes at a time; then the position advances by the true length. The text is
 * ASCII, so that no eight bytes of it can form a NaN, whose bits an engine may change.
 */
export interface Text {
  /** Little-endian words of eight bytes. */
  readonly words: Float64Array;
  /** Index of each piece's first word. One more entry marks the end of the last piece. */
  readonly begin: Int32Array;
  /** True length of each piece in bytes. */
  readonly length: Int32Array;
}

/** Escapes a logged value as nginx does. */
export function escapedByNginx(text: string): string {
  return text.replaceAll("\\", "\\x5C").replaceAll('"', "\\x22");
}

/** Packs pieces of printable ASCII. */
export function packText(pieces: readonly string[]): Text {
  const begin = new Int32Array(pieces.length + 1);
  pieces.forEach((piece, i) => {
    begin[i + 1] = begin[i] + Math.ceil(piece.length / 8);
  });
  const bytes = new Uint8Array(begin[pieces.length] * 8);
  pieces.forEach((piece, i) => {
    putAscii(bytes, begin[i] * 8, piece);
  });
  return {
    words: new Float64Array(bytes.buffer),
    begin,
    length: Int32Array.from(pieces, (piece) => piece.length),
  };
}

/** Packs pieces of at most four bytes into one little-endian word each. */
function packShort(pieces: readonly string[]): Uint32Array {
  const words = new Uint32Array(pieces.length);
  pieces.forEach((piece, i) => {
    for (let at = 0; at < piece.length; at++) words[i] |= piece.charCodeAt(at) << (8 * at);
  });
  return words;
}

function putAscii(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7e) throw new RangeError(`not ASCII: ${JSON.stringify(text)}`);
    bytes[at + i] = code;
  }
}

const numbers = Array.from({ length: 1000 }, (_, i) => String(i));

/** "0." to "999.": whole numbers followed by a point. */
export const WHOLE_POINT = packShort(numbers.map((text) => `${text}.`));
/** Lengths of the texts in WHOLE_POINT. */
export const WHOLE_LENGTH = Uint8Array.from(numbers, (text) => text.length + 1);
/** "000." to "999." */
export const PADDED_POINT = packShort(numbers.map((text) => `${text.padStart(3, "0")}.`));
/** "000Z" to "999Z": the milliseconds and the end of a time stamp. */
export const MILLISECONDS_Z = packShort(numbers.map((text) => `${text.padStart(3, "0")}Z`));
/** "00" to "99". */
export const TWO_DIGITS = packShort(numbers.slice(0, 100).map((text) => text.padStart(2, "0")));

/** How a format writes the second of a record. */
export interface SecondForm {
  /** The text for midnight of a day, in ASCII. */
  readonly midnight: (day: Date) => string;
  /** Position of `00:00:00` in it. */
  readonly clockAt: number;
}

/** `2026-01-05T00:00:00.`, to be followed by the milliseconds. */
export const ISO_TIME: SecondForm = { midnight: (day) => day.toISOString().slice(0, 20), clockAt: 11 };

/** `05/Jan/2026:00:00:00 +0000`, as Apache and nginx write a time. */
export const CLF_TIME: SecondForm = {
  midnight: (day) => {
    const [, date, month, year] = day.toUTCString().split(" ");
    return `${date}/${month}/${year}:00:00:00 +0000`;
  },
  clockAt: 12,
};

/** Writes seconds as text. The text is rendered only when the second changes. */
export class SecondText {
  /** The text as little-endian words, padded with zeros. */
  private readonly words: Float64Array;
  /** True length in bytes. */
  private readonly length: number;
  readonly #form: SecondForm;
  readonly #bytes: Uint8Array;
  #second = Number.NaN;
  #day = Number.NaN;

  constructor(form: SecondForm) {
    this.#form = form;
    this.length = form.midnight(new Date(0)).length;
    this.#bytes = new Uint8Array(Math.ceil(this.length / 8) * 8);
    this.words = new Float64Array(this.#bytes.buffer);
  }

  /** Writes a second since 1970. @returns the position after it; up to seven zeros overshoot */
  put(view: DataView, at: number, second: number): number {
    if (second !== this.#second) this.#render(second);
    const { words } = this;
    for (let word = 0; word < words.length; word++) view.setFloat64(at + word * 8, words[word], true);
    return at + this.length;
  }

  #render(second: number): void {
    this.#second = second;
    const day = Math.floor(second / 86_400);
    if (day !== this.#day) {
      this.#day = day;
      putAscii(this.#bytes, 0, this.#form.midnight(new Date(day * 86_400_000)));
    }
    const at = this.#form.clockAt;
    const rest = second - day * 86_400;
    const hour = (rest / 3600) | 0;
    const minute = ((rest - hour * 3600) / 60) | 0;
    this.#two(at, hour);
    this.#two(at + 3, minute);
    this.#two(at + 6, rest - hour * 3600 - minute * 60);
  }

  #two(at: number, value: number): void {
    this.#bytes[at] = ZERO + ((value / 10) | 0);
    this.#bytes[at + 1] = ZERO + (value % 10);
  }
}

/** Writes piece `i` of prepared text. @returns the position after it; up to seven zeros overshoot */
export function putText(view: DataView, at: number, { words, begin, length }: Text, i: number): number {
  const end = begin[i + 1];
  let to = at;
  for (let word = begin[i]; word < end; word++, to += 8) view.setFloat64(to, words[word], true);
  return at + length[i];
}

/** Writes an IPv4 address, given as one number of 32 bits. @returns the position after it */
export function putAddress(view: DataView, at: number, address: number): number {
  const a = address >>> 24;
  const b = (address >>> 16) & 0xff;
  const c = (address >>> 8) & 0xff;
  const d = address & 0xff;
  view.setUint32(at, WHOLE_POINT[a], true);
  at += WHOLE_LENGTH[a];
  view.setUint32(at, WHOLE_POINT[b], true);
  at += WHOLE_LENGTH[b];
  view.setUint32(at, WHOLE_POINT[c], true);
  at += WHOLE_LENGTH[c];
  view.setUint32(at, WHOLE_POINT[d], true);
  return at + WHOLE_LENGTH[d] - 1;
}

/**
 * Writes a time, given in hundredths of a millisecond, as milliseconds with two decimals.
 * @returns the position after it
 */
export function putHundredths(view: DataView, at: number, hundredths: number): number {
  let whole = (hundredths / 100) | 0;
  const rest = hundredths - whole * 100;
  if (whole >= 1000) {
    const thousands = (whole / 1000) | 0;
    whole -= thousands * 1000;
    at = putWhole(view, at, thousands);
    view.setUint32(at, PADDED_POINT[whole], true);
    at += 4;
  } else {
    view.setUint32(at, WHOLE_POINT[whole], true);
    at += WHOLE_LENGTH[whole];
  }
  view.setUint32(at, TWO_DIGITS[rest], true);
  return at + 2;
}

/** Writes a whole number from 0 to 2^32 − 1. @returns the position after it; up to three bytes overshoot */
export function putWhole(view: DataView, at: number, value: number): number {
  if (value >= 1000) {
    const thousands = Math.floor(value / 1000);
    at = putWhole(view, at, thousands);
    view.setUint32(at, PADDED_POINT[value - thousands * 1000], true);
    return at + 3;
  }
  view.setUint32(at, WHOLE_POINT[value], true);
  return at + WHOLE_LENGTH[value] - 1;
}

/** Writes a time, given in hundredths of a millisecond, as seconds with three decimals, cut off as nginx does. */
export function putSeconds(view: DataView, at: number, hundredths: number): number {
  const milliseconds = (hundredths / 100) | 0;
  const seconds = (milliseconds / 1000) | 0;
  at = putWhole(view, at, seconds);
  view.setUint8(at, DOT);
  view.setUint32(at + 1, PADDED_POINT[milliseconds - seconds * 1000], true);
  return at + 4;
}
