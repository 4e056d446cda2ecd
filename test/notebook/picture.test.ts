import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, inflateSync } from "node:zlib";
import { JSDOM } from "jsdom";
import { expect, test, vi } from "vitest";
import * as chart from "#lib/notebook/charts";
import { loadDrawing } from "#lib/notebook/draw";
import { palettePng } from "#lib/notebook/png";
import { trials } from "#lib/notebook/trials";

interface Image {
  width: number;
  height: number;
  /** Red, green, blue of each pixel. */
  rgb: Uint8Array;
}

/** Reads a PNG by its specification (W3C PNG 3, 8-bit palette without filters) and checks its sums. */
function decode(png: Uint8Array): Image {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
  const chunks: Record<string, Buffer> = {};
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)));
    chunks[bytes.toString("latin1", at + 4, at + 8)] = bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
  const [width, height] = [chunks.IHDR!.readUInt32BE(0), chunks.IHDR!.readUInt32BE(4)];
  const rows = inflateSync(chunks.IDAT!);
  expect(rows.length).toBe((width + 1) * height);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    expect(rows[y * (width + 1)]).toBe(0);
    for (let x = 0; x < width; x++) {
      const colour = 3 * rows[y * (width + 1) + 1 + x]!;
      rgb.set(chunks.PLTE!.subarray(colour, colour + 3), 3 * (y * width + x));
    }
  }
  return { width, height, rgb };
}

const options = { x: "endpoint", y: "requests", title: "Which endpoints?" };
const bars = (endpoint: string) => chart.bars({ endpoint: [endpoint, "/b"], requests: [30, 4] }, options);

/** The columns, from the left, in which some pixel is not white. */
function inked({ width, height, rgb }: Image): number[] {
  const columns: number[] = [];
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const at = 3 * (y * width + x);
      if (rgb[at]! + rgb[at + 1]! + rgb[at + 2]! < 3 * 250) {
        columns.push(x);
        break;
      }
    }
  }
  return columns;
}

test("a chart's picture is a white card of 900 pixels with the bars in the palette's blue", () => {
  const image = decode(bars("/a").png()!);
  expect([image.width, image.height]).toEqual([900, 500]);
  expect([...image.rgb.subarray(0, 3)]).toEqual([255, 255, 255]);
  let blue = 0;
  for (let at = 0; at < image.rgb.length; at += 3) {
    if (image.rgb[at] === 0x00 && image.rgb[at + 1] === 0x72 && image.rgb[at + 2] === 0xb2) blue += 1;
  }
  expect(blue).toBeGreaterThan(image.width * image.height * 0.05);
});

test("nothing touches the picture's border, however long the names", () => {
  for (const endpoint of ["/a", "/api/recommendations/personalised", "W".repeat(44), "日本語".repeat(14)]) {
    const image = decode(bars(endpoint).png()!);
    const columns = inked(image);
    expect(columns[0]).toBeGreaterThan(3);
    expect(columns.at(-1)).toBeLessThan(image.width - 4);
  }
});

test("a tag in a label is drawn as the text it is", () => {
  expect(bars("<b>a</b>").png()).not.toEqual(bars("a").png());
  expect(inked(decode(bars("<b></b><i></i><b></b>").png()!))).not.toEqual(inked(decode(bars("").png()!)));
});

test("the same figure gives the same bytes in other processes, of which the first keeps the compiled code of Plotly and jsdom, and the second takes it", () => {
  const folder = mkdtempSync(join(tmpdir(), "compiled-"));
  const script = `
    import * as chart from "#lib/notebook/charts";
    const drawn = chart.bars({ endpoint: ["/a", "/b"], requests: [30, 4] }, ${JSON.stringify(options)});
    const png = drawn.png();
    // of what Plotly warns: printed, it would keep this process from ending
    chart.figure({ data: [{ type: "bar", x: [1], y: [1], marker: { color: [1], showscale: true } }] }).png();
    process.stdout.write(Buffer.from(png).toString("base64"));`;
  const elsewhere = () =>
    execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      env: { ...process.env, NODE_COMPILE_CACHE: folder },
    });
  const kept = () =>
    readdirSync(folder).filter((name) => /^(plotly\.min\.js|jsdom\.cjs)-.*\.code$/.test(name));
  try {
    const here = Buffer.from(bars("/a").png()!).toString("base64");
    expect(elsewhere()).toBe(here);
    expect(kept().length).toBe(2);
    expect(elsewhere()).toBe(here);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("every kind of chart has a picture under 60 kB", () => {
  const n = 300;
  const numbers = Array.from({ length: n }, (_, i) => 1 + ((i * 7919) % 997));
  const endpoint = numbers.map((v) => `/endpoint/${v % 12}`);
  const time = numbers.map((_, i) => new Date(Date.UTC(2026, 0, 5, 0, i)));
  const data = { ms: numbers, endpoint, time };
  for (const drawn of [
    chart.histogram(data, { x: "ms", log: true, title: "t" }),
    chart.boxes(data, { x: "ms", by: "endpoint", log: true, title: "t" }),
    chart.lines(data, { x: "time", y: "ms", title: "t" }),
    chart.points(data, { x: "time", y: "ms", title: "t" }),
    chart.points(data, { x: "time", y: "ms", by: "endpoint", title: "t" }),
    chart.panels(data, { x: "time", y: "ms", by: "endpoint", title: "t" }),
    chart.heatMap(
      {
        ms: numbers.slice(0, 60),
        a: numbers.slice(0, 60).map((_, i) => i % 12),
        b: numbers.slice(0, 60).map((_, i) => i % 5),
      },
      { x: "a", y: "b", value: "ms", title: "t" },
    ),
    chart.figure({
      data: [{ type: "pie", values: [1, 2], labels: ["a", "b"] }],
      layout: { title: { text: "t" } },
    }),
  ]) {
    const png = drawn.png()!;
    expect(inked(decode(png)).length).toBeGreaterThan(200);
    expect(png.length).toBeLessThan(60_000);
  }
});

test("a figure that cannot be drawn is shown without a picture, and warns once", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const heatmap = { type: "heatmap", z: [[1, 2]] }; // Plotly paints it on a canvas, which jsdom lacks
  expect(chart.figure({ data: [heatmap] }).png()).toBeUndefined();
  expect(chart.figure({ data: [heatmap] }).png()).toBeUndefined();
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]![0]).toMatch(/^Charts come without a picture: /);
  warn.mockRestore();
  expect(bars("/a").png()).toBeDefined();
});

