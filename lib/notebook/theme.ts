/**
 * How charts look. Their background is transparent, and their marks can be seen both on white and on JupyterLab's dark
 * background. Pictures, which may be shown anywhere, have a white background. No grey has a contrast of 4.5 on both
 * backgrounds, so the text of live charts is made for white, and a dark page makes it light:
 * `notebooks/setup/custom/custom.css` finds it by its colour.
 */

/**
 * The Okabe–Ito palette, which can be told apart with any colour vision, without its black and its yellow. Its amber,
 * sky blue and pink are darker here, so that every mark has a contrast of 3 or more (WCAG 1.4.11) both on white and on
 * JupyterLab's dark background.
 */
export const palette = ["#0072B2", "#BF8400", "#009E73", "#D55E00", "#3D94C9", "#C46A9C"] as const;

/** The colour of everything without its own colour. */
export const others = "#808080";

/** The colour of a series. Failures of the client and failures of the server each have one colour in all charts. */
export function colourOf(column: string, position: number): string {
  if (/client_?error|4xx/i.test(column)) return palette[1];
  if (/server_?error|5xx/i.test(column)) return palette[3];
  return palette[position % palette.length]!;
}

/** The colour of a chart's text on white; the page's style sheets find it by this value in a dark theme. */
export const ink = "#757575";
/** The colour of that text on a dark background. */
export const darkInk = "#cccccc";

/** A CSS rule for a dark page, which makes the text of charts light. */
export const darkTextRule = `.js-plotly-plot text[style*="fill: rgb(${rgbOf(ink).join(", ")})"] { fill: ${darkInk} !important; }`;

/**
 * A CSS rule for a dark page, which turns the cells of a heat map and its colour bar as the notebook's style sheet turns
 * a saved picture: there, high is light. On white, high is dark, so that it stands out on both.
 */
export const darkCellRule =
  ".js-plotly-plot:has(.cbfills) :is(.barlayer, .cbfills) { filter: invert(0.93) hue-rotate(180deg); }";

/**
 * The sequential palette, from dark to light in even steps, which looks the same with any colour
 * vision: cividis (Nuñez, Anderton and Renslow 2018, doi 10.1371/journal.pone.0199239), at nine equally spaced points.
 */
export const sequential = [
  "#00204c",
  "#05356e",
  "#404d6b",
  "#60636e",
  "#7c7b77",
  "#9b9477",
  "#bcae6e",
  "#dfca5d",
  "#ffe945",
] as const;

/** The sequential palette as Plotly takes it. */
export const colorscale = sequential.map((colour, i) => [i / (sequential.length - 1), colour] as const);

/** The colour at a position from low (0) to high (1), with linear interpolation of red, green and blue. */
export function sequentialColour(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (sequential.length - 1);
  const below = Math.min(sequential.length - 2, Math.floor(at));
  const [low, high] = [rgbOf(sequential[below]!), rgbOf(sequential[below + 1]!)];
  return `#${low.map((part, i) => hex(part + (at - below) * (high[i]! - part))).join("")}`;
}

/** Black or white, whichever is easier to read on a colour. */
export function inkOn(colour: string): string {
  return contrast(colour, "#000000") >= contrast(colour, "#ffffff") ? "#000000" : "#ffffff";
}

/** The contrast of two colours, written `#rrggbb`, as WCAG 2 defines it: from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = rgbOf(colour).map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** The colour `#rrggbb` with an opacity from 0 to 1. */
export function translucent(colour: string, opacity: number): string {
  return `rgba(${rgbOf(colour).join(",")},${opacity})`;
}

function rgbOf(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function hex(part: number): string {
  return Math.round(part).toString(16).padStart(2, "0");
}

/** The font of charts, in the page and in pictures. */
export const font = "Open Sans, Verdana, Arial, sans-serif";

const grid = "rgba(128,128,128,0.25)";

/** The colours of time ranges behind a chart, for incidents and for alerts, the same as in the report. */
export const bands = { incident: palette[3], alert: palette[1] } as const;
/** So faint that a line in any colour of the palette has a contrast of 2.5 or more even where two bands overlap. */
export const bandOpacity = 0.1;
/** How opaque the edges of a band are, so that one of a minute is seen too. */
export const bandEdge = 0.8;
/** What a band means. */
export type BandKind = keyof typeof bands;

/** The lines of an axis, seen on a light ground and on a dark one. */
const lines = {
  gridcolor: grid,
  zerolinecolor: grid,
  linecolor: "rgba(128,128,128,0.6)",
  tickcolor: "rgba(128,128,128,0.6)",
};

/** The layout of one axis. */
export const axis = {
  automargin: true,
  separatethousands: true,
  ...lines,
  ticks: "outside",
  ticklen: 4,
  title: { standoff: 10 },
};

/** The layout of the live figure. */
export const layout = {
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  colorway: palette,
  font: { family: font, size: 12, color: ink },
  hoverlabel: { bgcolor: "#333333", bordercolor: "#777777", font: { color: "#ffffff", family: font } },
  modebar: { bgcolor: "rgba(0,0,0,0)", color: "rgba(128,128,128,0.6)", activecolor: ink },
  margin: { l: 60, r: 30, t: 60, b: 50 },
  // Below the plot, where a narrow chart can use as many lines as it needs, with the parts in the order in which they
  // are drawn.
  legend: {
    orientation: "h",
    traceorder: "normal",
    ...{ x: 0, xref: "container", xanchor: "left" },
    ...{ y: 0, yref: "container", yanchor: "bottom" },
  },
  // The axes, buttons and sliders of a user's own figure suit the page's background, like the rest.
  template: {
    layout: {
      xaxis: lines,
      yaxis: lines,
      updatemenudefaults: { bgcolor: "rgba(0,0,0,0)", bordercolor: "rgba(128,128,128,0.6)" },
      sliderdefaults: {
        bgcolor: "rgba(128,128,128,0.25)",
        bordercolor: "rgba(128,128,128,0.6)",
        tickcolor: ink,
      },
    },
  },
};

/** What differs in the layout of a picture. */
export const pictureLayout = {
  paper_bgcolor: "#ffffff",
  plot_bgcolor: "#ffffff",
  font: { family: "Open Sans", size: 12, color: "#333333" },
};
