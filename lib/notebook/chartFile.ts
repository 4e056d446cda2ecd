import { InputError, quoted } from "../errors.js";
import { WholeFile } from "../files/wholeFile.js";
import type { Columns } from "../record.js";
import type { Question } from "../warehouse/questions.js";
import type { Chart } from "./chart.js";
import { chartOf, suited } from "./charts/answer.js";
import { needPeers } from "./peers.js";

/** @throws InputError when the question names no chart, or the file is neither a picture nor a page */
export function checkSuited(question: Question, path: string): void {
  chartOf(question);
  checkPicture(path);
}

/**
 * Writes the chart of an answer: a PNG or SVG picture, or a web page that stands alone, depending on the file's
 * extension.
 * @throws InputError as `checkSuited` does, or when the file cannot be written
 */
export async function writeChart(question: Question, answer: Columns, path: string): Promise<void> {
  checkSuited(question, path);
  await writePicture(suited(question, answer), path, answer);
}

/** @throws InputError when the file is neither a picture nor a page, or a package that draws it is not installed */
export function checkPicture(path: string): void {
  if (!/\.(png|svg|html?)$/i.test(path)) {
    throw new InputError(`chart: ${quoted(path)} must end in .png, .svg or .html`);
  }
  needPeers(/\.html?$/i.test(path) ? "pages of charts" : "pictures of charts");
}

/**
 * Writes a chart: a PNG or SVG picture, or a web page that stands alone with the table it draws, depending on the
 * file's extension.
 * @param columns the table of the page, instead of the values that the chart draws
 * @throws InputError when the file cannot be written
 */
export async function writePicture(chart: Chart, path: string, columns?: Columns): Promise<void> {
  const drawn = /\.png$/i.test(path) ? chart.png() : /\.svg$/i.test(path) ? chart.svg() : chart.html(columns);
  const bytes = typeof drawn === "string" ? new TextEncoder().encode(drawn) : drawn;
  if (bytes === undefined) throw new Error(`cannot draw ${quoted(path)}`); // the reason was printed
  const file = await WholeFile.create(path, "chart");
  try {
    await file.write(bytes);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}
