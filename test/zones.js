// Does everything with logs that depends on time, and prints all answers as JSON: `TZ=Asia/Kolkata node test/zones.js
// FOLDER`. The folder holds requests.parquet, whose moments have a zone, and may name a PostgreSQL database in the
// environment.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "#lib/check/validate/validate";
import { verify } from "#lib/check/verify/verify";
import { read } from "#lib/read/read";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";
import { generate } from "#lib/write/generate";

const [, , folder] = process.argv;
const file = (/** @type {string} */ name) => join(folder, name);
const data = new URL("../data/", import.meta.url).pathname;
const zoned = file("requests.parquet");
const zone = process.env.TZ.replace("/", "-");

/** @type {Record<string, unknown>} */
const answers = {};
const log = await generate({
  rows: 3_000,
  seed: 42,
  out: file(`${zone}.csv`),
  incidents: ["checkout_outage"],
});
answers.made = [log.from, log.to, log.sha256, JSON.stringify(log.key.counts)];
answers.valid = (await validate(log)).summary;
answers.read = [];
for (const [name, options] of [
  ["haproxy_excerpt.log", {}],
  ["haproxy_excerpt.log", { timeZone: "America/New_York" }],
  ["apache_excerpt.log", {}],
]) {
  const out = file(`${zone}-${answers.read.length}.csv`);
  await read(join(data, name), { ...options, out });
  answers.read.push(readFileSync(out, "utf8"));
}

// the questions whose answers contain moments, or are grouped by them
const timely = [
  "before_and_after",
  "overview",
  "rare_status_codes",
  "sessions",
  "slowest_requests",
  "traffic_over_time",
];
const tables = { file: log, parquet: zoned, duckdb: file(`${zone}.duckdb`) };
if (process.env.POSTGRES) tables.postgres = process.env.POSTGRES;
for (const [name, source] of Object.entries(tables)) {
  if (name === "duckdb" || name === "postgres") await load(zoned, { to: source });
  for (const question of timely) {
    const answer = await ask(question, source);
    answers[`${question} of ${name}`] = JSON.stringify(answer, (_, value) =>
      typeof value === "bigint" ? `${value}n` : value,
    );
  }
  if (name !== "file") answers[`${name} verified`] = (await verify(source, log.key)).summary;
}
console.log(JSON.stringify(answers));
