import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { grouped } from "../digits.js";
import { checkOptions, InputError, quoted } from "../errors.js";
import { contentOf } from "../files/lines.js";
import { Outputs } from "../files/outputs.js";
import { checkPlaces, pathOption } from "../files/places.js";
import { type Alert, alertsOf } from "../monitor/alert.js";
import { BurnRate } from "../monitor/burnRate.js";
import { tableSeries } from "../monitor/tableSeries.js";
import type { ReadLog } from "../read/read.js";
import { type ReadingOptions, readingOptions } from "../read/readFirst.js";
import type { Columns, Source } from "../record.js";
import type { AnswerKey } from "../truth/answerKey.js";
import { readKey } from "../truth/readKey.js";
import { keyPathOf } from "../truth/sidecars.js";
import { escapeHtml, visibleEnds } from "../visible.js";
import { type Asked, ask } from "../warehouse/ask.js";
import { isPostgres } from "../warehouse/place.js";
import { checkWork, type Work, workOptions } from "../work.js";
import { type Band, chartData, chartHtml, type TimeChart } from "./chart.js";
import { htmlPage } from "./page.js";
import { type Column, momentText, numberText, sortableTable } from "./table.js";

/** What a report contains, where it is written, and how a server's own log is read for it. */
export interface ReportOptions extends Omit<ReadingOptions, "onRead">, Work {
  /** File to write, one HTML page; `"-"` is standard output; without it the page is only returned. */
  out?: string | undefined;
  /** Heading of the page. Default: the log's name. */
  title?: string | undefined;
  /** The answer key of a generated log, for its incidents. Default: the one beside the log, if there is one. */
  key?: string | AnswerKey | undefined;
  /** Objective: the share of requests that must not fail on the server's side, above 0 and below 1. Default 0.999. */
  availability?: number | undefined;
}

/** A report that was made. */
export interface Report {
  /** The page. */
  readonly html: string;
  /** Absolute path of its file, if it was written to one. */
  readonly path: string | undefined;
}

const known = [
  ...readingOptions.filter((name) => name !== "onRead"),
  ...workOptions,
  "out",
  "title",
  "key",
  "availability",
];

/**
 * Makes one page of everything that the five fields of a log show: traffic, errors, response times, the slowest
 * requests, clients, bots, burn-rate alerts and, where there is an answer key, incidents. The page needs no network,
 * runs nothing but its own script, and shows a log's text as text.
 * @param source what `ask` takes: logs, or a database that `load` filled
 * @throws InputError when an option or the source is wrong, or the log is damaged
 */
export async function report(source: Asked, options: ReportOptions = {}): Promise<Report> {
  checkOptions(options, known);
  const { out, title, key, availability = 0.999, signal, onProgress, ...reading } = options;
  const work = { signal, onProgress };
  checkWork(work);
  const sources = Array.isArray(source) ? (source as readonly Source[]) : [source as Source];
  const paths = sources.map(contentOf).filter((content) => typeof content === "string");
  if (title !== undefined && (typeof title !== "string" || title === ""))
    throw new InputError(`title: must be a text, not ${quoted(title)}`);
  const slo = { name: "availability", kind: "availability", objective: availability } as const;
  const burnRate = new BurnRate(slo, STEP * 1000); // a wrong objective is refused before any work
  if (out !== undefined) {
    const logs = paths.filter((path) => !isPostgres(path));
    await checkPlaces(
      logs.map((path) => ({ argument: "source", path, what: "the log itself" })),
      [{ argument: "out", path: pathOption("out", out), what: "the report" }],
    );
  }
  const truth = await answerKeyOf(key, paths);

  let read: ReadLog | undefined;
  const onRead = (log: ReadLog) => {
    read = log;
  };
  const answer = (question: string, params: Record<string, unknown> = {}) =>
    ask(question, source, params, { ...reading, ...work, onRead });
  const overview = await answer("overview");
  const answers = {
    overview,
    codes: await answer("status_codes"),
    traffic: await answer("traffic_over_time"),
    times: await answer("response_times_over_time"),
    byEndpoint: await answer("response_times_by_endpoint", { top: mostRows }),
    failing: await answer("failing_endpoints", { top: mostRows }),
    histogram: await answer("response_time_histogram"),
    slowest: await answer("slowest_requests", { top: 50 }),
    clients: await answer("busiest_clients", { top: 50 }),
    bots: await answer("suspected_bots", { top: 50 }),
  };
  const asSource = { ...reading, ...work, onRead };
  const series = await tableSeries(source, { step: STEP, quantiles: false }, asSource);
  const alerts = alertsOf(burnRate, series);
  const end = series.start + series.length * series.step;
  const name =
    title ??
    (paths.length > 0
      ? paths.map((path) => (isPostgres(path) ? "PostgreSQL" : basename(path))).join(", ")
      : "a log in memory");
  const html = pageOf(name, answers, { read, alerts, truth, end, availability });
  return { html, path: out === undefined ? undefined : await written(html, out, work) };
}

