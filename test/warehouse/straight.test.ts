/** Straight from a server's own log to the answer, and SQL itself as a question. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it, vi } from "vitest";
import { validate } from "#lib/check/validate/validate";
import { ask } from "#lib/warehouse/ask";
import { shell } from "../cli/shell.js";

const folder = mkdtempSync(join(tmpdir(), "straight-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const cli = (...args: string[]) => shell(args);

const line = (second: number, path: string, status: number) =>
  `10.0.0.${second} - - [05/Jan/2026:00:00:0${second} +0100] "GET ${path} HTTP/1.1" ${status} 5 "-" "x"\n`;
const text = `${line(1, "/a?x=1", 200)}${line(2, "/b", 404)}junk\n${line(1, "/b", 500)}`;
const access = put("access.log", text);

it("a server's own log is read at the first question, and the parse kept until the log changes", async () => {
  const onRead = vi.fn();
  const log = put("kept.log", text);
  expect((await ask("overview", log, {}, { onRead })).requests).toEqual([3]);
  expect(await ask("status_codes", log, {}, { onRead })).toMatchObject({ status_code: [200, 404, 500] });
  expect(onRead.mock.calls.map(([{ records, quarantined }]) => [records, quarantined])).toEqual([[3, 1]]);
  writeFileSync(log, `${text}${line(4, "/a", 200)}`);
  expect((await ask("overview", log, {}, { onRead })).requests).toEqual([4]);
  expect(onRead).toHaveBeenCalledTimes(2);
});

it("an answer that is given again is the caller's own", async () => {
  const first = await ask("status_codes", access);
  (first.status_code as unknown[]).length = 0;
  expect(await ask("status_codes", access)).toMatchObject({ status_code: [200, 404, 500] });
});

it("the options of read say how, for a CSV as well", async () => {
  const paths = async (source: string, options: object) =>
    (await ask("SELECT endpoint FROM requests ORDER BY timestamp", source, {}, options)).endpoint;
  expect(await paths(access, {})).toEqual(["/a", "/b", "/b"]);
  expect(await paths(access, { query: "keep" })).toEqual(["/a?x=1", "/b", "/b"]);
  const csv = put("ids.csv", "time,ip,path,status\n2026-01-05T00:00:00Z,10.0.0.1,/users/7,200\n");
  expect(await paths(csv, { identifiers: "fold" })).toEqual(["/users/{id}"]);
  await expect(ask("overview", access, {}, { query: "both" } as never)).rejects.toThrow(/^query: "both"/);
  await expect(ask("overview", access, {}, { out: "x.csv" } as never)).rejects.toThrow(/no option "out"/);
});

it("a pattern takes rotated logs, packed ones among them, and a damaged one is refused", async () => {
  put("web.log", line(3, "/c", 200));
  put("web.log.1.gz", gzipSync(text));
  const sql = "SELECT count(*) AS n, count(DISTINCT endpoint) AS paths FROM requests";
  expect(await ask(sql, join(folder, "web.log*"))).toEqual({ n: [4], paths: [3] });
  put("web.log.1.gz", gzipSync(text).subarray(0, 90));
  await expect(ask(sql, join(folder, "web.log*"))).rejects.toThrow(/web\.log\.1\.gz" is damaged/);
});

it("SQL itself takes parameters by $name, where no quotes or comments hold them", async () => {
  const sql = `WITH found AS (SELECT * FROM requests WHERE endpoint = $path) -- not $this
    SELECT '$path' AS word, count(*) AS n, $day AS day FROM found WHERE status_code >= $least`;
  const day = new Date("2026-01-05T00:00:00.000Z");
  expect(await ask(sql, access, { path: "/b", least: 500, day })).toEqual({
    word: ["$path"],
    n: [1],
    day: ["2026-01-05T00:00:00Z"],
  });
  // a value is a value, whatever it holds
  expect((await ask(sql, access, { path: "' OR 1=1 --", least: 1, day })).n).toEqual([0]);
  await expect(ask(sql, access, { path: "/b", day })).rejects.toThrow(/asks for "\$least"/);
  await expect(ask(sql, access, { path: "/b", day, least: 1, most: 2 })).rejects.toThrow(
    /no parameter "\$most"/,
  );
  await expect(ask("SELECT 1; DROP TABLE requests", access)).rejects.toThrow(/^question: "SELECT 1; DROP/);
});

it.each(["limit", "from", "order", "end", "perMinute"])("a parameter may be called $%s", async (name) => {
  const sql = `SELECT count(*) AS n FROM requests WHERE status_code >= $${name}`;
  expect(await ask(sql, access, { [name]: 404 })).toEqual({ n: [2] });
});

it.each([
  [
    "SELECT enpoint FROM requests",
    'Referenced column "enpoint" not found in FROM clause! Candidate bindings: "endpoint"',
  ],
  ["SELECT * FROM logs", "Table with name logs does not exist! The records are the table requests."],
  ["SELECT cout(*) FROM requests", 'Function with name cout does not exist! Did you mean "count"?'],
])("SQL that is wrong is told with its remedy: %s", async (sql, words) => {
  await expect(ask(sql, access)).rejects.toThrow(words);
});

it("validate of a server's own log asks whether every line is a record; time order is a warning", async () => {
  const { valid, records, rules } = await validate(access);
  expect([valid, records]).toEqual([false, 3]);
  const broken = rules.rule.flatMap((rule, i) =>
    rules.broken[i] === 0 ? [] : [[rule, rules.level[i], rules.broken[i], rules.first_line[i]]],
  );
  expect(broken).toEqual([
    ["record", "error", 1, 3],
    ["order", "warning", 1, 4],
  ]);
  expect(rules.rule).toEqual(["record", "complete", "order"]); // no header, no quotes: those are of a CSV
  const early = put(
    "early.log",
    `junk\n\njunk\n${line(2, "/a", 200)}\n${line(1, "/b", 200)}${line(1, "/b", 200)}`,
  );
  expect((await validate(early)).rules.first_line).toEqual([1, null, 6]); // as awk's NR
  expect((await validate(access)).summary).toMatch(/: 3 records, 1 of 3 rules broken, 1 with a warning\n/);
  expect(await validate(put("sound.log", line(1, "/", 200)))).toMatchObject({ valid: true, records: 1 });
  // what is a CSV, sound or not, is checked as one
  const renamed = put("renamed.csv", "time,ip,path,status\n2026-01-05T00:00:00Z,10.0.0.1,/,200\n");
  expect((await validate(renamed)).rules.broken[0]).toBe(1); // the header
});

it("in a shell: data to standard output, what became of the lines to standard error", async () => {
  const asked = await cli(
    "ask",
    "SELECT count(*) AS n FROM requests WHERE status_code >= $least",
    "--on",
    access,
    "--set",
    "least=400",
    "--csv",
  );
  expect([asked.status, asked.stdout]).toEqual([0, "n\n2\n"]);
  expect(asked.stderr).toContain("4 lines = 3 records + 1 in quarantine + 0 skipped");
  const checked = await cli("validate", access, "--json", "--keep-query");
  expect([checked.status, JSON.parse(checked.stdout).records]).toEqual([1, 3]);
});

it("a cell of a CSV answer is quoted for each of a comma, a quote and a line feed alone", async () => {
  const sql = `SELECT 'a,b' AS "x,y", 'a"b' AS q, 'a' || chr(10) || 'b' AS l, 'plain' AS p`;
  const { stdout } = await cli("ask", sql, "--on", access, "--csv");
  expect(stdout).toBe('"x,y",q,l,p\n"a,b","a""b","a\nb",plain\n');
});

it("a CSV answer in pieces is what the whole answer says, the form of its moments too", async () => {
  const rows = "SELECT TIMESTAMP '2026-01-05' + INTERVAL 1 SECOND * i AS t, i AS n FROM range(5000) AS r(i)";
  for (const [last, form] of [
    ["00:00:00", "2026-01-05T00:00:00Z,0"],
    ["00:00:00.5", "2026-01-05T00:00:00.000Z,0"], // the last of three pieces decides how the first is written
  ]) {
    const sql = `${rows} UNION ALL SELECT TIMESTAMP '2026-02-01 ${last}', 0`;
    const { t, n } = await ask(sql, access);
    const { stdout } = await cli("ask", sql, "--on", access, "--csv");
    expect(stdout).toBe(`${["t,n", ...t.map((time, i) => `${time},${n[i]}`)].join("\n")}\n`);
    expect(stdout.split("\n")[1]).toBe(form);
  }
  const { stdout } = await cli("ask", "SELECT 1 AS n WHERE false", "--on", access, "--csv");
  expect(stdout).toBe("n\n");
});
