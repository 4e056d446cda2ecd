/// <reference lib="dom" />
/**
 * The pages that leave the workbench, a report and a chart, in Debian's chromium: with a screen reader's eyes (axe-core),
 * in light and dark, on a phone and on paper. Screenshots stay in test/screenshots/, to be looked at.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as chart from "#lib/notebook/charts";
import { report } from "#lib/report/report";
import { ask } from "#lib/warehouse/ask";
import { generate } from "#lib/write/generate";
import { startBrowser } from "./lab.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screenshots = resolve(import.meta.dirname, "../screenshots");
const themes = ["light", "dark"] as const;

describe("pages to hand on", { tags: ["chromium"] }, () => {
  const folder = mkdtempSync(join(tmpdir(), "pages-test-"));
  let browser: Browser;
  const pages: Record<string, string> = {};

  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    const log = await generate({
      rows: 20_000,
      seed: 5,
      incidents: ["checkout_outage"],
      out: join(folder, "day.csv"),
    });
    const write = (name: string, html: string) => {
      writeFileSync(join(folder, `${name}.html`), html);
      pages[name] = pathToFileURL(join(folder, `${name}.html`)).href;
    };
    write("report", (await report(log.path!)).html);
    const pivot = await ask("status_codes_by_endpoint", log);
    write(
      "chart",
      chart.heatMap(pivot, { x: "status_code", y: "endpoint", value: "requests", log: true }).html(),
    );
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(name: string, colorScheme: "light" | "dark", width: number): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    await page.goto(pages[name]!);
    await page
      .locator(name === "report" ? ".chart canvas" : "#chart .plot-container")
      .first()
      .waitFor();
    return page;
  }

  /** What axe-core finds serious or critical, with the elements that have it. */
  async function faults(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const { violations, passes } = (await page.evaluate("axe.run()")) as AxeResults;
    expect(passes.length).toBeGreaterThan(10);
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  }

  describe.each(["report", "chart"])("a %s", (name) => {
    it.each(themes)("has nothing serious against it in the %s theme", async (theme) => {
      const page = await opened(name, theme, 1280);
      expect(await faults(page)).toEqual([]);
      await page.screenshot({ path: join(screenshots, `page-${name}-${theme}.png`), fullPage: true });
      await page.context().close();
    });

    it("fits on a phone, with nothing beyond its edge but what scrolls by itself", async () => {
      const page = await opened(name, "light", 390);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await page.screenshot({ path: join(screenshots, `page-${name}-phone.png`), fullPage: true });
      expect(beyond).toBeLessThanOrEqual(0);
      expect(await faults(page)).toEqual([]);
      await page.context().close();
    });
  });

  it.each([1400, 900])(
    "a report's tables fit a window of %d pixels, and no moment is broken",
    async (width) => {
      const page = await opened("report", "light", width);
      const beyond = await page
        .locator(".table")
        .evaluateAll((tables) =>
          tables.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent),
        );
      const lines = await page
        .locator(".moment")
        .evaluateAll((all) => all.map((one) => one.getClientRects().length));
      expect(lines.length).toBeGreaterThan(20);
      expect([beyond, lines.filter((count) => count > 1)]).toEqual([[], []]);
      await page.context().close();
    },
  );

  it("a report's text is dark on paper, though the screen is dark", async () => {
    const page = await opened("report", "dark", 1280);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const colours = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return [color, backgroundColor].map((text) => text.match(/[\d.]+/g)!.map(Number));
    });
    const [ink, ground] = colours.map(([r, g, b, alpha = 1]) => (alpha === 0 ? 255 : (r! + g! + b!) / 3));
    await page.screenshot({ path: join(screenshots, "page-report-print.png"), fullPage: true });
    expect(ink).toBeLessThan(90);
    expect(ground).toBeGreaterThan(240);
    await page.context().close();
  });
});
