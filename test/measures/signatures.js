// The signature that each kind of incident must leave for its size, and the measured one: in the hour of the incident,
// compared with the same hour of the twin. Flat traffic, so that the hour of the day plays no part.
//
//     npm run bench:signatures
import { kinds } from "#lib/scenario/incidents/kinds";
import { parseScenario } from "#lib/scenario/parse";
import { generate } from "#lib/write/generate";
import { recordsOf } from "./records.js";

const START = "2026-01-05T11:00:00Z";
const BEGIN = Date.parse("2026-01-05T12:00:00Z");
const SECONDS = 3600;
const HOURS = 3;
const scenario = {
  traffic: { hours: new Array(24).fill(1), weekdays: new Array(7).fill(1), burstiness: 0, trend: 0 },
};
const { utilisation, endpoints, timeLimit } = parseScenario(scenario).site;
const [popular] = [...endpoints].sort((a, b) => b.popularity - a.popularity);

/** Share of the site's requests that fail with 5xx when nothing happens, by its own table. */
const usualFailures =
  endpoints.reduce((all, { popularity, status }) => {
    const codes = Object.entries(status);
    const of = (mix) => mix.reduce((total, [, frequency]) => total + frequency, 0);
    return all + (popularity * of(codes.filter(([code]) => code >= "500"))) / of(codes);
  }, 0) / endpoints.reduce((all, { popularity }) => all + popularity, 0);

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const share = (records, test) => records.filter(test).length / records.length;
const failed = ({ status }) => status >= 500;
const binomial = (n, p) => Math.sqrt((p * (1 - p)) / n);
const between = (records, low, high) =>
  records.filter(({ time }) => time >= BEGIN + low * SECONDS * 1000 && time < BEGIN + high * SECONDS * 1000);
/** The progress of the incident, 0 to 1. */
const progress = ({ time }) => (time - BEGIN) / 1000 / SECONDS;
const requestOf = ({ time, client, endpoint }) => `${time} ${client} ${endpoint}`;

/** Requests per client. */
function clientsOf(records) {
  const counts = new Map();
  for (const { client } of records) counts.set(client, (counts.get(client) ?? 0) + 1);
  return counts;
}

/** Each request of the twin beside the same request in the log; and those that only the log has. */
function matched(log, twin) {
  const byRequest = new Map();
  for (const record of log) {
    const request = requestOf(record);
    byRequest.set(request, [...(byRequest.get(request) ?? []), record]);
  }
  const pairs = twin.flatMap((before) => {
    const after = byRequest.get(requestOf(before))?.shift();
    return after === undefined ? [] : [{ before, after }];
  });
  return { pairs, added: [...byRequest.values()].flat() };
}

/**
 * Share of the sound answers that took as much longer as they should, of those that did not fail in the incident. Past the time limit they become a 504.
 */
function slowed(pairs, factorOf) {
  const answers = pairs.filter(
    ({ before, after }) => !failed(before) && (after.status === before.status || after.status === 504),
  );
  return share(answers, ({ before, after }) => {
    const expected = before.took * factorOf(before);
    return expected >= timeLimit - 0.005
      ? after.status === 504 && after.took >= timeLimit
      : after.status === before.status && Math.abs(after.took - expected) < 0.0051;
  });
}

/** A row for the requests that fail, of those that did not before: each with its own probability. */
function failing(name, pairs, isFailing, probability) {
  const sound = pairs.filter(({ before }) => !failed(before));
  const p = sound.map(({ before }) => probability(before));
  const measured = share(sound, ({ after }) => isFailing(after));
  return [name, sum(p) / p.length, measured, Math.sqrt(sum(p.map((q) => q * (1 - q)))) / p.length];
}

/**
 * What to look for: the expected value by the size and the twin, what is measured in the log, and the standard error of
 * the measured value, 0 where it must be met exactly. Expected values are computed from the definition of the kind;
 * those of random choices are the mean over the choices, given the twin.
 */
