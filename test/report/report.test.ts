/** The report: one page, whole in itself, that shows hostile text as text and the numbers that the questions give. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { JSDOM } from "jsdom";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { report as reportInCell } from "#lib/notebook/verbs";
import { csvHeader } from "#lib/record";
import { report } from "#lib/report/report";
import { sortableTable } from "#lib/report/table";
import { ask } from "#lib/warehouse/ask";
import { generate } from "#lib/write/generate";
import { shell } from "../cli/shell.js";

const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "report-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
// biome-ignore lint/suspicious/noExplicitAny: jsdom has no types here, and the tests no DOM
type Page = any;

/** The cells of a table of the page, by its caption. */
function cells(page: Page, caption: string): string[][] {
  const tables: Page[] = Array.from(page.querySelectorAll("table"));
  const table = tables.find((each) => each.caption?.textContent === caption);
  return Array.from<Page>(table?.tBodies[0].rows ?? []).map((row) =>
    Array.from<Page>(row.cells).map((cell) => cell.textContent ?? ""),
  );
}

describe("of a generated log", () => {
  let html: string;
  let page: Page;
  beforeAll(async () => {
    await generate({ rows: 20_000, seed: 3, incidents: ["checkout_outage"], out: at("shop.csv") });
    ({ html } = await report(at("shop.csv"), { availability: 0.97 }));
    page = new JSDOM(html).window.document as Page;
  });

  it("says what the questions answer", async () => {
    const codes = await ask("status_codes", at("shop.csv"));
    expect(cells(page, "Status codes").map(([code]) => Number(code))).toEqual(codes.status_code);
    expect(cells(page, "Status codes").map(([, n]) => Number(n.replaceAll(",", "")))).toEqual(codes.requests);
    const data = JSON.parse(page.getElementById("data")!.textContent!);
    const traffic = await ask("traffic_over_time", at("shop.csv"));
    expect(data.charts[0].data[1]).toEqual(traffic.requests);
  });

  it("shows the incident of the answer key that stands beside the log, as a row and behind the charts", () => {
    const [row] = cells(page, "Incidents of the answer key");
    expect(row.slice(0, 3)).toEqual(["checkout_outage", "outage", "/checkout"]);
    const { bands } = JSON.parse(page.getElementById("data")!.textContent!);
    const [incident] = bands.filter(({ kind }: { kind: string }) => kind === "incident");
    expect(new Date(incident.from).toISOString()).toContain(row[3].replace(" ", "T"));
  });

  it("breaks no moment, and a path only behind its slashes", () => {
    const stated: string[] = Array.from<Page>(page.querySelectorAll(".facts, header p")).map(
      (each) => each.textContent,
    );
    const whole: string[] = Array.from<Page>(page.querySelectorAll("span.moment")).map(
      (each) => each.textContent,
    );
    const moments = stated.join(" ").match(/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?( UTC)?/g)!;
    expect(moments.length).toBeGreaterThan(5);
    expect(whole).toEqual(expect.arrayContaining(moments));
    expect(html).toContain("<td>/api/<wbr>recommendations</td>");
  });

  it("gives whole numbers no decimals, and a reason in full", async () => {
    const edges = cells(page, "How response times are distributed").flatMap(([from, to]) => `${from} ${to}`);
    expect(edges.length).toBeGreaterThan(5);
    expect(edges.filter((edge) => edge.includes("."))).toEqual([]);
    const strict: Page = new JSDOM((await report(at("shop.csv"))).html).window.document;
    const reasons = cells(strict, "Burn-rate alerts").map((row) => row.at(-1)!);
    expect(reasons.length).toBeGreaterThan(0);
    for (const why of reasons)
      expect(why).toMatch(/^\d+ of \d+ requests in the last .* were bad: .* over 30 days\)$/);
  });

  it("gives the numbers that its log has, counted without the library", () => {
    const records = readFileSync(at("shop.csv"), "latin1").trimEnd().split("\n").slice(1);
    const fields = records.map((line) => line.split(","));
    const distinct = (i: number) => new Set(fields.map((record) => record[i])).size;
    const failed = fields.filter(([, , , status]) => Number(status) >= 400).length;
    const tiles = Array.from<Page>(page.querySelectorAll(".tiles div")).map((tile) => tile.textContent);
    expect(tiles).toEqual(
      expect.arrayContaining([
        `requests${fields.length.toLocaleString("en-US")}`,
        `clients${distinct(1).toLocaleString("en-US")}`,
        `failed${((100 * failed) / fields.length).toFixed(2)} %`,
      ]),
    );
    const times = fields.map(([time]) => time.replace("T", " ").slice(0, 19)).sort();
    expect(page.querySelector("header p")!.textContent).toBe(`From ${times[0]} to ${times.at(-1)}, in UTC.`);
    const slowest = fields.map((record) => Number(record[4])).sort((a, b) => b - a);
    const shown = cells(page, "The slowest requests").map(([time]) => time);
    const text = (ms: number) =>
      ms.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    expect(shown).toEqual(slowest.slice(0, shown.length).map(text));
    const { charts } = JSON.parse(page.getElementById("data")!.textContent!);
    expect(charts.map(({ logarithmic }: { logarithmic: boolean }) => logarithmic)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("draws a bar for each number of a column that has bars, in proportion to the largest", async () => {
    const probes = [1, 1, 2, 1].map((n) => `2026-01-05T00:00:00.000Z,192.0.2.${n},/wp-login.php,404,1.00`);
    const probed = await report({ csv: Buffer.from(`${[csvHeader, ...probes].join("\n")}\n`), records: 4 });
    const pages = [page, new JSDOM(probed.html).window.document as Page];
    for (const [caption, at] of [
      ["Status codes", 1],
      ["How response times are distributed", 2],
      ["The slowest requests", 0],
      ["The busiest clients", 1],
      ["Clients that behave as machines do", 1],
    ] as const) {
      const table = pages
        .flatMap((each) => Array.from<Page>(each.querySelectorAll("table")))
        .find((each) => each.caption?.textContent === caption);
      const column = Array.from<Page>(table.tBodies[0].rows).map((row) => row.cells[at]);
      const numbers = column.map((cell) => Number(cell.getAttribute("data-value")));
      const widths = column.map((cell) => cell.querySelector("rect")?.getAttribute("width"));
      expect(widths).toEqual(numbers.map((number) => ((100 * number) / Math.max(...numbers)).toFixed(2)));
    }
  });

  it("says for how many minutes an alert was on", async () => {
    const strict: Page = new JSDOM((await report(at("shop.csv"))).html).window.document;
    const alerts = cells(strict, "Burn-rate alerts").filter(([, , to]) => to !== "–");
    expect(alerts.length).toBeGreaterThan(0);
    for (const [, from, to, minutes] of alerts) {
      const took = (Date.parse(`${to}Z`) - Date.parse(`${from}Z`)) / 60_000;
      expect(Math.abs(Number(minutes.replaceAll(",", "")) - took)).toBeLessThan(0.1);
    }
  });

  it("needs no network, and lets nothing run but its own script", () => {
    const policy = page.querySelector("meta[http-equiv]")!.getAttribute("content")!;
    expect(policy).toContain("default-src 'none'");
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const [script] = Array.from<Page>(page.querySelectorAll("script:not([type])")).map(
      (each) => each.textContent!,
    );
    expect(policy).toContain(`script-src ${hash(script)}`);
    expect(policy).toContain(`style-src ${hash(page.querySelector("style")!.textContent!)}`);
    expect(page.querySelectorAll("[src], link, [style], [onclick], iframe, img").length).toBe(0);
    expect(Buffer.byteLength(html)).toBeLessThan(300_000);
  });
});

it("of a log without a record says so, and draws no chart", async () => {
  writeFileSync(at("empty.csv"), `${csvHeader}\n`);
  const page: Page = new JSDOM((await report(at("empty.csv"))).html).window.document;
  expect(page.querySelector("header p")!.textContent).toBe("It holds no request.");
  expect(page.querySelector(".tiles")!.textContent).toContain("failed–");
  expect(JSON.parse(page.getElementById("data")!.textContent!)).toMatchObject({ charts: [], bands: [] });
  writeFileSync(at("one.csv"), `${csvHeader}\n2026-01-05T00:00:00.000Z,192.0.2.1,/a,200,1.00\n`);
  const one: Page = new JSDOM((await report(at("one.csv"))).html).window.document;
  const { charts } = JSON.parse(one.getElementById("data")!.textContent!);
  expect(charts.map(({ data }: { data: number[][] }) => data[1])).toEqual([[1], [0], [1]]);
});

describe("a table", () => {
  const drawn = (values: string[]): Page =>
    new JSDOM(sortableTable("Table", { a: values }, [{ name: "a", title: "A" }])).window.document;
  it("can be filtered from eleven rows on", () => {
    for (const [rows, filters] of [
      [1, 0],
      [10, 0],
      [11, 1],
    ])
      expect(drawn(new Array(rows).fill("/a")).querySelectorAll("input").length).toBe(filters);
  });

  it("shows 64 characters of a word and 640 of a sentence, and of what is longer 640 on asking", () => {
    const sentence = "word of words ".repeat(100);
    const longest = [
      ["/".padEnd(64, "a"), undefined],
      ["/".padEnd(65, "a"), 65],
      ["/".padEnd(900, "a"), 640],
    ] as const;
    for (const [text, asked] of longest) {
      const cell = drawn([text]).querySelector("td");
      expect(cell.textContent.length).toBeLessThanOrEqual(64 + 20); // what was left out is told, too
      expect(cell.textContent === text).toBe(asked === undefined);
      const title = cell.getAttribute("title");
      if (asked === undefined) expect(title).toBeNull();
      else if (asked === text.length) expect(title).toBe(text);
      else expect(Math.abs(title.length - asked)).toBeLessThan(21);
    }
    expect(
      drawn([sentence.slice(0, 639)])
        .querySelector("td")
        .getAttribute("title"),
    ).toBeNull();
    expect(drawn([sentence]).querySelector("td").getAttribute("title").length).toBeLessThan(661);
  });
});

it("shows hostile text as text", async () => {
  const hostile = [
    "/<script>alert(1)</script>",
    '/"><img src=x onerror=alert(2)>',
    "/</script><b>",
    "/\u202Egnp.exe",
    "/&lt;",
  ];
  const lines = hostile.map(
    (path, i) => `2026-01-05T00:00:0${i}.000Z,192.0.2.1,"${path.replaceAll('"', '""')}",500,1.00`,
  );
  writeFileSync(at("hostile.csv"), `${[csvHeader, ...lines].join("\n")}\n`);
  const { html } = await report(at("hostile.csv"), { title: "<b>t</b>" });
  const page: Page = new JSDOM(html).window.document;
  expect(page.querySelectorAll("img, b").length).toBe(0);
  expect(page.querySelectorAll("script").length).toBe(2); // the data and our own
  expect(html).not.toContain("\u202E");
  const shown = cells(page, "Endpoints with failed requests, the most first").map(([endpoint]) => endpoint);
  expect(shown).toContain("/<script>alert(1)</script>");
  expect(shown).toContain("/\\u202egnp.exe");
  expect(page.querySelector("h1")!.textContent).toBe("<b>t</b>");
});

it("of a server's own log says how many lines were no records", async () => {
  const excerpt = readFileSync(
    fileURLToPath(new URL("../../data/apache_excerpt.log", import.meta.url)),
    "utf8",
  );
  writeFileSync(at("access.log"), `${excerpt}what is this?\n`);
  const page: Page = new JSDOM((await report(at("access.log"))).html).window.document;
  expect(page.body.textContent).toContain("501 lines = 499 records + 2 that are no records");
});

it.each([
  [["--availability", "1"], /availability: must be|slo\.objective: must be/],
  [["--title", ""], /title: must be a text/],
  [["--key", "missing.json"], /key: cannot read/],
])("refuses %j in one sentence, and writes nothing", async (args, message) => {
  const run = await shell(["report", at("hostile.csv"), "--out", at("no.html"), ...args]);
  expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(run.stderr.trim().split("\n").length).toBe(1);
  expect(existsSync(at("no.html"))).toBe(false);
});

it("of the command line is the same page", async () => {
  const args = ["report", at("hostile.csv"), "--out", at("shell.html")];
  expect(spawnSync(process.execPath, [cli, ...args]).status).toBe(0);
  expect(readFileSync(at("shell.html"), "utf8")).toBe((await report(at("hostile.csv"))).html);
});

it("never stands on the log", async () => {
  await expect(report(at("hostile.csv"), { out: at("hostile.csv") })).rejects.toThrow(
    /^out: .* is the log itself/,
  );
});

describe("of a log with a path of its own in each request", () => {
  it("shows the first thousand of its endpoints, says so, and is no larger than a mail may be", async () => {
    const lines = [csvHeader];
    for (let i = 0; i < 200_000; i++) lines.push(`2026-01-05T00:00:00.000Z,192.0.2.1,/item/${i},500,1.00`);
    const { html } = await report({ csv: Buffer.from(`${lines.join("\n")}\n`), records: 200_000 });
    const { document } = new JSDOM(html).window as Page;
    for (const caption of [
      "By endpoint, the most requested first",
      "Endpoints with failed requests, the most first",
    ])
      expect(cells(document, `${caption}; the first 1,000 alone`).length).toBe(1000);
    expect(html.length).toBeLessThan(3_000_000);
  });
});

describe("in a cell", () => {
  it("is the page of a log in memory, and says in a line what it is", async () => {
    const made = await reportInCell(await generate({ rows: 500, seed: 3 }), { out: at("cell.html") });
    expect(made.html).toBe(readFileSync(at("cell.html"), "utf8"));
    expect(inspect(made)).toMatch(/^a report of [\d,]+ bytes, in \S*cell\.html$/);
  });
});