/**
 * Maximum number of rows in a table. A site with an identifier in each path has more endpoints than people read or a
 * browser can sort.
 */
const mostRows = 1000;
const orTheFirst = (caption: string, { length }: { length: number }) =>
  length < mostRows ? caption : `${caption}; the first ${grouped(mostRows)} alone`;

/** Length in seconds of the steps in which failures are counted for alerts. */
const STEP = 60;

async function written(html: string, out: string, work: Work): Promise<string | undefined> {
  const outputs = new Outputs(work);
  try {
    const { put, path } = await outputs.open(out, "out");
    await put(new TextEncoder().encode(html));
    await outputs.commit();
    return path;
  } catch (error) {
    await outputs.discard();
    throw error;
  }
}

/** The answer key that was given, or the one beside the only log. */
async function answerKeyOf(
  key: string | AnswerKey | undefined,
  paths: readonly string[],
): Promise<AnswerKey | undefined> {
  if (key !== undefined) return readKey(key);
  if (paths.length !== 1 || isPostgres(paths[0])) return undefined;
  const beside = keyPathOf(paths[0]);
  const found = await stat(beside).catch(() => undefined);
  return found?.isFile() ? readKey(beside) : undefined;
}

interface Findings {
  readonly read: ReadLog | undefined;
  readonly alerts: readonly Alert[];
  readonly truth: AnswerKey | undefined;
  /** End of the log in milliseconds since 1970, which is the end of an alert that still fires. */
  readonly end: number;
  readonly availability: number;
}

const traffic: TimeChart = {
  id: "traffic-chart",
  title: "Requests over time, by how they ended",
  axis: "requests in each interval",
  time: "bucket",
  lines: [
    { name: "requests", title: "all requests", meaning: "requests" },
    { name: "client_errors", title: "client errors (4xx)", meaning: "client-error" },
    { name: "server_errors", title: "server errors (5xx)", meaning: "server-error" },
  ],
};
const errors: TimeChart = {
  id: "errors-chart",
  title: "Share of requests that failed over time",
  axis: "share of requests (%)",
  time: "bucket",
  decimals: 2,
  lines: [
    { name: "client_error_percent", title: "client errors (4xx)", meaning: "client-error" },
    { name: "server_error_percent", title: "server errors (5xx)", meaning: "server-error" },
  ],
};
const latency: TimeChart = {
  id: "latency-chart",
  title: "Response time over time",
  axis: "response time (ms)",
  time: "bucket",
  decimals: 2,
  logarithmic: true,
  lines: [
    { name: "p50_ms", title: "half are faster (median)", meaning: "typical" },
    { name: "p95_ms", title: "95 % are faster", meaning: "slow" },
  ],
};