const signatures = {
  outage: (size, log, twin) => {
    const { pairs } = matched(log, twin);
    const hits = pairs.filter(({ before }) => !failed(before)).map(({ after }) => after);
    // A failed request is made again with probability 0.35, after 1 + 59 u² seconds: of those of the first half minute
    // the mean over s = 0 to 30 of √((s − 1)/59) still come in it. Nobody has given up by then.
    const again = (0.35 * (2 / 3) * 29 ** 1.5) / Math.sqrt(59) / 30;
    const [first, usual] = [log, twin].map((records) => between(records, 0, 1 / 120).length);
    return [
      ["5xx share", size, share(log, failed), 0],
      ["503, of the answers", 0.7, share(hits, ({ status }) => status === 503), binomial(hits.length, 0.7)],
      ["502, of the answers", 0.2, share(hits, ({ status }) => status === 502), binomial(hits.length, 0.2)],
      ["504, of the answers", 0.1, share(hits, ({ status }) => status === 504), binomial(hits.length, 0.1)],
      ["requests, first half minute", 1 + again, first / usual, binomial(usual, again)],
    ];
  },
  error_burst: (size, log, twin) => {
    const { pairs } = matched(log, twin);
    return [
      failing(
        "share of sound requests that fail with 500",
        pairs,
        ({ status }) => status === 500,
        () => size,
      ),
      ["requests", 1, log.length / twin.length, 0],
    ];
  },
  latency_spike: (size, log, twin) => [
    ["share of answers that are as much slower", 1, slowed(matched(log, twin).pairs, () => size), 0],
    ["requests", 1, log.length / twin.length, 0],
  ],
  slow_leak: (size, log, twin) => {
    const { pairs } = matched(log, twin);
    return [
      [
        "share of answers slower by the square of the time",
        1,
        slowed(pairs, (before) => 1 + (size - 1) * progress(before) ** 2),
        0,
      ],
      failing(
        "share that fails with 503",
        pairs,
        ({ status }) => status === 503,
        (before) => 0.08 * progress(before) ** 4,
      ),
    ];
  },
  traffic_surge: (size, log, twin, { rows }) => {
    const { pairs, added } = matched(log, twin);
    const now = utilisation * (1 + size); // below 0.95, where requests would be turned away
    return [
      ["added requests, of the usual", size, (added.length / Math.round((rows / HOURS) * size)) * size, 0],
      ["share of answers slower by the queue", 1, slowed(pairs, () => (1 - utilisation) / (1 - now)), 0],
      [
        "5xx share of what is added",
        usualFailures,
        share(added, failed),
        binomial(added.length, usualFailures),
      ],
      // The number of clients is that of their visits, or a little less; visits begin as a Poisson process.
      [
        "clients that it adds, of the usual",
        size,
        clientsOf(added).size / clientsOf(twin).size,
        size * Math.sqrt(1 / clientsOf(added).size + 1 / clientsOf(twin).size),
      ],
    ];
  },
  traffic_drop: (size, log, twin) => {
    // Whole visitors stay away: each takes all of its requests along.
    const usual = clientsOf(twin);
    const squares = sum([...usual.values()].map((requests) => requests ** 2));
    return [
      ["requests", 1 - size, log.length / twin.length, Math.sqrt(size * (1 - size) * squares) / twin.length],
      ["clients", 1 - size, clientsOf(log).size / usual.size, binomial(usual.size, size)],
    ];
  },
  bad_deploy: (size, log, twin) => {
    const { pairs } = matched(log, twin);
    return [
      ["share of answers that are as much slower", 1, slowed(pairs, () => size), 0],
      failing(
        "share that fails with 500",
        pairs,
        ({ status }) => status === 500,
        () => 0.03,
      ),
    ];
  },
  scraper: (size, log, twin, { rows }) => {
    const { added } = matched(log, twin);
    const planned = ((rows / HOURS) * size * 60) / 45; // of each minute, 45 seconds are worked
    const pages = endpoints.filter(({ method, phase }) => method === "GET" && phase !== "entry");
    const most = added.filter(({ endpoint }) => endpoint === pages[0].route).length;
    return [
      [
        "added requests, of the usual",
        size,
        (added.length * HOURS) / rows,
        (size * binomial(planned, 0.75)) / 0.75,
      ],
      ["clients that it has", 1, clientsOf(added).size, 0],
      ["seconds of the minute, last third", 0, share(added, ({ time }) => (time / 1000) % 60 >= 45), 0],
      ["share of one page", 1 / pages.length, most / added.length, binomial(added.length, 1 / pages.length)],
      [
        "429, of what is added",
        // of 103, three; where the page itself has 3 of 100, these are replaced
        sum(pages.map(({ status }) => (status[429] === undefined ? 3 / 103 : 3 / 100))) / pages.length,
        share(added, ({ status }) => status === 429),
        binomial(added.length, 0.03),
      ],
    ];
  },
  credential_stuffing: (size, log, twin, { rows }) => {
    const { added } = matched(log, twin);
    return [
      ["added requests, of the usual", size, (added.length * HOURS) / rows, 0],
      [
        "401, of what is added",
        0.97,
        share(added, ({ status }) => status === 401),
        binomial(added.length, 0.97),
      ],
      ["share at the login", 1, share(added, ({ endpoint }) => endpoint === "/login"), 0],
    ];
  },
  dependency_failure: (size, log, twin) => {
    const { pairs } = matched(log, twin);
    const at = (route) => pairs.filter(({ before }) => before.endpoint === route);
    const others = endpoints.filter(({ route }) => route !== popular.route);
    const hits = at(popular.route).filter(({ before, after }) => !failed(before) && failed(after));
    // It spreads to three of five others; an endpoint that it reaches has failures or slower answers to the end.
    const reached = others.filter(({ route }) =>
      at(route).some(({ before, after }) => before.took !== after.took),
    );
    return [
      failing(`failures of ${popular.route}`, at(popular.route), failed, () => size),
      ["504, of these", 0.6, share(hits, ({ after }) => after.status === 504), binomial(hits.length, 0.6)],
      [
        "changed answers of others, first tenth",
        0,
        share(
          pairs.filter(({ before }) => before.endpoint !== popular.route && progress(before) < 0.1),
          ({ before, after }) => before.took !== after.took || before.status !== after.status,
        ),
        0,
      ],
      ["others that it reaches", 0.6, reached.length / others.length, binomial(others.length, 0.6)],
    ];
  },
};

