// Measures the detectors of plain series on the Numenta Anomaly Benchmark (numenta/NAB, MIT) and writes results.md: the
// score of each by NAB's three profiles with its built-in constants, and the score on series on which no constant was
// chosen. `npm run bench:nab`; under a minute on one core.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Alarm } from "#lib/monitor/detect/alarm";
import { detectorNames, readingDetector } from "#lib/monitor/detect/detectors";
import { Novelty } from "#lib/monitor/detect/novelty";
import { restAfter, Shift, shiftConstants } from "#lib/monitor/detect/shift";
import { nabProfiles, nabScore } from "#lib/monitor/score/nab";
import { machine, table, writeSection } from "./results.js";

const folder = fileURLToPath(new URL("../../../shared/data/nab/", import.meta.url));
if (!existsSync(folder)) {
  console.error(
    "bench:nab needs the data of numenta/NAB, its folders data/ and labels/, in ../shared/data/nab",
  );
  process.exit(2);
}

/** Times that the series are divided into two halves. */
const HALVES = 20;
/** The constants that a half chooses from: those around the built-in ones, which were chosen on the whole corpus. */
const grid = { recent: [10, 20, 30], usual: [2000, 4000, 8000], limit: [2.5, 3, 3.5], novelty: [4, 5, 6] };

const moment = (/** @type {string} */ text) => Date.parse(`${text.slice(0, 19).replace(" ", "T")}Z`);
/** @type {Record<string, [string, string][]>} */
const labels = JSON.parse(readFileSync(`${folder}labels/combined_windows.json`, "utf8"));
const corpus = Object.entries(labels).map(([name, windows]) => {
  const rows = readFileSync(`${folder}data/${name}`, "utf8").trim().split("\n").slice(1);
  const cells = rows.map((row) => row.split(","));
  return {
    times: Float64Array.from(cells, ([time]) => moment(time)),
    values: Float64Array.from(cells, ([, value]) => Number(value)),
    windows: windows.map(([start, end]) => ({ start: moment(start), end: moment(end) })),
  };
});

/**
 * A detector's scores of each series: 1 where an alarm begins.
 * @param {() => (time: number, value: number) => boolean} begin makes a new detector
 */
function detected(begin) {
  return corpus.map(({ times, values, windows }) => {
    const next = begin();
    return { times, windows, scores: Uint8Array.from(times, (time, i) => (next(time, values[i]) ? 1 : 0)) };
  });
}

/** @param {import("#lib/monitor/detect/judge").Judge} judge */
function alarms(judge) {
  const alarm = new Alarm(judge, "bench", "", String, restAfter);
  return (/** @type {number} */ time, /** @type {number} */ value) => {
    const alert = alarm.next(value, 1, time, time);
    return alert !== undefined && alert.end === undefined;
  };
}

/** Every combination of the grid's values of some constants. @param {(keyof typeof grid)[]} names */
function combinations(names) {
  return names.reduce(
    (all, name) => all.flatMap((one) => grid[name].map((value) => ({ ...one, [name]: value }))),
    [{ ...shiftConstants, novelty: 5 }],
  );
}

const choices = {
  shift: combinations(["recent", "usual", "limit"]).map((constants) =>
    detected(() => alarms(new Shift(constants))),
  ),
  novelty: combinations(["recent", "usual", "limit", "novelty"]).map((constants) =>
    detected(() => alarms(new Novelty(constants))),
  ),
};

/** Numbers from 0 to 1 by a linear congruence (Numerical Recipes), the same in every run. */
let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const halves = Array.from({ length: HALVES }, () => {
  const order = corpus.map((_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return { chosenOn: order.slice(0, order.length / 2), scoredOn: order.slice(order.length / 2) };
});

const standard = (/** @type {ReturnType<typeof detected>} */ all, /** @type {number[]} */ of) =>
  nabScore(
    of.map((i) => all[i]),
    1,
  );
const inWords = (/** @type {number[]} */ values) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return `${mean.toFixed(1).replace("-0.0", "0.0")} ± ${Math.sqrt(variance).toFixed(1)}`;
};

const builtIn = detectorNames.flatMap((name) => {
  try {
    readingDetector(name);
  } catch {
    return []; // it judges shares of requests
  }
  const all = detected(() => {
    const next = readingDetector(name);
    return (time, value) => next(time, value).score >= 0.5;
  });
  return [{ name, all }];
});
/** @type {Map<string, number[]>} */
const heldOut = new Map();
const rows = builtIn.map(({ name, all }) => {
  const profiles = Object.keys(nabProfiles).map((profile) =>
    nabScore(all, 1, /** @type {import("#lib/monitor/score/nab").NabProfile} */ (profile)).toFixed(2),
  );
  const chooseFrom = choices[/** @type {keyof typeof choices} */ (name)];
  const chosen = halves.map(({ chosenOn, scoredOn }) => {
    if (chooseFrom === undefined) return standard(all, scoredOn);
    const scores = chooseFrom.map((one) => standard(one, chosenOn));
    return standard(chooseFrom[scores.indexOf(Math.max(...scores))], scoredOn);
  });
  heldOut.set(name, chosen);
  const unchanged = halves.map(({ scoredOn }) => standard(all, scoredOn));
  return [name, ...profiles, chooseFrom?.length ?? 1, inWords(chosen), inWords(unchanged)];
});
const [shift, novelty] = ["shift", "novelty"].map((name) => heldOut.get(name) ?? []);
const differences = novelty.map((score, i) => score - shift[i]);
const ahead = differences.reduce((sum, one) => sum + one, 0) / HALVES;

writeSection("NAB, scored", [
  `By \`npm run bench:nab\` on ${machine()}. The whole corpus of the Numenta Anomaly Benchmark: ${corpus.length} series, ${corpus.reduce((sum, { windows }) => sum + windows.length, 0)} windows; causal detectors, one set of constants for all series, one threshold; the scores of the built-in constants are in-sample, since these were chosen on this corpus. NAB publishes 74.85 for ARTime, 70.10 for HTM, 57.99 for KNN-CAD and 39.65 for Windowed Gaussian (standard profile).`,
  "",
  `Held out: the series are divided at random ${HALVES} times; the constants that score best on one half, from the grid of ${Object.entries(
    grid,
  )
    .map(([name, values]) => `${name} ${values.join(", ")}`)
    .join(
      "; ",
    )}, are scored on the other: mean ± standard deviation. The grid itself lies around the built-in constants. The last column is what the built-in constants score on the same halves.`,
  "",
  ...table(
    [
      "detector",
      ...Object.keys(nabProfiles),
      "sets of constants",
      "held out, standard",
      "built-in constants there",
    ],
    rows,
  ),
  "",
  `Held out, novelty scores ${inWords(differences)} more than shift, half by half; it is ahead in ${differences.filter((one) => one > 0).length} of ${HALVES}.${ahead < 1 ? " So shift is as good on series that no constant was chosen on, and simpler." : ""}`,
]);
