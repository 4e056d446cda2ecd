/** What a notebook may use: make a log, read one, check it, question it, draw the answers. */
export { InputError, InterruptedError } from "./errors.js";
export * as chart from "./notebook/charts.js";
export {
  ask,
  generate,
  load,
  planted,
  questions,
  read,
  Validation,
  validate,
  verify,
  verifyCounts,
} from "./notebook/verbs.js";
export {
  type Columns,
  csvHeader,
  type Field,
  type FieldName,
  type Log,
  recordFields,
  type Source,
} from "./record.js";
export type { DeepPartial, Scenario, ScenarioInput } from "./scenario/scenario.js";
export type { GeneratedLog, GenerateOptions } from "./write/generate.js";
export type { ReadLog, ReadOptions } from "./write/readLog.js";
