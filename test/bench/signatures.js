// The signature that each kind of incident must leave, as its size says, and what is measured in the log: in the
// hour of the incident, beside the same hour of the twin. Flat traffic, so that the hour of the day plays no part.
//
//     npm run bench:signatures
import { kinds } from "#lib/scenario/incidents/kinds";
import { parseScenario } from "#lib/scenario/parse";
import { generate } from "#lib/write/generate";

const START = "2026-01-05T11:00:00Z";
const BEGIN = Date.parse("2026-01-05T12:00:00Z");
const SECONDS = 3600;
const scenario = {
  traffic: { hours: new Array(24).fill(1), weekdays: new Array(7).fill(1), burstiness: 0, trend: 0 },
};
const { utilisation, endpoints } = parseScenario(scenario).site;
const [popular] = [...endpoints].sort((a, b) => b.popularity - a.popularity);

function recordsOf({ csv }, from, to) {
  return new TextDecoder()
    .decode(csv)
    .split("\n")
    .slice(1, -1)
    .map((line) => {
      const [time, client, endpoint, status, took] = line.split(",");
      return { time: Date.parse(time), client, endpoint, status: Number(status), took: Number(took) };
    })
    .filter(({ time }) => time >= from && time < to);
}

const share = (records, test) => records.filter(test).length / records.length;
const failed = ({ status }) => status >= 500;
const median = (records) => {
  const times = records
    .filter(({ status }) => status === 200)
    .map(({ took }) => took)
    .sort((a, b) => a - b);
  return times[times.length >> 1];
};
const clientsOf = (records) => new Map(records.map(({ client }) => [client, 0])).size;
const busiest = (records) => {
  const counts = new Map();
  for (const { client } of records) counts.set(client, (counts.get(client) ?? 0) + 1);
  return Math.max(...counts.values());
};
const only = (records, endpoint) => records.filter((record) => record.endpoint === endpoint);
const between = (records, low, high) =>
  records.filter(({ time }) => time >= BEGIN + low * SECONDS * 1000 && time < BEGIN + high * SECONDS * 1000);
/** Five-hundreds when a share of all requests fails that would not have. */
const over = (twin, level) => level + (1 - level) * share(twin, failed);

/**
 * What to look for: the expected value from the size and the twin, what is measured in the log, and how far the
 * two may be apart, as a share of the expected value. The tolerance is four standard deviations of a share or a
 * count of the requests in it, rounded up; that of whole visitors, who make ten requests each, three times wider.
 */
const signatures = {
  outage: (size, log, twin) => [
    ["5xx share", over(twin, size), share(log, failed), 0.02],
    [
      "requests, first half minute",
      1,
      between(log, 0, 1 / 120).length / between(twin, 0, 1 / 120).length,
      0.4,
    ],
  ],
  error_burst: (size, log, twin) => [
    ["5xx share", over(twin, size), share(log, failed), 0.04],
    ["requests", 1, log.length / twin.length, 0],
  ],
  latency_spike: (size, log, twin) => [
    ["median response time", size, median(log) / median(twin), 0.1],
    ["requests", 1, log.length / twin.length, 0],
  ],
  slow_leak: (size, log, twin) => [
    [
      "median, last tenth",
      1 + (size - 1) * 0.95 ** 2,
      median(between(log, 0.9, 1)) / median(between(twin, 0.9, 1)),
      0.15,
    ],
    [
      "median, first tenth",
      1 + (size - 1) * 0.05 ** 2,
      median(between(log, 0, 0.1)) / median(between(twin, 0, 0.1)),
      0.05,
    ],
  ],
  traffic_surge: (size, log, twin) => {
    const now = utilisation * (1 + size);
    return [
      ["requests", 1 + size, log.length / twin.length, 0.05],
      ["5xx share", over(twin, Math.max(0, 1 - 0.95 / now)), share(log, failed), 0.25],
      ["clients", 1 + size, clientsOf(log) / clientsOf(twin), 0.15],
    ];
  },
  traffic_drop: (size, log, twin) => [
    ["requests", 1 - size, log.length / twin.length, 0.25],
    ["clients", 1 - size, clientsOf(log) / clientsOf(twin), 0.1],
    ["5xx share", share(twin, failed), share(log, failed), 0.3],
  ],
  bad_deploy: (size, log, twin) => [
    ["median response time", size, median(log) / median(twin), 0.06],
    ["5xx share", over(twin, 0.03), share(log, failed), 0.15],
  ],
  scraper: (size, log, twin) => [
    ["requests", 1 + size, log.length / twin.length, 0.04],
    ["requests of the busiest client", size, busiest(log) / twin.length, 0.04],
  ],
  credential_stuffing: (size, log, twin) => [
    ["requests", 1 + size, log.length / twin.length, 0.05],
    [
      "401, of what is added",
      0.97,
      (log.filter(({ status }) => status === 401).length -
        twin.filter(({ status }) => status === 401).length) /
        (log.length - twin.length),
      0.02,
    ],
  ],
  dependency_failure: (size, log, twin) => [
    [
      `5xx share of ${popular.route}`,
      over(only(twin, popular.route), size),
      share(only(log, popular.route), failed),
      0.06,
    ],
    [
      "5xx share of others, first tenth",
      share(between(twin, 0, 0.1), failed),
      share(
        between(log, 0, 0.1).filter(({ endpoint }) => endpoint !== popular.route),
        failed,
      ),
      1,
    ],
    // it spreads to three of five others
    [
      "failing endpoints, last tenth",
      1 + 0.6 * (endpoints.length - 1),
      endpoints.filter(({ route }) => share(only(between(log, 0.9, 1), route), failed) > size / 2).length,
      0.6,
    ],
  ],
};

/** Rows of the table for one seed: kind, signature, expected, measured, tolerance as a share of expected. */
export async function measuredSignatures(seed) {
  const rows = [];
  for (const [kind, signature] of Object.entries(signatures)) {
    const start = new Date(BEGIN).toISOString().replace(".000", "");
    const incident = { id: "it", kind, start, seconds: SECONDS };
    const options = {
      rows: 90_000,
      seed,
      scenario,
      start: START,
      end: "2026-01-05T14:00:00Z",
      incidents: [incident],
    };
    const log = recordsOf(await generate(options), BEGIN, BEGIN + SECONDS * 1000);
    const twin = recordsOf(
      await generate({ ...options, withoutIncidents: true }),
      BEGIN,
      BEGIN + SECONDS * 1000,
    );
    for (const [name, expected, measured, tolerance] of signature(kinds[kind].size.default, log, twin))
      rows.push({ kind, size: kinds[kind].size.default, signature: name, expected, measured, tolerance });
  }
  return rows;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const seeds = [1, 2, 3];
  const tables = [];
  for (const seed of seeds) tables.push(await measuredSignatures(seed));
  console.log("| incident | size | signature | expected | measured, seeds 1, 2, 3 |\n|---|---|---|---|---|");
  tables[0].forEach(({ kind, size, signature, expected }, i) => {
    const measured = tables.map((table) => table[i].measured.toFixed(3)).join(", ");
    console.log(`| ${kind} | ${size} | ${signature} | ${expected.toFixed(3)} | ${measured} |`);
  });
}
