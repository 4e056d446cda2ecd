import type { Command } from "commander";
import type { AlertScore } from "../monitor/score/scoreAlerts.js";
import { command } from "./command.js";
import { number } from "./options.js";
import { print, table, tell } from "./output.js";
import { working } from "./progress.js";

/** Adds the command `score`. */
export function scoreCommand(program: Command): void {
  command(
    program,
    "score",
    "score alerts by what happened: incidents found or missed, how late, and false alarms",
  )
    .argument("<truth>", "answer key of a log (*.truth.json), or labelled windows in NAB's form")
    .argument(
      "<alerts>",
      'CSV of alerts (start, and if known end and name), or of a series (timestamp, anomaly_score); or "-"',
    )
    .option("--series <name>", "name of the series, if the windows are of several")
    .option(
      "--grace-minutes <n>",
      "an alert up to this long after an incident's end still counts for it",
      number("grace-minutes"),
    )
    .option("--threshold <x>", "anomaly score from which a point is a detection", number("threshold"))
    .option("--json", "the score as JSON")
    .action((truth, alerts, { json, ...options }) =>
      working(async (work) => {
        const { scoreAlerts } = await import("../monitor/score/scoreAlerts.js");
        const score = await scoreAlerts(truth, alerts, { ...options, ...work });
        if (json) return print(JSON.stringify(score));
        const { episodes } = score;
        if (episodes.length > 0)
          await print(
            await table({
              episode: episodes.map(({ id }) => id),
              found: episodes.map(({ found }) => (found ? "yes" : "no")),
              minutes: episodes.map(({ minutes }) => (Number.isNaN(minutes) ? null : minutes)),
              by: episodes.map(({ by }) => by ?? ""),
            }),
          );
        tell(inWords(score));
      }),
    );
}

function inWords({ found, missed, share, falseAlarms, falseAlarmsPerWeek, affiliation, nab }: AlertScore) {
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  const rate = falseAlarmsPerWeek;
  return [
    found + missed === 0
      ? "nothing happened"
      : `found ${found} of ${found + missed} (${percent(share.low)} to ${percent(share.high)})`,
    `${falseAlarms} false ${falseAlarms === 1 ? "alarm" : "alarms"}, ${rate.value.toFixed(2)} a week (${rate.low.toFixed(2)} to ${rate.high.toFixed(2)})`,
    ...(affiliation
      ? [
          `affiliation precision ${affiliation.precision?.toFixed(3) ?? "undefined"}, recall ${affiliation.recall.toFixed(3)}`,
        ]
      : []),
    ...(nab
      ? [
          `NAB's score ${nab.standard.toFixed(2)} standard, ${nab.reward_low_FP_rate.toFixed(2)} for few false alarms, ${nab.reward_low_FN_rate.toFixed(2)} for few misses`,
        ]
      : []),
  ].join("\n");
}
