import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { keptScript } from "./keptCode.js";
import { peer } from "./peers.js";
import { palettePng } from "./png.js";
import { textBox } from "./textSize.js";

/** A figure to draw. */
export interface Drawing {
  /** Plotly's figure, data and layout, as JSON. */
  readonly figure: string;
  /** Size in CSS pixels, and image pixels for each. */
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly format: "png" | "svg";
}

interface Plotly {
  newPlot(div: object, data: object[], layout: object, config: object): Promise<object>;
  purge(div: object): void;
  Snapshot: { toSVG(div: object, format: "svg"): string };
}

/**
 * Loads Plotly inside jsdom (for the SVG) and resvg (for the PNG), which need no browser, and returns the function that
 * draws with them: the bytes of a PNG or the text of an SVG. Loading takes most of a second, and the first drawing is
 * three times slower than later ones.
 */
export function loadDrawing(): (drawing: Drawing) => Promise<Uint8Array | string> {
  const require = createRequire(import.meta.url);
  const { jsdom, keep } = loadJsdom(require);
  const { Resvg } = require(peer("pictures of charts", "@resvg/resvg-js"));
  // Its console discards everything: if this thread printed, the process could not end.
  const dom = new jsdom.JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    virtualConsole: new jsdom.VirtualConsole(),
  });
  const { window } = dom;
  imitateBrowser(window);
  const code = keptScript(peer("pictures of charts", "plotly"));
  code.script.runInContext(dom.getInternalVMContext());
  const plotly = window.Plotly as Plotly;
  const font = require.resolve("@expo-google-fonts/open-sans/400Regular/OpenSans_400Regular.ttf");

  return async ({ figure, width, height, scale, format }) => {
    const { data, layout } = JSON.parse(figure);
    const div = window.document.createElement("div");
    window.document.body.append(div);
    try {
      await plotly.newPlot(div, data, { ...layout, width, height, autosize: false }, { staticPlot: true });
      const svg = plotly.Snapshot.toSVG(div, "svg");
      if (format === "svg") return svg;
      const image = new Resvg(svg, {
        background: "#ffffff",
        fitTo: { mode: "zoom", value: scale },
        font: { fontFiles: [font], loadSystemFonts: false, defaultFontFamily: "Open Sans" },
      }).render();
      return palettePng(image.pixels, image.width, image.height);
    } finally {
      code.keep(); // with what the first drawing needed
      keep();
      plotly.purge(div);
      div.remove();
    }
  };
}

/**
 * jsdom: from the one file that the build makes of it, where there is one, or as it is installed. `keep` keeps the
 * code that has been compiled.
 */
function loadJsdom(require: NodeJS.Require) {
  const installed = peer("pictures of charts", "jsdom");
  const bundle = fileURLToPath(new URL("../jsdom.cjs", import.meta.url));
  if (!existsSync(bundle)) return { jsdom: require(installed), keep() {} };
  const code = keptScript(bundle, (text) => `(function (exports, require, module, __dirname) {${text}\n})`);
  const folder = join(dirname(installed), "jsdom", "living", "xhr"); // by which it finds two files of its own
  const module = { exports: {} };
  code.script.runInThisContext()(module.exports, createRequire(join(folder, "-")), module, folder);
  // biome-ignore lint/suspicious/noExplicitAny: its types are not installed
  return { jsdom: module.exports as any, keep: () => code.keep() };
}

/** What Plotly needs from a browser and jsdom lacks: the size of text, and a few functions that only have to exist. */
// biome-ignore lint/suspicious/noExplicitAny: jsdom's window, whose types are not installed
function imitateBrowser(window: any): void {
  window.URL.createObjectURL = () => "";
  window.matchMedia = () => ({ matches: false, addListener() {}, addEventListener() {} });
  window.HTMLCanvasElement.prototype.getContext = () => null;
  window.TextDecoder = TextDecoder;
  window.getComputedStyle = () => ({ getPropertyValue: () => "" }); // jsdom's own takes a tenth of the time
  const element = window.SVGElement.prototype;
  element.getScreenCTM = () => ({ e: 0, f: 0 });
  for (const method of ["getBBox", "getBoundingClientRect"]) {
    element[method] = function () {
      const box = textBox(this);
      const [width, height] = [box.right - box.left, box.bottom - box.top];
      return { ...box, x: box.left, y: box.top, width, height };
    };
  }
}
