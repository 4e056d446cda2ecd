import { createRequire } from "node:module";
import type { DataFrame, NDframe } from "danfojs-node";
import type { Columns } from "../record.js";
import { mendDescribe } from "./describe.js";
import { loadLater } from "./lazy.js";
import { mendChoosing, mendSortValues } from "./linear.js";
import { peer } from "./peers.js";
import { type Bundle, inNotebook, showsItself } from "./show.js";
import { htmlTable, type Table, textTable } from "./table.js";

type Danfo = typeof import("danfojs-node");

const require = createRequire(import.meta.url);
let danfo: Danfo | undefined;

/**
 * Danfo, loaded on first use. It loads seven times as fast as usual, because its statistics, spreadsheet and network
 * packages are loaded only when they are called. From then on every frame and series, including the notebook's own,
 * shows itself as a table.
 */
export function loadDanfo(): Danfo {
  if (danfo === undefined) {
    const owner = peer("frames", "danfojs-node");
    loadLater("mathjs", owner, "lib/browser/math.js"); // the same code in one file, which loads in a tenth of the time
    for (const name of [
      "xlsx",
      "request",
      "node-fetch",
      "stream-json",
      "stream-json/streamers/StreamArray",
    ]) {
      loadLater(name, owner);
    }
    danfo = require("danfojs-node") as Danfo;
    mendDescribe(danfo.DataFrame);
    mendSortValues(danfo.DataFrame);
    mendChoosing(danfo.DataFrame, danfo.Series);
    showsItself(danfo.NDframe.prototype, frameBundle); // the parent of all frames and series of Danfo
    const { default: Groupby } = require("danfojs-node/dist/danfojs-base/aggregators/groupby.js");
    showsItself(Groupby.prototype, groupsBundle);
  }
  return danfo;
}

// In a notebook, frames must show themselves from the first cell on. Elsewhere Danfo can be loaded later.
if (inNotebook()) loadDanfo();

/** The columns as a Danfo frame, which a cell shows as a table. A missing number is NaN, as Danfo wants it. */
export function toFrame(columns: Columns): DataFrame {
  const { DataFrame } = loadDanfo();
  const entries = Object.entries(columns);
  // Danfo cannot tell the columns of an object without rows.
  if (entries.every(([, values]) => values.length === 0))
    return new DataFrame([], { columns: Object.keys(columns) });
  return new DataFrame(Object.fromEntries(entries.map(([name, values]) => [name, withoutNull(values)])));
}

/** The columns of a frame. Any other value is returned unchanged. */
export function columnsOf<T>(table: DataFrame | T): Columns | T {
  // Recognised by its members, since a notebook may use another copy of Danfo than the library.
  if (typeof table !== "object" || table === null || !("$isSeries" in table)) return table as T;
  const { columns, values } = table as DataFrame;
  return Object.fromEntries(
    columns.map((name, i) => [name, (values as Columns[string][]).map((row) => row[i] ?? null)]),
  );
}

function withoutNull(values: Columns[string]): Columns[string] {
  const isNumeric = values.some((value) => typeof value === "number");
  return isNumeric ? values.map((value) => value ?? Number.NaN) : values;
}

function frameBundle(frame: NDframe, textOnly: boolean): Bundle {
  const table = frameTable(frame);
  // Inside a printed array or object, and in scripts, only the text is used.
  if (textOnly) return { "text/plain": textTable(table) };
  return { "text/html": htmlTable(table), "text/plain": textTable(table) };
}

/** A frame as the table that a cell shows; a series is a table of one column. */
function frameTable(frame: NDframe): Table {
  const values = frame.values as unknown[];
  return {
    columns: frame.columns,
    rows: frame.index.length,
    label: (row) => frame.index[row]!,
    cell: frame.$isSeries
      ? (row) => values[row]
      : (row, column) => (values[row] as unknown[] | undefined)?.[column],
  };
}

interface Groups {
  keyCol: string[];
  colDict: Record<string, unknown>;
}

function groupsBundle(groups: Groups): Bundle {
  const size = Object.keys(groups.colDict).length;
  const by = groups.keyCol.join(", ");
  return { "text/plain": `${size} groups by ${by}; call col([…]) and count(), mean(), max(), … for a frame` };
}