test("a heat map's picture has each cell in its own colour", () => {
  const cells = Array.from({ length: 168 }, (_, i) => ({ hour: i % 24, weekday: Math.floor(i / 24), n: i }));
  const drawn = chart.heatMap(cells, { x: "hour", y: "weekday", value: "n" });
  const { rgb } = decode(drawn.png()!);
  const seen = new Set<string>();
  for (let at = 0; at < rgb.length; at += 3) seen.add(Buffer.from(rgb.subarray(at, at + 3)).toString("hex"));
  const [{ marker }] = drawn.figure.data as [{ marker: { color: string[] } }];
  // The palette has room for half of 256 colours to the last bit; its neighbours are off by a bit or two.
  const exact = marker.color.filter((colour) => seen.has(colour.slice(1)));
  expect(exact.length).toBeGreaterThan(100);
});

test("an SVG is one drawing that stands alone, its text that of the log and no more", () => {
  const svg = bars("<b>a</b><script>alert(1)</script>").svg()!;
  const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
  expect(document.documentElement.tagName).toBe("svg");
  expect(document.querySelectorAll("script, a, image, foreignObject")).toHaveLength(0);
  expect(document.documentElement.textContent).toContain("<b>a</b><script>alert(1)</script>");
  expect(document.documentElement.textContent).toContain("Which endpoints?");
});

test("a page stands alone: it may load nothing, and has the chart's title and table", () => {
  const page = bars("</script><img src=x onerror=alert(1)>").html();
  const { document } = new JSDOM(page).window;
  expect(document.title).toBe("Which endpoints?");
  expect([...document.querySelectorAll("td")].map((cell) => cell.textContent)).toContain(
    "</script><img src=x onerror=alert(1)>",
  );
  expect(document.querySelector("img[onerror], [src], link")).toBeNull();
  expect(document.querySelector("meta[http-equiv]")!.getAttribute("content")).toMatch(/^default-src 'none'/);
});

test("a picture of few colours is kept exactly, from its first pixel to its last", () => {
  const [width, height] = [16, 16];
  const pixels = new Uint8Array(width * height * 4).map((_, at) => (at % 4 === 3 ? 255 : 255 - (at >> 2)));
  const image = decode(palettePng(pixels, width, height));
  expect([image.width, image.height]).toEqual([width, height]);
  expect([...image.rgb]).toEqual([...pixels.filter((_, at) => at % 4 !== 3)]);
});

test("a picture of more than 256 colours keeps their upper bits", () => {
  const width = 64;
  const pixels = new Uint8Array(width * width * 4);
  for (let i = 0; i < width * width; i++)
    pixels.set([(i % width) * 4, Math.floor(i / width) * 4, 128, 255], 4 * i);
  const { rgb } = decode(palettePng(pixels, width, width));
  for (let i = 0; i < width * width; i++) {
    for (const channel of [0, 1, 2]) {
      expect(Math.abs(rgb[3 * i + channel]! - pixels[4 * i + channel]!)).toBeLessThan(32);
    }
  }
});

const loaded: { draw?: ReturnType<typeof loadDrawing> } = {};

test.each(trials.map((trial, i) => [i, trial] as const))("trial figure %d is drawn", async (_i, trial) => {
  const figure = JSON.stringify(trial);
  loaded.draw ??= loadDrawing();
  const svg = String(await loaded.draw({ figure, width: 720, height: 400, scale: 1, format: "svg" }));
  expect(svg).toContain("of drawing");
  expect(svg).toMatch(/class="(points|trace boxes|trace bars|scatterlayer)/);
});