const column = (name: string, title: string, more: Partial<Column> = {}): Column => ({
  name,
  title,
  ...more,
});
const columns = {
  codes: [
    column("status_code", "status code"),
    column("requests", "requests", { bar: true }),
    column("percent", "share (%)", { decimals: 2 }),
  ],
  failing: [
    column("endpoint", "endpoint"),
    column("failed", "failed", { bar: true }),
    column("client_errors", "client errors (4xx)"),
    column("server_errors", "server errors (5xx)"),
    column("requests", "requests"),
    column("failed_percent", "failed (%)", { decimals: 2 }),
  ],
  byEndpoint: [
    column("endpoint", "endpoint"),
    column("requests", "requests"),
    column("p50_ms", "median (ms)", { decimals: 2 }),
    column("p95_ms", "95 % faster than (ms)", { decimals: 2, bar: true }),
    column("p99_ms", "99 % faster than (ms)", { decimals: 2 }),
  ],
  histogram: [
    column("from_ms", "from (ms)", { decimals: 2 }),
    column("to_ms", "to (ms)", { decimals: 2 }),
    column("requests", "requests", { bar: true }),
  ],
  slowest: [
    column("response_time_ms", "response time (ms)", { decimals: 2, bar: true }),
    column("endpoint", "endpoint"),
    column("status_code", "status"),
    column("timestamp", "time (UTC)"),
    column("ip_address", "client"),
  ],
  clients: [
    column("ip_address", "client"),
    column("requests", "requests", { bar: true }),
    column("percent", "share (%)", { decimals: 2 }),
    column("failed_percent", "failed (%)", { decimals: 2 }),
    column("endpoints", "endpoints"),
    column("first_request", "first (UTC)"),
    column("last_request", "last (UTC)"),
  ],
  bots: [
    column("ip_address", "client"),
    column("requests", "requests", { bar: true }),
    column("signs", "signs"),
    column("because", "because"),
  ],
} as const;

function pageOf(
  name: string,
  answers: Record<"overview" | "codes" | "traffic" | "times" | keyof typeof columns, Columns>,
  { read, alerts, truth, end, availability }: Findings,
): string {
  const o = Object.fromEntries(Object.entries(answers.overview).map(([key, [value]]) => [key, value]));
  const happened = truth?.incidents.filter((incident) => incident.happened) ?? [];
  const bands: Band[] = [
    ...happened.map(
      ({ start, end: over }): Band => ({ kind: "incident", from: Date.parse(start), to: Date.parse(over) }),
    ),
    ...alerts.map((alert): Band => ({ kind: "alert", from: alert.start, to: alert.end ?? end })),
  ];
  const charts = [
    [traffic, answers.traffic],
    [errors, answers.traffic],
    [latency, answers.times],
  ] as const;
  const drawn = new Map(charts.map(([chart, answer]) => [chart, chartHtml(chart, answer)]));
  const key = bands.length === 0 ? "" : bandKey(bands);
  const tiles = [
    ["requests", numberText(Number(o.requests))],
    ["clients", numberText(Number(o.clients))],
    ["endpoints", numberText(Number(o.endpoints))],
    ["failed", o.failed_percent === null ? "–" : `${numberText(Number(o.failed_percent), 2)} %`],
    ["median response", o.p50_ms === null ? "–" : `${numberText(Number(o.p50_ms), 2)} ms`],
    ["95 % faster than", o.p95_ms === null ? "–" : `${numberText(Number(o.p95_ms), 2)} ms`],
  ];
  const span =
    o.first_request === null
      ? "It holds no request."
      : `From ${momentText(String(o.first_request))} to ${momentText(String(o.last_request))}, in UTC.`;
  const sections: [string, string, string][] = [
    ["read", "What was read", readHtml(read)],
    [
      "traffic",
      "Traffic",
      key + drawn.get(traffic) + sortableTable("Status codes", answers.codes, columns.codes),
    ],
    [
      "errors",
      "Errors",
      key +
        drawn.get(errors) +
        sortableTable(
          orTheFirst("Endpoints with failed requests, the most first", answers.failing.endpoint),
          answers.failing,
          columns.failing,
        ),
    ],
    [
      "times",
      "Response times",
      key +
        drawn.get(latency) +
        sortableTable(
          orTheFirst("By endpoint, the most requested first", answers.byEndpoint.endpoint),
          answers.byEndpoint,
          columns.byEndpoint,
        ) +
        sortableTable("How response times are distributed", answers.histogram, columns.histogram) +
        sortableTable("The slowest requests", answers.slowest, columns.slowest),
    ],
    [
      "clients",
      "Clients",
      sortableTable("The busiest clients", answers.clients, columns.clients) +
        sortableTable("Clients that behave as machines do", answers.bots, columns.bots),
    ],
    ["alerts", "Alerts", alertsHtml(alerts, end, availability)],
    ...(truth === undefined
      ? []
      : [["incidents", "Planted incidents", incidentsHtml(happened)] as [string, string, string]]),
  ];
  const body = [
    `<header><h1>${escapeHtml(visibleEnds(name, 120))}</h1><p>${escapeHtml(span)}</p></header>`,
    `<nav aria-label="Sections">${sections.map(([id, heading]) => `<a href="#${id}">${heading}</a>`).join("")}</nav>`,
    "<main>",
    `<dl class="tiles">${tiles.map(([label, value]) => `<div><dt>${label}</dt><dd>${escapeHtml(value)}</dd></div>`).join("")}</dl>`,
    ...sections.map(
      ([id, heading, html]) =>
        `<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>${html}</section>`,
    ),
    "</main>",
    '<footer><p class="faint">Made by server-logs.</p></footer>',
  ].join("\n");
  const data = {
    bands,
    charts: charts
      .filter(([, answer]) => answer.bucket.length > 0)
      .map(([chart, answer]) => chartData(chart, answer)),
  };
  return htmlPage(`${visibleEnds(name, 120)} – server log report`, body, data);
}

