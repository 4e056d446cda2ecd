import "./errors.js";
import { chartPage } from "./page.js";
import { drawing, picture } from "./picture.js";
import { type Bundle, liveOutput, show, showsItself } from "./show.js";
import { layout as look, pictureLayout } from "./theme.js";

/** A Plotly figure: traces and layout, as plotly.js takes them. */
export interface Figure {
  data: object[];
  layout?: object;
}

/** Height of a chart in CSS pixels, where the number of its rows does not give it. */
export const standardHeight = 400;
const width = 720; // CSS pixels of the picture; the live figure is as wide as the cell

/** The parts of a chart other than its figure. */
export interface About {
  /** What it shows, as text. */
  readonly title: string;
  /** The chart in words and values, for readers without pictures. */
  readonly text: string;
  /** The values that it draws, for the table on its page; undefined for a user's own figure. */
  readonly columns?: Readonly<Record<string, readonly unknown[]>>;
  /** In CSS pixels. */
  readonly height: number;
}

/** A chart. As the last expression of a cell, or by `show()`, it appears under the cell. */
export class Chart {
  /**
   * The Plotly figure, to change before it is shown, or to use elsewhere.
   * @example drawn.figure.data.push({ type: "scatter", mode: "lines", name: "limit", x: [from, to], y: [600, 600] })
   */
  readonly figure: Figure;
  readonly #about: About;

  constructor(figure: Figure, about: About) {
    this.figure = { data: figure.data, layout: { ...look, height: about.height, ...figure.layout } };
    this.#about = about;
  }

  /** Adds the chart to the running cell. */
  show(): void {
    // JupyterLab draws a figure that comes with a picture only once the mouse enters it, and shows the picture, white
    // in a dark theme too, until then. So the figure is sent first, and then replaced by the figure with its picture.
    const size = { width, height: this.#about.height };
    const output = liveOutput(this.figureBundle(), { "image/png": size });
    if (output === undefined) show({ "text/plain": this.#about.text });
    else output.update(this.bundle());
  }

  /** The chart as a PNG picture on white; undefined when the drawing thread fails. */
  png(): Uint8Array | undefined {
    return picture(this.#onWhite(), width, this.#about.height);
  }

  /** The chart as an SVG drawing on white, which needs no network; undefined when the drawing thread fails. */
  svg(): string | undefined {
    return drawing(this.#onWhite(), width, this.#about.height);
  }

  /**
   * The chart as a web page that stands alone, with the table of what it draws: it holds the drawing library (5 MB) and
   * loads nothing. It is light or dark as the reader's system is.
   * @param columns the table to show below it instead of the values that it draws
   */
  html(columns = this.#about.columns ?? {}): string {
    return chartPage(this.figure, this.#about.title, columns);
  }

  #onWhite(): Figure {
    const layout = this.figure.layout as { font?: object };
    const font = { ...layout.font, ...pictureLayout.font };
    return { data: this.figure.data, layout: { ...layout, ...pictureLayout, font } };
  }

  /** The chart in words and values. */
  toString(): string {
    return this.#about.text;
  }

  /** The output of a cell: the live figure, its picture and its text. */
  bundle(): Bundle {
    const png = this.png();
    return { ...this.figureBundle(), ...(png && { "image/png": Buffer.from(png).toString("base64") }) };
  }

  /** The live figure and its text, without the picture, which takes a tenth of a second to draw. */
  figureBundle(): Bundle {
    return {
      "application/vnd.plotly.v1+json": {
        ...this.figure,
        // No button may send a log's data to a cloud, and no text of a log may become a formula. Not "responsive":
        // JupyterLab resizes charts itself, and a responsive chart loses its height when the theme changes.
        config: { displaylogo: false, showSendToCloud: false, typesetMath: false },
      },
      "text/plain": this.#about.text,
    };
  }
}

showsItself(
  Chart.prototype,
  (chart) => ({ "text/plain": chart.toString() }),
  (chart) => chart.show(),
);
