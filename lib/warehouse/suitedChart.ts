import { InputError, quoted } from "../errors.js";

/** The chart that suits a question's answer: its kind, and the columns it draws. */
export interface SuitedChart {
  readonly kind: ChartKind;
  /** Options of the chart by name: one column, or several. */
  readonly options: Readonly<Record<string, string | boolean | readonly string[]>>;
}

const chartKinds = ["bars", "lines", "points", "histogram", "boxes", "totals", "heatMap"] as const;
/** Kinds of charts that a question can name. */
export type ChartKind = (typeof chartKinds)[number];

const optionNames = ["x", "y", "by", "value", "log", "stack", "unit"];
const switches = ["log", "stack"];

/**
 * The chart from its line in a question's SQL: `-- chart: bars x=status_code y=requests`; several columns as
 * `y=client_errors,server_errors`, `log=true` for a logarithmic axis, `stack=true` for
 * bars on one another.
 * @throws InputError when the line has another form.
 */
export function parseChart(question: string, line: string): SuitedChart {
  const [kind, ...pairs] = line.replace(/^-- chart:\s*/, "").split(/\s+/);
  const options: Record<string, string | boolean | string[]> = {};
  for (const pair of pairs) {
    const [, name, value] = /^(\w+)=(\S+)$/.exec(pair) ?? [];
    if (name === undefined || !optionNames.includes(name)) throw unreadable(question, line);
    const parts = value.split(",");
    options[name] = switches.includes(name) ? value === "true" : parts.length > 1 ? parts : value;
  }
  if (!chartKinds.includes(kind as ChartKind) || options.x === undefined) throw unreadable(question, line);
  return { kind: kind as ChartKind, options };
}

function unreadable(question: string, line: string): InputError {
  return new InputError(
    `question: ${quoted(question)} has a chart line that cannot be read: ${quoted(line)}; the form is "-- chart: bars x=status_code y=requests", with one of ${chartKinds.join(", ")} and the options ${optionNames.join(", ")}`,
  );
}
