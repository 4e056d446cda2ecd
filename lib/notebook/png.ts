import { crc32, deflateSync } from "node:zlib";

/**
 * A picture as PNG with a palette: for charts, whose colours are few, a third of the size of full colour.
 * Up to 256 colours are kept as they are; of more, the last bits go until 256 are left.
 * @param pixels opaque RGBA, four bytes a pixel, row by row
 */
export function palettePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const { palette, indices } = reduced(pixels);
  const rows = Buffer.alloc((width + 1) * height); // each row begins with its filter: 0, none
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
    chunk("IDAT", deflateSync(rows, { level: 6 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function reduced(pixels: Uint8Array): { palette: Buffer; indices: Uint8Array } {
  const indices = new Uint8Array(pixels.length / 4);
  const whole = new Uint32Array(pixels.buffer.slice(pixels.byteOffset, pixels.byteOffset + pixels.length));
  for (let lost = 0; ; lost++) {
    const keys = new Map<number, number>();
    let last = -1; // most pixels have the colour of the one before
    for (let i = 0; i < indices.length && keys.size <= 256; i++) {
      if (whole[i] === last) {
        indices[i] = indices[i - 1]!;
        continue;
      }
      last = whole[i]!;
      const at = 4 * i;
      const key =
        ((pixels[at]! >> lost) << 16) | ((pixels[at + 1]! >> lost) << 8) | (pixels[at + 2]! >> lost);
      let index = keys.get(key);
      if (index === undefined) {
        index = keys.size;
        keys.set(key, index);
      }
      indices[i] = index;
    }
    if (keys.size > 256) continue;
    const largest = 255 >> lost;
    const colours = Array.from(keys.keys(), (key) => [key >> 16, (key >> 8) & 255, key & 255]);
    return { palette: Buffer.from(colours.flat().map((v) => Math.round((v * 255) / largest))), indices };
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
