import fc from "fast-check";
import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { columnsTable, htmlTable, textTable } from "#lib/notebook/table";
import { visible, visibleEnds } from "#lib/visible";

const body = (html: string) => new JSDOM(html).window.document.body; // a browser's own parser judges the HTML
const cellsOf = (html: string) => Array.from(body(html).querySelectorAll("td"), (cell) => cell.textContent);
const tagsOf = (html: string) =>
  [...new Set(Array.from(body(html).querySelectorAll("*"), (one) => one.tagName.toLowerCase()))].sort();

describe("text of a log in a cell", () => {
  test.each([
    ["/plain", "/plain"],
    ["/<img src=x onerror=alert(1)>", "/<img src=x onerror=alert(1)>"],
    ["</td></table><script>alert(1)</script>", "</td></table><script>alert(1)</script>"],
    ["/a\u202egnp.exe", "/a\\u202egnp.exe"], // a bidirectional override would show gnp.exe backwards
    ["a\u200bb\ufeff", "a\\u200bb\\ufeff"],
    ["line\nfeed\ttab\r\0", "line\\nfeed\\ttab\\r\\0"],
    ["\x1b[31mred", "\\u001b[31mred"],
    ["\ud800 alone", "\\ud800 alone"],
    ["日本語 ünï 🙂", "日本語 ünï 🙂"],
    ["&lt;b&gt;", "&lt;b&gt;"],
  ])("%j is shown as %j", (text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(cellsOf(htmlTable(columnsTable({ endpoint: [text] })))).toEqual([shown]);
  });

  test("any text, as value, column or index, is text and no element", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const html = htmlTable({ columns: [text], rows: 1, label: () => text, cell: () => text });
        const ours = tagsOf(html).filter((tag) => !["span", "wbr"].includes(tag)); // where a line may break, or not
        expect(ours).toEqual(["div", "table", "tbody", "td", "th", "thead", "tr"]);
        expect(cellsOf(html)).toEqual([visible(text)]);
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });

  test("a value of 100 kB is cut in its middle, and more of it is a tooltip", () => {
    const text = `/start${"x".repeat(100_000)}/end`;
    const html = htmlTable(columnsTable({ endpoint: [text] }));
    expect(html.length).toBeLessThan(1000);
    expect(cellsOf(html)).toEqual([visibleEnds(text)]);
    expect(body(html).querySelector("td")!.getAttribute("title")).toBe(visible(text, 300));
    expect(body(htmlTable(columnsTable({ endpoint: ["/short"] }))).querySelector("[title]")).toBeNull();
    expect(visible(text)).toHaveLength(80);
    expect(visible(text)).toMatch(/^\/startx+…$/);
    expect(visibleEnds(text)).toMatch(/^\/startx+…x+\/end$/);
    expect(visible("🙂".repeat(80))).toBe("🙂".repeat(80)); // characters are counted, not code units
    expect(Array.from(visible("🙂".repeat(81)))).toHaveLength(80);
  });

  test("MathJax is told to leave the table alone, for a log may hold $…$", () => {
    expect(
      body(htmlTable(columnsTable({ a: ["$x$"] }))).querySelector(".tex2jax_ignore.mathjax_ignore td"),
    ).not.toBeNull();
  });
});

