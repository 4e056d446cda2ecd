import { basename } from "node:path";
import { grouped } from "../digits.js";
import type { Alert } from "../monitor/alert.js";
import type { ReadLog } from "../read/read.js";
import type { Columns } from "../record.js";
import type { AnswerKey } from "../truth/answerKey.js";
import { escapeHtml, visibleEnds } from "../visible.js";
import { type Band, chartData, chartHtml, type TimeChart } from "./chart.js";
import { htmlPage } from "./page.js";
import { type Column, momentText, numberText, sortableTable, withMoments } from "./table.js";

/**
 * Maximum number of rows in a table. A site with an identifier in each path has more endpoints than people read or a
 * browser can sort.
 */
export const mostRows = 1000;
const orTheFirst = (caption: string, { length }: { length: number }) =>
  length < mostRows ? caption : `${caption}; the first ${grouped(mostRows)} alone`;

/** What a report says besides the answers to its questions. */
export interface Findings {
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

/**
 * The page of a report: its sections, with their charts and tables, in order.
 * @param name heading of the page @param answers by section, the answers to the report's questions
 */
export function pageOf(
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
    ["median response", durationText(o.p50_ms)],
    ["95 % faster than", durationText(o.p95_ms)],
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
    `<header><h1>${escapeHtml(visibleEnds(name, 120))}</h1><p>${withMoments(span)}</p></header>`,
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

function durationText(ms: unknown): string {
  return ms === null ? "–" : `${numberText(Number(ms), Number.isInteger(ms) ? 0 : 2)} ms`;
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