/** Rows of the table for one seed: kind, signature, expected, measured, standard error of the measured value. */
export async function measuredSignatures(seed, rows = 4500) {
  const options = { rows, seed, scenario, start: START, end: "2026-01-05T14:00:00Z" };
  const hourOf = async (more) =>
    recordsOf(await generate({ ...options, ...more })).filter(
      ({ time }) => time >= BEGIN && time < BEGIN + SECONDS * 1000,
    );
  const twin = await hourOf({});
  const start = new Date(BEGIN).toISOString().replace(".000", "");
  const table = [];
  for (const [kind, signature] of Object.entries(signatures)) {
    const log = await hourOf({ incidents: [{ id: "it", kind, start, seconds: SECONDS }] });
    const size = kinds[kind].size.default;
    for (const [name, expected, measured, standardError] of signature(size, log, twin, options))
      table.push({ kind, size, signature: name, expected, measured, standardError });
  }
  return table;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const tables = [];
  for (const seed of [1, 2, 3]) tables.push(await measuredSignatures(seed, 90_000));
  console.log("| incident | size | signature | expected | measured, seeds 1, 2, 3 |\n|---|---|---|---|---|");
  tables[0].forEach(({ kind, size, signature, expected }, i) => {
    const measured = tables.map((table) => table[i].measured.toFixed(3)).join(", ");
    console.log(`| ${kind} | ${size} | ${signature} | ${expected.toFixed(3)} | ${measured} |`);
  });
}