function bandKey(bands: readonly Band[]): string {
  const kinds = [
    ["incident", "a planted incident, by the answer key"],
    ["alert", "a burn-rate alert was on"],
  ].filter(([kind]) => bands.some((band) => band.kind === kind));
  return `<p class="key faint">${kinds.map(([kind, says]) => `<span><span class="swatch ${kind}"></span>${says}</span>`).join("")}</p>`;
}

/** How many lines of a log that had to be read first were read, quarantined and skipped. */
function readHtml(read: ReadLog | undefined): string {
  if (read === undefined)
    return "<p>Every record of the log is in this report: it was a table of the five fields already.</p>";
  const { lines, records, quarantined, skipped, warnings, sources } = read;
  const words = [
    `${grouped(lines)} lines = ${grouped(records)} records + ${grouped(quarantined)} that are no records and stand in no count below + ${grouped(skipped)} skipped (blank lines and headers).`,
    ...sources.map(({ name, why }) => `${visibleEnds(basename(name), 80)}: ${why}`),
    ...warnings,
  ];
  const shown = words.map((text) => `<p>${escapeHtml(visibleEnds(text, 400))}</p>`).join("");
  if (quarantined === 0) return shown;
  return (
    shown +
    sortableTable("Lines that are no records", read.reasons, [
      column("reason", "reason"),
      column("lines", "lines", { bar: true }),
    ])
  );
}

function alertsHtml(alerts: readonly Alert[], end: number, availability: number): string {
  const objective = `${numberText(100 * availability, 3).replace(/\.?0+$/, "")} %`;
  const rule = `<p>The objective: ${objective} of the requests do not end with a server error (5xx). An alert is on while the error budget burns too fast in a long and a short window, by the table of the SRE Workbook, chapter 5.</p>`;
  const iso = (time: number) => new Date(time).toISOString();
  const caption = orTheFirst("Burn-rate alerts", alerts);
  const shown = alerts.slice(0, mostRows);
  const table: Columns = {
    severity: shown.map(({ severity }) => severity ?? ""),
    start: shown.map(({ start }) => iso(start)),
    end: shown.map((alert) => (alert.end === undefined ? null : iso(alert.end))),
    minutes: shown.map((alert) => ((alert.end ?? end) - alert.start) / 60_000),
    why: shown.map(({ why }) => why ?? ""),
  };
  return (
    rule +
    sortableTable(caption, table, [
      column("severity", "severity"),
      column("start", "from (UTC)"),
      column("end", "to (UTC)"),
      column("minutes", "minutes"),
      column("why", "why"),
    ])
  );
}

function incidentsHtml(incidents: AnswerKey["incidents"]): string {
  const table: Columns = {
    id: incidents.map(({ id }) => id),
    kind: incidents.map(({ kind }) => kind.replaceAll("_", " ")),
    endpoints: incidents.map(({ endpoints }) => endpoints?.join(", ") ?? "all that suit"),
    start: incidents.map(({ start }) => start),
    end: incidents.map(({ end }) => end),
    added: incidents.map(({ added }) => added),
    altered: incidents.map(({ altered }) => altered),
    dropped: incidents.map(({ dropped }) => dropped),
  };
  return sortableTable("Incidents of the answer key", table, [
    column("id", "incident"),
    column("kind", "kind"),
    column("endpoints", "endpoints"),
    column("start", "from (UTC)"),
    column("end", "to (UTC)"),
    column("added", "requests added"),
    column("altered", "altered"),
    column("dropped", "dropped"),
  ]);
}