describe("a table", () => {
  test("is a data frame for the notebook's styles: text to the left, numbers to the right by default", () => {
    const time = new Date("2026-01-05T00:00:00Z");
    const columns = {
      endpoint: ["/a"],
      requests: [1],
      time: [time],
      query: ["x".repeat(50)],
      why: ["4 % fail, usual is 1"],
    };
    const table = body(htmlTable(columnsTable(columns))).querySelector("table.dataframe")!;
    const align = Array.from(table.querySelectorAll("tbody td"), (cell) => cell.getAttribute("style"));
    // A path, a number and a moment stay on one line in the narrowest window; a long text does not.
    const whole = "white-space: nowrap;";
    expect(align).toEqual([
      `text-align: left; ${whole}`,
      whole,
      `text-align: left; ${whole}`,
      "text-align: left; min-width: 12em; overflow-wrap: anywhere;", // and does not take a line for each word
      "text-align: left; min-width: 4.5em;",
    ]);
    expect(table.outerHTML).not.toMatch(/color|background/);
  });

  test("may be broken in its columns' names and paths, and never in a moment or a range of numbers", () => {
    const example = "2026-01-05T09:05:17.000Z,192.0.2.7,/api/recommendations/for_you,200,84–100 of 2";
    const html = htmlTable(columnsTable({ server_error_percent: [example] }));
    expect(html).toContain('<th style="text-align: left;">server_<wbr>error_<wbr>percent</th>');
    const cell = body(html).querySelector("td")!;
    expect(
      Array.from(cell.querySelectorAll("span"), (span) => [span.textContent, span.getAttribute("style")]),
    ).toEqual([
      ["2026-01-05T09:05:17.000Z", "white-space: nowrap;"],
      ["84–100", "white-space: nowrap;"],
    ]);
    expect(cell.innerHTML).toContain("/api/<wbr>recommendations/<wbr>for_<wbr>you,<wbr>200");
    expect(cell.textContent).toBe(example);
    const labelled = htmlTable({
      columns: [],
      rows: 1,
      label: () => "latency:ErrorsForAnHour",
      cell: () => 0,
    });
    expect(labelled).toContain("<th>latency:<wbr>Errors<wbr>For<wbr>An<wbr>Hour</th>");
  });

  test("shows a sentence whole, which a page can break, and cuts a path", () => {
    const why =
      "10142 of 328792 requests in the last 72 h were bad: burn rate 1.03, over 1 in 72 h and in 6 h";
    const path = "/p".repeat(60);
    const cells = body(htmlTable(columnsTable({ why: [why], path: [path] }))).querySelectorAll("td");
    expect(Array.from(cells, (cell) => [cell.textContent, cell.getAttribute("title")])).toEqual([
      [why, null],
      [visibleEnds(path), path],
    ]);
    expect(textTable(columnsTable({ why: [why] }))).toContain(visibleEnds(why));
  });

  test.each([
    [
      ["2026-01-05T13:12:00.000Z", "", null],
      ["2026-01-05T13:12Z", "", ""],
    ],
    [[new Date("2026-01-05T13:12:00Z")], ["2026-01-05T13:12Z"]],
    [
      ["2026-01-05T13:12:00.000Z", "2026-01-05T13:12:07.000Z"],
      ["2026-01-05T13:12:00Z", "2026-01-05T13:12:07Z"],
    ],
    [
      ["2026-01-05T13:12:00.000Z", "2026-01-05T13:12:07.001Z"],
      ["2026-01-05T13:12:00.000Z", "2026-01-05T13:12:07.001Z"],
    ],
    [
      ["2026-01-05T13:12:00.000Z", "none"],
      ["2026-01-05T13:12:00.000Z", "none"],
    ],
    [["12:00.000Z"], ["12:00.000Z"]],
    [
      ["", null],
      ["", ""],
    ],
  ])("writes the moments %j with the places that one of them needs: %j", (values, shown) => {
    expect(cellsOf(htmlTable(columnsTable({ start: values })))).toEqual(shown);
    for (const [i, text] of shown.entries())
      if (text.endsWith("Z") && text.length > 11)
        expect(Date.parse(text)).toBe(new Date(values[i]!).getTime());
  });

  test("up to 60 rows is whole; a longer one shows five at each end and its size", () => {
    const rows = (n: number) =>
      columnsTable({ n: Array.from({ length: n }, (_, i) => i), one: new Array(n).fill("x") });
    expect(cellsOf(htmlTable(rows(60)))).toHaveLength(120);
    const html = htmlTable(rows(1000));
    const numbers = cellsOf(html).filter((_, i) => i % 2 === 0);
    expect(numbers).toEqual(["0", "1", "2", "3", "4", "…", "995", "996", "997", "998", "999"]);
    expect(body(html).querySelector("p")!.textContent).toBe("1,000 rows × 2 columns");
    expect(textTable(rows(1000)).split("\n").at(-1)).toBe("1,000 rows × 2 columns");
  });

  test("of more than 20 columns shows ten at each end", () => {
    const columns = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`c${i}`, [i]]));
    expect(textTable(columnsTable(columns))).toMatch(/c9 +… +c20.*\n.*\n\n1 row × 30 columns$/);
  });

  test("as text is aligned", () => {
    expect(
      textTable(columnsTable({ endpoint: ["/", "/checkout"], requests: [20_000, 7], percent: [0.5, 12.25] })),
    ).toBe(
      [
        "   endpoint   requests  percent",
        "0  /            20,000     0.50",
        "1  /checkout         7    12.25",
      ].join("\n"),
    );
  });

  test.each([
    [
      [200, 404, 2026],
      ["200", "404", "2026"],
    ],
    [
      [9_999, 1_000_000],
      ["9,999", "1,000,000"],
    ],
    [
      [0.1, 0.25],
      ["0.10", "0.25"],
    ],
    [
      [1 / 3, 2],
      ["0.333", "2.000"],
    ],
    [
      [123.456, 1],
      ["123.46", "1.00"],
    ],
    [
      [0.0012345, 0.1],
      ["0.001235", "0.100000"],
    ],
    [
      [1e21, 1],
      ["1.000e+21", "1.000e+0"],
    ],
    [
      [1, Number.NaN, Number.POSITIVE_INFINITY],
      ["1", "NaN", "Infinity"],
    ],
    [
      [1, null],
      ["1", ""],
    ],
    [
      [-0.5, -12],
      ["-0.5", "-12.0"],
    ],
  ])("writes the numbers %j as %j", (values, shown) => {
    expect(cellsOf(htmlTable(columnsTable({ n: values })))).toEqual(shown);
  });

  test("without rows or columns says so", () => {
    expect(textTable(columnsTable({ a: [], b: [] }))).toContain("(no rows, 2 columns)");
    expect(tagsOf(htmlTable(columnsTable({})))).toContain("table");
  });
});
