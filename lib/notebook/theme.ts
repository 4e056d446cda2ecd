/**
 * How charts look: on a transparent ground in tones that are read on white and on black alike (contrast
 * above 4 on both); pictures, whose surroundings nobody knows, on a white card.
 */

/** The Okabe–Ito palette, told apart with any colour vision, without its black and its yellow. */
export const palette = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"] as const;

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
