import { InputError, quoted } from "../../errors.js";
import { type Question, question as questionNamed } from "../../warehouse/questions.js";
import type { ChartKind, SuitedChart } from "../../warehouse/suitedChart.js";
import { questionOf } from "../answered.js";
import type { Chart } from "../chart.js";
import type { ChartData } from "../chartData.js";
import { bars } from "./bars.js";
import { boxes } from "./boxes.js";
import { heatMap } from "./heatMap.js";
import { histogram } from "./histogram.js";
import { lines } from "./lines.js";
import { points } from "./points.js";
import { totals } from "./totals.js";

/** What `answer` takes. */
export interface AnswerOptions {
  /** The question that was asked; not needed for a frame that `ask` returned. */
  question?: string;
  /** Default: the question in words. */
  title?: string;
}

const kinds: Record<ChartKind, (data: ChartData, options: never) => Chart> = {
  bars,
  boxes,
  heatMap,
  histogram,
  lines,
  points,
  totals,
};

/**
 * The chart that suits an answer: the `-- chart:` line of its question says which.
 * @example chart.answer(await ask("status_codes", logs))
 * @throws InputError when the question is not known, or says that a table suits it better
 */
export function answer(data: ChartData, options: AnswerOptions = {}): Chart {
  const asked = options.question === undefined ? questionOf(data) : questionNamed(options.question);
  if (asked === undefined) {
    throw new InputError(
      'question: this frame did not come from ask() as it is; say which question it answers, as in { question: "status_codes" }',
    );
  }
  return suited(asked, data, options.title);
}

/** @throws InputError when the question says no chart */
export function suited(question: Question, data: ChartData, title?: string): Chart {
  const { kind, options } = chartOf(question);
  return kinds[kind](data, { title: title ?? (question.sentence || question.name), ...options } as never);
}

/** @throws InputError when the question says no chart */
export function chartOf({ name, chart }: Question): SuitedChart {
  if (chart !== undefined) return chart;
  throw new InputError(
    `chart: the question ${quoted(name)} names no chart: a table says it best; a line such as "-- chart: bars x=status_code y=requests" in its SQL names one`,
  );
}
