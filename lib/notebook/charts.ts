/** The charts. Each is one call, with a title, names and units. */
export type { About, Chart, Figure } from "./chart.js";
export type { ChartData } from "./chartData.js";
export { type AnswerOptions, answer } from "./charts/answer.js";
export { type BarOptions, bars } from "./charts/bars.js";
export { type BoxOptions, boxes } from "./charts/boxes.js";
export { comparison } from "./charts/comparison.js";
export { drillChart as drill } from "./charts/drill.js";
export { figure } from "./charts/figure.js";
export { type HeatMapOptions, heatMap } from "./charts/heatMap.js";
export { type HistogramOptions, histogram } from "./charts/histogram.js";
export { type LineOptions, lines } from "./charts/lines.js";
export { type LiveChart, live } from "./charts/live.js";
export type { ChartOptions } from "./charts/made.js";
export { type PanelOptions, panels } from "./charts/panels.js";
export { type PointOptions, points } from "./charts/points.js";
export { type TotalOptions, totals } from "./charts/totals.js";
export { type WatchedOptions, watched } from "./charts/watched.js";
