/** Whether charts can be read: contrast by WCAG 2.2 in both of JupyterLab's themes, and colours with any colour vision. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { chartPage } from "#lib/notebook/page";
import {
  bandOpacity,
  bands,
  colorscale,
  contrast,
  darkCellRule,
  darkInk,
  ink,
  inkOn,
  layout,
  others,
  palette,
  pictureLayout,
  sequential,
  sequentialColour,
  translucent,
} from "#lib/notebook/theme";

// The grounds of cells' outputs, --jp-layout-color0 of JupyterLab's own themes.
const light = "#ffffff";
const dark = "#111111";

const custom = readFileSync(new URL("../../notebooks/setup/custom/custom.css", import.meta.url), "utf8");

test("contrast is that of WCAG's own examples", () => {
  // https://www.w3.org/WAI/WCAG22/Understanding/contrast-minimum: 21 for black on white; #777 falls short of 4.5 by little
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 10);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  expect(contrast("#ff0000", "#ffffff")).toBeCloseTo(4, 2);
});

describe("text has a contrast of 4.5 or more", () => {
  test("in the light theme, and in a picture", () => {
    expect(layout.font.color).toBe(ink);
    expect(contrast(ink, light)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(pictureLayout.font.color, pictureLayout.paper_bgcolor)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(layout.hoverlabel.font.color, layout.hoverlabel.bgcolor)).toBeGreaterThanOrEqual(4.5);
  });

  test("in the dark theme, where the style sheet of JupyterLab finds it by its colour", () => {
    const [, found, instead] =
      /text\[style\*="fill: (rgb\([\d, ]+\))"\] \{[\s\S]*?fill: (#\w{6}) !important/.exec(custom)!;
    const parts = [1, 3, 5].map((at) => Number.parseInt(ink.slice(at, at + 2), 16));
    expect(found).toBe(`rgb(${parts.join(", ")})`);
    expect(instead).toBe(darkInk);
    expect(contrast(darkInk, dark)).toBeGreaterThanOrEqual(4.5);
  });

  test("on every colour of a heat map", () => {
    for (let i = 0; i <= 1000; i++) {
      const colour = sequentialColour(i / 1000);
      expect(contrast(inkOn(colour), colour)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe("a heat map in a dark theme", () => {
  /** What the browser makes of `#rrggbb`, by the matrices of the Filter Effects specification. */
  const filtered = (colour: string, inverted: number) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part * (1 - inverted) + (1 - part) * inverted;
    });
    // hue-rotate(180deg): the cosine is -1, the sine 0
    const turned = [
      -0.574 * r! + 1.43 * g! + 0.144 * b!,
      0.426 * r! + 0.43 * g! + 0.144 * b!,
      0.426 * r! + 1.43 * g! - 0.856 * b!,
    ];
    return `#${turned
      .map((part) => Math.round(255 * Math.min(1, Math.max(0, part))))
      .map((part) => part.toString(16).padStart(2, "0"))
      .join("")}`;
  };

  test("is turned as a saved picture is, live and on a page of its own", () => {
    const [, selector, filter] = /\{ ?([^{}]*:has[^{}]*)\{ filter: ([^;]+); \}/.exec(`{${darkCellRule}`)!;
    expect(custom).toContain(`[data-jp-theme-light="false"] ${selector!.trim()} {\n  filter: ${filter};`);
    expect(/\.plot-img \{\s*filter: ([^;]+);/.exec(custom)![1]).toBe(filter);
    expect(chartPage({ data: [] }, "t", {})).toContain(darkCellRule);
  });

  test("stands out from the page where it is high, and its numbers can be made out", () => {
    const inverted = Number(/invert\(([\d.]+)\)/.exec(darkCellRule)![1]);
    const [high, low] = [sequential[0], sequential.at(-1)!];
    expect(contrast(high, light)).toBeGreaterThan(10);
    expect(contrast(filtered(high, inverted), dark)).toBeGreaterThan(10);
    expect(contrast(filtered(low, inverted), dark)).toBeLessThan(3);
    // 3.2 at the middle greys, where neither ink has 4.5 both on white and turned: hover texts and the table have them too.
    for (const colour of sequential)
      expect(contrast(filtered(inkOn(colour), inverted), filtered(colour, inverted))).toBeGreaterThan(3);
  });
});

