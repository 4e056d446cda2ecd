/** What a notebook may use: make a log, read one, check it, question it, draw the answers. */

export type { VerifyCountsOptions } from "./check/counts/verifyCounts.js";
export type { ValidateOptions } from "./check/validate/validate.js";
export type { CopySource, KeySource, VerifyOptions } from "./check/verify/verify.js";
export type { FormatName } from "./encode/formats.js";
export { InputError, InterruptedError } from "./errors.js";
export type { LogSource } from "./files/logFiles.js";
export type { Terms } from "./generate/logStream.js";
export type { DetectorName } from "./monitor/detect/detectors.js";
export type { DetectorFunction } from "./monitor/detect/own.js";
export type { DrillOptions } from "./monitor/drill/drill.js";
export type { Detectability, DrillResult, Nervousness, Smallest } from "./monitor/drill/result.js";
export type { ReadSeriesOptions } from "./monitor/readSeries.js";
export type { Estimate } from "./monitor/score/intervals.js";
export type { Point, Totals } from "./monitor/series.js";
export type { SeriesOptions } from "./monitor/seriesOptions.js";
export type { Slo } from "./monitor/slo.js";
export type { AnswerFrame, ParametersOf } from "./notebook/answered.js";
export type { Columned, ColumnOf } from "./notebook/chartData.js";
export * as chart from "./notebook/charts.js";
export { claim } from "./notebook/claim.js";
export type { Comparison } from "./notebook/comparison.js";
export type { Framed } from "./notebook/logFrame.js";
export type { LogSeries } from "./notebook/monitor.js";
export { burnRate, detect, drill, drilled, score, series } from "./notebook/monitor.js";
export type { Planted } from "./notebook/planted.js";
export type { Bundle } from "./notebook/show.js";
export {
  ask,
  compare,
  generate,
  load,
  planted,
  questions,
  read,
  report,
  stream,
  Validation,
  validate,
  verify,
  verifyCounts,
} from "./notebook/verbs.js";
export type { CountVerification, Verification } from "./notebook/verification.js";
export type { FieldMap } from "./read/fields/mapFields.js";
export type { ReadFormat } from "./read/formats/formats.js";
export type { OwnFormat } from "./read/formats/ownFormat.js";
export type { QuarantinedLine } from "./read/quarantine.js";
export type { ReadLog, SourceLog } from "./read/read.js";
export type { ReadingOptions } from "./read/readFirst.js";
export type { ReadOptions } from "./read/readOptions.js";
export type { TimeUnit, WhichClient } from "./read/row.js";
export type { LineCounts } from "./read/tally.js";
export {
  type Columns,
  csvHeader,
  type Field,
  type FieldName,
  type Log,
  type Named,
  recordFields,
  type Source,
} from "./record.js";
export type { Report, ReportOptions } from "./report/report.js";
export type {
  DeepPartial,
  DefectKind,
  Defects,
  Endpoint,
  EndpointInput,
  Incident,
  IncidentKind,
  IncidentName,
  IncidentShape,
  Latency,
  Lognormal,
  PresetName,
  Scenario,
  ScenarioInput,
  Site,
  Traffic,
  Visitors,
} from "./scenario/types.js";
export type { Clock } from "./schedule/clock.js";
export type { Level, RunScheduleOptions, ScheduleRun } from "./schedule/jobs/run.js";
export { nextRuns, runSchedule } from "./schedule/jobs/run.js";
export type { Job, Makes, Schedule, ScheduledLog } from "./schedule/jobs/schedule.js";
export type { Rotation } from "./schedule/sinks/fileSink.js";
export type { Delivering } from "./schedule/sinks/receiverSink.js";
export type { ReceiverOptions } from "./schedule/sinks/receivers.js";
export type { Framing } from "./schedule/sinks/syslog.js";
export type { Ahead, Streamed, StreamOptions, StreamWork } from "./schedule/stream.js";
export { type HandIncident, HandIncidents, type Wish } from "./schedule/streamIncidents.js";
export type { StreamedTo, StreamToOptions } from "./schedule/streamTo.js";
export type { AnswerKey, KeyFile, KeyIncident } from "./truth/answerKey.js";
export type { Asked, AskOptions } from "./warehouse/ask.js";
export type { Compared, CompareOptions } from "./warehouse/compare.js";
export type { LoadedLogs, LoadOptions } from "./warehouse/load.js";
export type { QuestionColumns, QuestionName, QuestionParameters } from "./warehouse/questionTypes.js";
export type { Progress, Work } from "./work.js";
export type { GeneratedLog, GenerateOptions } from "./write/generate.js";
