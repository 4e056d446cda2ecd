import { InputError, quoted } from "../errors.js";
import { WholeFile } from "../files/wholeFile.js";
import type { Columns } from "../record.js";
import type { Question } from "../warehouse/questions.js";
import type { Chart } from "./chart.js";
import { chartOf, suited } from "./charts/answer.js";
import { chartPage } from "./page.js";

/** @throws InputError when the question names no chart, or the file is neither a picture nor a page */
export function checkSuited(question: Question, path: string): void {
  chartOf(question);
  checkPicture(path);
}

/**
 * Writes the chart of an answer: a PNG picture, or a web page that stands alone, by the file's ending.
 * @throws InputError as `checkSuited` does, or when the file cannot be written
 */
export async function writeChart(question: Question, answer: Columns, path: string): Promise<void> {
  checkSuited(question, path);
  await writePicture(suited(question, answer), question.sentence || question.name, answer, path);
}

/** @throws InputError when the file is neither a picture nor a page */
export function checkPicture(path: string): void {
  if (!/\.(png|html?)$/i.test(path)) {
    throw new InputError(`chart: ${quoted(path)} must end in .png or .html`);
  }
}

/**
 * Writes a chart: a PNG picture, or a web page that stands alone with the table it draws, by the file's ending.
 * @throws InputError when the file cannot be written
 */
export async function writePicture(
  chart: Chart,
  title: string,
  columns: Columns,
  path: string,
): Promise<void> {
  const bytes = /\.png$/i.test(path)
    ? chart.png()
    : new TextEncoder().encode(chartPage(chart, title, columns));
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
