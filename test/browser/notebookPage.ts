/// <reference lib="dom" />
// A notebook in JupyterLab, handled as a user handles it.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BrowserContext, Locator, Page } from "playwright-core";
import type { Lab } from "./lab.js";

const screenshots = resolve(import.meta.dirname, "../screenshots");

/** A chart on the page; sizes in CSS pixels, 0 if it is not visible. */
export interface SeenChart {
  /** Height of Plotly's own drawing. */
  drawing: number;
  /** Height of the PNG picture, which JupyterLab shows for a chart that was not made in this session. */
  picture: number;
}

export class NotebookPage {
  readonly page: Page;
  /** Complaints of the page: errors of ours on its console, and requests to other machines. */
  readonly complaints: string[] = [];
  /** Texts of dialogs on the page, which a script in a log would open. */
  readonly dialogs: string[] = [];
  readonly #lab: Lab;

  static async in(context: BrowserContext, lab: Lab): Promise<NotebookPage> {
    mkdirSync(screenshots, { recursive: true });
    return new NotebookPage(await context.newPage(), lab);
  }

  private constructor(page: Page, lab: Lab) {
    this.page = page;
    page.setDefaultTimeout(20_000);
    this.#lab = lab;
    page.on("dialog", async (dialog) => {
      if (dialog.type() !== "beforeunload") this.dialogs.push(dialog.message()); // we leave notebooks unsaved
      await dialog.accept();
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      // JupyterLab asks for language servers, which are not part of this project, at every start.
      if (message.type() === "error" && !message.location().url.includes("/lsp/status")) {
        this.complaints.push(message.text());
      }
    });
    page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (/^(https?|wss?):$/.test(protocol) && hostname !== "127.0.0.1") this.complaints.push(request.url());
    });
  }

  /** Opens a notebook, closes all others, and waits for its kernel. */
  async open(name: string): Promise<void> {
    await this.page.goto(`${this.#lab.address(`notebooks/${name}`)}&reset`);
    await this.page.locator(".jp-CodeCell").first().waitFor({ timeout: 60_000 });
    await this.page.locator(".jp-KernelName", { hasText: "TypeScript" }).waitFor();
    await this.#idle();
  }

  /** Chooses a command through the menus. */
  async menu(bar: string, ...items: string[]): Promise<void> {
    await this.page.locator(".lm-MenuBar-itemLabel").getByText(bar, { exact: true }).click();
    for (const [i, item] of items.entries()) {
      const label = this.page.locator(".lm-Menu-itemLabel").getByText(item, { exact: true });
      await (i < items.length - 1 ? label.hover() : label.click());
    }
  }

  /** Run All Cells, to the end of the last one, with all charts drawn. */
  async runAll(): Promise<void> {
    await this.menu("Run", "Run All Cells");
    await this.page
      .locator(".jp-InputPrompt", { hasText: "*" })
      .first()
      .waitFor({ state: "attached", timeout: 5000 });
    await this.page.waitForFunction(
      () =>
        Array.from(document.querySelectorAll(".jp-InputPrompt")).every(
          (prompt) => !prompt.textContent?.includes("*"),
        ),
      undefined,
      { timeout: 120_000 },
    );
    await this.#idle();
    await this.page.waitForFunction(
      () =>
        document.querySelectorAll(".jp-RenderedPlotly").length ===
        document.querySelectorAll(".jp-RenderedPlotly .plot-container").length,
      undefined,
      { timeout: 30_000 },
    );
  }

  #idle(): Promise<unknown> {
    const idle = ".jp-Notebook-ExecutionIndicator[data-status=idle]";
    return this.page.locator(idle).waitFor({ timeout: 60_000 });
  }

  /** The code cell whose input or output contains this text, scrolled to the middle of the window. */
  async cell(text: string): Promise<Locator> {
    const cells = this.page.locator(".jp-CodeCell");
    await cells.filter({ hasText: text }).first().waitFor({ state: "attached" });
    const texts = await cells.allTextContents();
    // By its index, because its text may be about to change.
    const cell = cells.nth(texts.findIndex((one) => one.includes(text)));
    await cell.evaluate((node) => node.scrollIntoView({ block: "center" }));
    await this.page.waitForTimeout(150); // the scrolling
    return cell;
  }

  /** Replaces the text of a cell and leaves the cursor after it. */
  async edit(cell: Locator, change: (source: string) => string): Promise<void> {
    const source = await cell.locator(".cm-line").allTextContents();
    await cell.locator(".cm-content").click();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.insertText(change(source.join("\n")));
  }

  /** Every chart of the notebook, from top to bottom. */
  charts(): Promise<SeenChart[]> {
    return this.page.locator(".jp-RenderedPlotly").evaluateAll((charts) => {
      const height = (element: Element | null) => element?.getBoundingClientRect().height ?? 0;
      return charts.map((chart) => ({
        drawing: height(chart.querySelector(".js-plotly-plot .plot-container, .plot-container")),
        picture: height(chart.querySelector(".plot-img")),
      }));
    });
  }

  shot(name: string, part?: Locator): Promise<Buffer> {
    return (part ?? this.page).screenshot({ path: join(screenshots, `${name}.png`) });
  }
}