test.each(Object.entries(bands))("a line is seen before two bands of %s that overlap", (_, colour) => {
  for (const ground of [light, dark]) {
    const over = (below: string) =>
      `#${[1, 3, 5]
        .map((at) => [colour, below].map((one) => Number.parseInt(one.slice(at, at + 2), 16)))
        .map(([a, b]) => Math.round(bandOpacity * a! + (1 - bandOpacity) * b!))
        .map((part) => part.toString(16).padStart(2, "0"))
        .join("")}`;
    // The palette has little more than 3 on the ground alone. A band so faint is seen by its edges, which are not faint.
    for (const line of palette) expect(contrast(line, over(over(ground)))).toBeGreaterThanOrEqual(2.5);
    expect(translucent(colour, 0.5)).toMatch(/^rgba\(\d+,\d+,\d+,0\.5\)$/);
  }
});

test.each([...palette, others, ...Object.values(bands)])(
  "a mark in %s has a contrast of 3 or more in both",
  (colour) => {
    expect(contrast(colour, light)).toBeGreaterThanOrEqual(3);
    expect(contrast(colour, dark)).toBeGreaterThanOrEqual(3);
  },
);

describe("the sequential palette", () => {
  // Severe deficiencies as matrices on linear RGB: Machado, Oliveira and Fernandes 2009, table 1, severity 1.0.
  const seen: [string, number[][]][] = [
    [
      "all three cones",
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    ],
    [
      "no red cones",
      [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
      ],
    ],
    [
      "no green cones",
      [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
      ],
    ],
    [
      "no blue cones",
      [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
      ],
    ],
  ];
  const linear = (colour: string) =>
    [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
  /** Lightness by CIE 1976, 0 to 100, as eyes of this kind see it. */
  const lightness = (colour: string, matrix: number[][]) => {
    const rgb = linear(colour);
    const [r, g, b] = matrix.map((row) =>
      Math.max(
        0,
        row.reduce((sum, weight, i) => sum + weight * rgb[i]!, 0),
      ),
    );
    const y = 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    return 116 * Math.cbrt(y > 0.008856 ? y : (y * 903.3 + 16) ** 3 / 116 ** 3) - 16;
  };

  test.each(seen)("grows lighter with every step, for eyes with %s", (_, matrix) => {
    const steps = sequential.map((colour) => lightness(colour, matrix));
    for (let i = 1; i < steps.length; i++) expect(steps[i]! - steps[i - 1]!).toBeGreaterThan(4);
    expect(steps.at(-1)! - steps[0]!).toBeGreaterThan(70);
  });

  test("is Plotly's cividis", () => {
    const plotly = readFileSync(new URL("../../node_modules/plotly/plotly.min.js", import.meta.url), "utf8");
    const stops = [
      .../Cividis:\[(.*?)\]\]/.exec(plotly)![1]!.matchAll(/\[([\d.]+),"rgb\((\d+),(\d+),(\d+)\)"/g),
    ].map(([, at, ...rgb]) => ({ at: Number(at), rgb: rgb.map(Number) }));
    expect(stops.length).toBeGreaterThan(10);
    for (const [at, colour] of colorscale) {
      const next = stops.findIndex((stop, i) => i > 0 && stop.at >= at);
      const [a, b] = [stops[next - 1]!, stops[next]!];
      const expected = a.rgb.map((part, i) => part + ((at - a.at) / (b.at - a.at)) * (b.rgb[i]! - part));
      [1, 3, 5].forEach((from, i) => {
        expect(
          Math.abs(Number.parseInt(colour.slice(from, from + 2), 16) - expected[i]!),
        ).toBeLessThanOrEqual(1);
      });
    }
  });

  test("between two steps goes evenly from one to the other", () => {
    expect(sequentialColour(0)).toBe(sequential[0]);
    expect(sequentialColour(1)).toBe(sequential[8]);
    expect(sequentialColour(1 / 16)).toBe("#032b5d"); // halfway from #00204c to #05356e, rounded
  });
});
