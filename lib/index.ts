/** What a notebook may use: make a log, read one, check it, question it, draw the answers. */
export type { ValidateOptions } from "./check/validate.js";
export type { CopySource, KeySource, VerifyOptions } from "./check/verify.js";
export type { VerifyCountsOptions } from "./check/verifyCounts.js";
export { InputError, InterruptedError } from "./errors.js";
export type { FormatName } from "./formats/formats.js";
export type { OwnFormat } from "./formats/ownFormat.js";
export type { ReadFormat } from "./formats/read.js";
export type { FieldMap } from "./formats/readNames.js";
export type { TimeUnit } from "./formats/readRow.js";
export type { Terms } from "./generate/logStream.js";
export * as chart from "./notebook/charts.js";
export type { Planted } from "./notebook/planted.js";
export type { Bundle } from "./notebook/show.js";
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
export type { CountVerification, Verification } from "./notebook/verification.js";
export {
  type Columns,
  csvHeader,
  type Field,
  type FieldName,
  type Log,
  recordFields,
  type Source,
} from "./record.js";
export type {
  DeepPartial,
  DefectKind,
  Defects,
  Endpoint,
  Incident,
  IncidentKind,
  Latency,
  Lognormal,
  Scenario,
  ScenarioInput,
  Site,
  Traffic,
  Visitors,
} from "./scenario/scenario.js";
export type { AnswerKey, KeyIncident } from "./truth/answerKey.js";
export type { Asked } from "./warehouse/ask.js";
export type { LoadedLogs, LoadOptions } from "./warehouse/load.js";
export type { Progress, Work } from "./work.js";
export type { GeneratedLog, GenerateOptions } from "./write/generate.js";
export type { LogSource } from "./write/logFiles.js";
export type { QuarantinedLine } from "./write/quarantine.js";
export type { ReadLog, ReadOptions, SourceLog } from "./write/readLog.js";
export type { LineCounts } from "./write/tally.js";
