/**
 * How charts look: on a transparent ground in tones that are read on white and on black alike (contrast
 * above 4 on both); pictures, whose surroundings nobody knows, on a white card.
 */

/**
 * The Okabe–Ito palette, told apart with any colour vision, without its black and its yellow; its amber, sky blue and
 * pink are darker here, so that every mark has a contrast of 3 or more (WCAG 1.4.11) on white and on JupyterLab's
 * dark ground alike.
 */
export const palette = ["#0072B2", "#BF8400", "#009E73", "#D55E00", "#3D94C9", "#C46A9C"] as const;

/** The colour of a series: what names the client's or the server's failures has one colour in all charts. */
export function colourOf(column: string, position: number): string {
  if (/client_?error|4xx/i.test(column)) return palette[1];
  if (/server_?error|5xx/i.test(column)) return palette[3];
  return palette[position % palette.length]!;
}

/** The font of charts, in the page and in pictures. */
export const font = "Open Sans, Verdana, Arial, sans-serif";

const grid = "rgba(128,128,128,0.25)";

/** The look of one axis. */
export const axis = {
  automargin: true,
  separatethousands: true,
  gridcolor: grid,
  zerolinecolor: grid,
  linecolor: "rgba(128,128,128,0.6)",
  ticks: "outside",
  tickcolor: "rgba(128,128,128,0.6)",
  ticklen: 4,
  title: { standoff: 10 },
};

/** The look of the whole, for the live figure. */
export const layout = {
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  colorway: palette,
  font: { family: font, size: 12, color: "#777777" },
  hoverlabel: { bgcolor: "#333333", bordercolor: "#777777", font: { color: "#ffffff", family: font } },
  modebar: { bgcolor: "rgba(0,0,0,0)", color: "rgba(128,128,128,0.6)", activecolor: "#777777" },
  margin: { l: 60, r: 30, t: 60, b: 50 },
  legend: { orientation: "h", x: 0, xanchor: "left", y: 1.0, yanchor: "bottom" },
};

/** What a picture has of its own. */
export const pictureLayout = {
  paper_bgcolor: "#ffffff",
  plot_bgcolor: "#ffffff",
  font: { family: "Open Sans", size: 12, color: "#333333" },
};
