/// <reference lib="dom" />
/**
 * The workbench as its users see it: Debian's chromium in a real JupyterLab. Screenshots stay in
 * test/screenshots/, to be looked at.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostileCells, hostileCsv, hostileHaproxy } from "./hostile.js";
import { type Lab, python, startBrowser, startLab } from "./lab.js";
import { NotebookPage } from "./notebookPage.js";

describe("the workbench in JupyterLab", { tags: ["chromium"] }, () => {
  let lab: Lab;
  let browser: Browser;
  let notebook: NotebookPage;

  beforeAll(async () => {
    lab = await startLab();
    const write = (path: string, text: string) => writeFileSync(join(lab.folder, path), text);
    write("notebooks/hostile.ipynb", notebookOf(hostileCells));
    write("notebooks/long.ipynb", notebookOf(longCells));
    write("data/hostile.csv", hostileCsv);
    write("data/hostile.log", hostileHaproxy);
    browser = await startBrowser();
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    notebook = await NotebookPage.in(context, lab);
  });
  afterAll(async () => {
    await browser?.close();
    await lab?.end();
  });

  it("opens with its saved tables and the pictures of its charts, asking and running nothing", async () => {
    await notebook.open("generate_logs.ipynb");
    const { page } = notebook;
    expect(await page.locator(".jp-Dialog").count()).toBe(0);
    expect(await (await notebook.cell("df.head()")).locator("tbody tr").count()).toBe(5);
    const charts = await notebook.charts();
    expect(charts.length).toBeGreaterThan(5);
    for (const { picture, drawing } of charts) expect(Math.max(picture, drawing)).toBeGreaterThan(250);
    await notebook.cell("How do requests end?");
    await notebook.shot("1-opened");
  });

  it("runs from top to bottom without an error, with tables and Plotly's own drawing of every chart", async () => {
    const saved = (await notebook.charts()).length;
    await notebook.runAll();
    const table = (await notebook.cell("df.head()")).locator("table");
    expect(await table.locator("thead th").allInnerTexts()).toEqual([
      "",
      "timestamp",
      "ip_address",
      "endpoint",
      "status_code",
      "response_time_ms",
    ]);
    expect(await table.locator("tbody tr").count()).toBe(5);
    expect(await (await notebook.cell("await validate(logs)")).innerText()).toContain("1,000 records: valid");
    expect((await notebook.charts()).length).toBe(saved);
    await expectDrawn();
    expect(await barsOf("How do requests end?")).not.toEqual([]);
    expect(await notebook.page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count()).toBe(0);
    await shootCharts("2-chart");
  });

  it("tells a bar's value when the mouse is over it", async () => {
    const label = await hover(await notebook.cell("How do requests end?"));
    expect(label).toMatch(/status code: 200.*requests: \d{3}/s);
    await notebook.shot("3-hover");
  });

  it("shows other numbers for another seed", async () => {
    const numbers = async () => {
      const sample = await (await notebook.cell("seed: 4")).locator(".jp-OutputArea").innerText();
      return { sample, hash: /sha256 (\w+)/.exec(sample)?.[1], bars: await barsOf("How do requests end?") };
    };
    const before = await numbers();
    await notebook.edit(await notebook.cell("seed: 42"), (source) => source.replace("seed: 42", "seed: 43"));
    await notebook.runAll();
    const after = await numbers();
    expect([before.sample, after.sample]).toEqual([
      expect.stringContaining("seed 42"),
      expect.stringContaining("seed 43"),
    ]);
    expect(after.hash).not.toBe(before.hash);
    expect(after.bars).not.toEqual(before.bars);
    await notebook.shot("4-other-seed");
  });

  it("is readable in the dark theme too", async () => {
    await notebook.menu("Settings", "Theme", "JupyterLab Dark");
    await notebook.page.waitForFunction(() => document.body.dataset.jpThemeLight === "false");
    await notebook.page.waitForTimeout(500); // its style sheets
    await expectDrawn();
    expect(await contrast((await notebook.cell("How do requests end?")).locator(".gtitle"))).toBeGreaterThan(
      4,
    );
    await shootCharts("5-dark");
    await notebook.menu("Settings", "Theme", "JupyterLab Light");
    await notebook.page.waitForFunction(() => document.body.dataset.jpThemeLight === "true");
    expect(await contrast((await notebook.cell("How do requests end?")).locator(".gtitle"))).toBeGreaterThan(
      4,
    );
  });

  it("shows progress in place, and stops a long cell with nothing left behind and a good kernel", async () => {
    await notebook.open("long.ipynb");
    const { page } = notebook;
    const run = async (text: string) => {
      const cell = await notebook.cell(text);
      await cell.locator(".cm-content").click();
      await page.keyboard.press("Control+Enter");
      return cell;
    };
    await run("import {");
    const output = (await run("500_000_000")).locator(".jp-OutputArea-output");
    const generated = async () =>
      Number(/([\d,]+) of 500,000,000/.exec(await output.first().innerText())![1]!.replaceAll(",", ""));
    await output.filter({ hasText: "of 500,000,000 records" }).waitFor({ timeout: 30_000 });
    const first = await generated();
    await expect.poll(generated, { timeout: 10_000 }).toBeGreaterThan(first);
    expect(await output.count()).toBe(1);
    expect(await output.locator("progress").count()).toBe(1);
    await notebook.shot("6-progress");

    const pressed = performance.now();
    await page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
    await output.filter({ hasText: "InterruptedError" }).waitFor({ timeout: 10_000 });
    console.info(`The stop button ended the cell in ${Math.round(performance.now() - pressed)} ms.`);
    await notebook.shot("7-interrupted");
    expect(readdirSync(join(lab.folder, "data")).filter((name) => name.includes("long"))).toEqual([]);
    const next = await run("1 + 1");
    await next.locator(".jp-OutputArea-output", { hasText: "the kernel is good: 2" }).waitFor();
  });

  it("completes names and shows docstrings", async () => {
    const { page } = notebook;
    const cell = await notebook.cell("1 + 1");
    await notebook.edit(cell, () => "chart.");
    await page.keyboard.press("Tab");
    await page.locator(".jp-Completer-item", { hasText: "histogram" }).waitFor();
    expect(await page.locator(".jp-Completer-item", { hasText: /^bars/ }).count()).toBe(1);
    await page.keyboard.press("Escape"); // ends the list of names
    await notebook.edit(cell, () => "generate");
    await page.keyboard.press("Shift+Tab");
    expect(await page.locator(".jp-Tooltip").innerText()).toContain(
      "same scenario and seed give the same bytes",
    );
    await notebook.shot("8-docstring");
  });

  it("shows hostile text as text: in tables, in charts, and in an exported page", async () => {
    await notebook.open("hostile.ipynb");
    await notebook.runAll();
    const { page } = notebook;
    const chart = await notebook.cell("chart.bars");
    for (const text of [
      await textOf("const failing ="),
      (await chart.locator(".ytick").allTextContents()).join(" "),
    ]) {
      for (const shown of [
        "/<img src=x onerror=alert(1)>",
        "/<script>window.attacked=2</script>",
        "/<b>bold</b>&lt;",
        "/%{y}$\\\\alpha$",
        "/\\u202egnp.exe\\u200b", // what would turn the text round is written out
      ])
        expect(text).toContain(shown);
    }
    expect(await textOf('slowest_requests", real')).toContain("/<img%20src=x%20onerror=alert(1)>");
    expect(await hover(chart)).toMatch(/endpoint: \/.*failed: 1/s);
    expect(await chart.locator(".gtitle").textContent()).toBe("<img src=x onerror=alert(4)>");
    const long = await textOf("repeat(100_000)");
    expect(long.length).toBeLessThan(600);
    expect(long).toContain("<script>alert(6)</script>");
    expect(await elements(page.locator(".jp-OutputArea"))).toBe(0);
    await notebook.shot("9-hostile");

    await page.keyboard.press("Escape");
    await notebook.menu("File", "Save Notebook");
    await page.locator(".jp-mod-dirty").first().waitFor({ state: "detached" });
    const folder = join(lab.folder, "notebooks");
    const nbconvert = ["-m", "nbconvert", "--to", "html", "--log-level=ERROR", "hostile.ipynb"];
    execFileSync(python, nbconvert, { cwd: folder });
    await page.goto(pathToFileURL(join(folder, "hostile.html")).href, { waitUntil: "domcontentloaded" });
    expect(await page.locator("body").innerText()).toContain("/<img src=x onerror=alert(1)>");
    expect(await elements(page.locator(".jp-OutputArea"))).toBe(0);
    expect(await page.locator("img[src^='data:image/png']").count()).toBe(1);
    expect(await page.evaluate(() => "attacked" in window)).toBe(false);
    await notebook.shot("10-exported");
    expect(notebook.dialogs).toEqual([]);
  });

  it("shows no notebook's output wider than a window of 1,400 pixels, and wraps its code", async () => {
    await notebook.page.setViewportSize({ width: 1400, height: 12_000 }); // all of a notebook, as JupyterLab draws what is seen
    const names = readdirSync(join(lab.folder, "notebooks")).filter((name) => name.endsWith(".ipynb"));
    for (const name of names.filter((one) => !["hostile.ipynb", "long.ipynb"].includes(one))) {
      await notebook.open(name);
      await notebook.page.waitForTimeout(1500); // its outputs
      const wide = (selector: string) =>
        notebook.page
          .locator(selector)
          .evaluateAll((all) =>
            all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent),
          );
      expect(await notebook.page.locator(".jp-OutputArea-output").count()).toBeGreaterThan(5);
      expect([name, await wide(".jp-OutputArea-output"), await wide(".cm-scroller")]).toEqual([name, [], []]);
    }
    await notebook.page.setViewportSize({ width: 1280, height: 1000 });
  }, 900_000);

  it("complained of nothing and asked no other machine, but for nbconvert's own page", () => {
    const others = notebook.complaints.filter((complaint) => !/cdnjs|jsdelivr|unpkg|ERR_/.test(complaint));
    expect(others).toEqual([]);
  });

  /** Every chart is drawn by Plotly, as high as it should be, and no picture is in its place. */
  async function expectDrawn(): Promise<void> {
    for (const { drawing, picture } of await notebook.charts()) {
      expect([drawing > 250, picture]).toEqual([true, 0]);
    }
  }

  async function shootCharts(name: string): Promise<void> {
    const charts = notebook.page.locator(".jp-RenderedPlotly");
    for (let i = 0; i < (await charts.count()); i++) await notebook.shot(`${name}-${i + 1}`, charts.nth(i));
  }

  async function barsOf(title: string): Promise<string[]> {
    return (await notebook.cell(title)).locator(".bartext").allTextContents();
  }

  async function textOf(cell: string): Promise<string> {
    return (await notebook.cell(cell)).locator(".jp-OutputArea").innerText();
  }

  /** What the label says over the first bar. */
  async function hover(cell: Locator): Promise<string> {
    await cell.locator(".bars .point path").first().hover({ force: true });
    const label = cell.locator(".hoverlayer .hovertext").first();
    await label.waitFor();
    return (await label.textContent())!;
  }
});

/** Elements that text from a log would have become. */
function elements(outputs: Locator): Promise<number> {
  return outputs.locator("img[src='x'], script, a[href^='javascript'], td b, text b").count();
}

/** Contrast of a chart's text with the notebook's ground, by WCAG 2: 1 to 21. */
function contrast(text: Locator): Promise<number> {
  return text.first().evaluate((element) => {
    const probe = document.createElement("i");
    probe.style.color = "var(--jp-layout-color0)";
    document.body.append(probe);
    const luminance = (color: string) => {
      const [r, g, b] = color.match(/[\d.]+/g)!.map((part) => {
        const share = Number(part) / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const both = [getComputedStyle(element).fill, getComputedStyle(probe).color].map(luminance);
    probe.remove();
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  });
}

const longCells = [
  'import { chart, generate } from "server-logs";',
  'await generate({ rows: 500_000_000, workers: 1, out: "../data/long.csv" })',
  'console.log("the kernel is good: " + (1 + 1))',
];

function notebookOf(sources: string[]): string {
  const cells = sources.map((source, i) => ({
    cell_type: "code",
    id: `cell-${i}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  }));
  const kernelspec = { name: "tslab", display_name: "TypeScript", language: "typescript" };
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}
