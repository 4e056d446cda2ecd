import type { DataFrame } from "danfojs-node";
import type { Question } from "../warehouse/questions.js";
import type { QuestionColumns, QuestionName, QuestionParameters } from "../warehouse/questionTypes.js";
import type { Columned } from "./chartData.js";

/** The parameters of a question, which are known if it is built in. */
export type ParametersOf<Asked extends string> = Asked extends QuestionName
  ? QuestionParameters[Asked]
  : Record<string, unknown>;

/** The frame that answers a question. For a built-in question, an editor knows the columns. */
export type AnswerFrame<Asked extends string> = DataFrame &
  Columned<Asked extends QuestionName ? QuestionColumns[Asked] : string>;

/** Which question a frame answers, for as long as the frame lives. */
const answered = new WeakMap<object, Question>();

/** Remembers the question that a frame answers. */
export function remember<T extends object>(frame: T, question: Question): T {
  answered.set(frame, question);
  return frame;
}

/** The question that a frame answers; undefined when `ask` did not make it. */
export function questionOf(frame: object): Question | undefined {
  return answered.get(frame);
}
