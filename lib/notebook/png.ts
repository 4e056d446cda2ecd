import { crc32, deflateSync } from "node:zlib";

/**
 * A picture as PNG with a palette: for charts, which have few colours, a third of the size of full colour. Up to 256
 * colours are kept exactly. If there are more, the 128 most frequent are kept exactly; the others, mostly the edges of
 * letters and lines, lose their last bits until 128 colours are left.
 * @param pixels opaque RGBA, four bytes a pixel, row by row
 */
export function palettePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const { palette, indices } = reduced(pixels);
  const rows = Buffer.alloc((width + 1) * height); // each row begins with its filter: 0 means no filter
  for (let y = 0; y < height; y++) {
    rows.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits a pixel, palette, the only compression and filters, no interlace
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", deflateSync(rows, { level: 8 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const most = 256;
const exact = most / 2;

function reduced(pixels: Uint8Array): { palette: Buffer; indices: Uint8Array } {
  const colours = new Uint32Array(pixels.length / 4); // red, green and blue of each pixel
  const counts = new Map<number, number>();
  let run = 0; // pixels of the same colour before this one
  for (let i = 0, at = 0; i < colours.length; i++, at += 4) {
    const colour = (pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!;
    colours[i] = colour;
    if (i > 0 && colour !== colours[i - 1]) {
      counts.set(colours[i - 1]!, (counts.get(colours[i - 1]!) ?? 0) + run);
      run = 0;
    }
    run++;
  }
  const last = colours.at(-1)!;
  counts.set(last, (counts.get(last) ?? 0) + run);
  const shown = counts.size <= most ? new Map([...counts.keys()].map((c) => [c, c])) : fewer(counts);
  const palette = [...new Set(shown.values())];
  const places = new Map(palette.map((colour, i) => [colour, i]));
  const placeOf = new Map([...shown].map(([colour, instead]) => [colour, places.get(instead)!]));
  const indices = new Uint8Array(colours.length);
  for (let i = 0; i < indices.length; i++) {
    // most pixels have the same colour as the previous one
    indices[i] = i > 0 && colours[i] === colours[i - 1] ? indices[i - 1]! : placeOf.get(colours[i]!)!;
  }
  return { palette: Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255])), indices };
}

/** Maps each colour to another; there are at most 256 new ones. */
function fewer(counts: Map<number, number>): Map<number, number> {
  const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  const kept = sorted.slice(0, exact);
  const rest = sorted.slice(exact);
  for (let lost = 1; ; lost++) {
    const largest = 255 >> lost;
    const rounded = (part: number) => Math.round(((part >> lost) * 255) / largest);
    const instead = rest.map(
      (c) => (rounded(c >> 16) << 16) | (rounded((c >> 8) & 255) << 8) | rounded(c & 255),
    );
    if (new Set(instead).size > most - exact) continue;
    return new Map([...kept.map((c) => [c, c] as const), ...rest.map((c, i) => [c, instead[i]!] as const)]);
  }
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
