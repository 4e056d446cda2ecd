import { axis, layout, pictureLayout } from "./theme.js";

const names = ["/", "/cart", "/checkout", "/search"];
const numbers = [4, 1, 3, 2];
const hours = numbers.map((_, i) => `2026-01-05 0${i}:00`);
const log = { type: "log", tickvals: [1, 2, 5], ticktext: ["1", "2", "5"] };
const category = { type: "category", autorange: "reversed" };

const trial = (data: object[], xaxis: object = {}, yaxis: object = {}, more: object = {}) => ({
  data,
  layout: {
    ...layout,
    ...pictureLayout,
    title: { text: "Trial", subtitle: { text: "of drawing" } },
    xaxis: { ...axis, ...xaxis },
    yaxis: { ...axis, ...yaxis },
    ...more,
  },
});

const numbered = { textposition: "outside", texttemplate: "%{y:,}", cliponaxis: false };
const across = { type: "bar", orientation: "h", x: numbers, y: names };
const line = { type: "scatter", mode: "lines+markers", x: hours, y: numbers };
const quartiles = { lowerfence: numbers, q1: numbers, median: numbers, q3: numbers, upperfence: numbers };

/** Figures of the common kinds of chart. Drawing one makes the next of its kind two to three times as fast. */
export const trials: readonly { data: object[]; layout: object }[] = [
  trial([{ type: "bar", x: names, y: numbers, ...numbered }], { type: "category" }),
  trial([{ type: "box", orientation: "h", y: names, ...quartiles }], log, category),
  trial([across, across, { ...across, type: "scatter", mode: "text" }], {}, category, { barmode: "stack" }),
  trial([line, { ...line, line: { dash: "dash" } }], { type: "date" }),
];
