// A log whose paths are attacks, and a notebook that reads, queries, checks and draws it.

/** Attacks on tables, charts, pages and eyes. */
export const paths = [
  "/<img src=x onerror=alert(1)>",
  "/<script>window.attacked=2</script>",
  "/<a href='javascript:alert(3)'>b</a>",
  "/<b>bold</b>&lt;",
  "/%{y}$\\\\alpha$",
  "/\u202egnp.exe\u200b",
];

/** A line of HAProxy, which writes a path as the client sent it. */
const haproxyLine = (path: string, second: number) =>
  `Jan  5 00:00:0${second} localhost haproxy[1]: 203.0.113.9:1 [05/Jan/2026:00:00:0${second}.000] http web/a 0/0/0/1/1 500 9 - - ---- 0/0/0/0/0 0/0 "GET ${path} HTTP/1.1"`;

export const hostileCsv = [
  "timestamp,ip_address,endpoint,status_code,response_time_ms",
  ...paths.map((path, i) => `2026-01-05T00:00:0${i}.000Z,203.0.113.9,"${path}",500,1.00`),
  "",
].join("\n");

export const hostileHaproxy = paths
  .map((path, i) => `${haproxyLine(path.replaceAll(" ", "%20"), i)}\n`)
  .join("");

/** Asks and draws `../data/hostile.csv` and `../data/hostile.log`; shows a cell of 100 kB. */
export const hostileCells = [
  'import { ask, chart, read, validate } from "server-logs"; import * as dfd from "danfojs-node";',
  'const failing = await ask("failing_endpoints", "../data/hostile.csv"); failing',
  'chart.bars(failing, { x: "endpoint", y: "failed", title: "<img src=x onerror=alert(4)>" })',
  'new dfd.DataFrame({ text: ["x".repeat(100_000) + "<img src=x onerror=alert(5)>", "<script>alert(6)</script>"] })',
  'await validate("../data/hostile.csv")',
  'const real = await read("../data/hostile.log", { format: "haproxy" });\nreal',
  'await ask("slowest_requests", real)',
];
