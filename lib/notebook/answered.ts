import type { Question } from "../warehouse/questions.js";

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
