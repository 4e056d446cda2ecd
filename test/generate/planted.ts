import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { hasOwnClients } from "#lib/scenario/incidents/incident";
import { type IncidentKind, incidentKinds, kinds } from "#lib/scenario/incidents/kinds";
import { parseScenario } from "#lib/scenario/parse";
import type { Incident } from "#lib/scenario/types";
import type { AnswerKey } from "#lib/truth/answerKey";
import { type GenerateOptions, generate } from "#lib/write/generate";

/** A log for tests: its lines byte for byte, each with its label. */
export interface Planted {
  /** Lines without the header, with one character per byte. */
  lines: string[];
  labels: { incidents: string[]; defect: string }[];
  key: AnswerKey;
  sha256: string;
}

/** Makes a log with labels in a temporary folder, which is removed after `look` has seen the file. */
export async function planted(
  options: GenerateOptions,
  look: (path: string, key: AnswerKey) => Promise<void> = async () => {},
): Promise<Planted> {
  const folder = mkdtempSync(join(tmpdir(), "planted-"));
  try {
    const log = await generate({ ...options, out: join(folder, "log.csv"), labels: true, key: false });
    await look(log.path!, log.key);
    const wholeWindow = options.from === undefined && options.shard === undefined;
    const rowsOf = (path: string) =>
      readFileSync(path, "latin1")
        .split("\n")
        .slice(wholeWindow ? 1 : 0, -1);
    return {
      lines: rowsOf(log.path!),
      labels: rowsOf(log.labelsPath!).map((line) => {
        const [incidents, defect] = line.split(",");
        return { incidents: incidents === "" ? [] : incidents.split("|"), defect };
      }),
      key: JSON.parse(JSON.stringify(log.key)), // as a file would have it
      sha256: log.sha256,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const moment = (second: number) => new Date(second * 1000).toISOString().replace(".000", "");

const START = Date.parse("2026-01-05T00:00:00Z") / 1000;
const routes = parseScenario().site.endpoints.map(({ route }) => route);

/** A window, from a quiet day to a busy quarter of an hour. */
export const anyWindow = fc.oneof(
  fc.record({ rows: fc.integer({ min: 0, max: 4000 }), seconds: fc.constant(86_400) }),
  fc.record({ rows: fc.integer({ min: 2000, max: 15_000 }), seconds: fc.integer({ min: 300, max: 1800 }) }),
);

/** An incident of a kind, anywhere in a window of `seconds`. */
export const anyIncident = (kind: IncidentKind, seconds: number, id: string): fc.Arbitrary<Incident> =>
  fc
    .record({
      at: fc.double({ min: 0, max: 0.7, noNaN: true }),
      length: fc.double({ min: 0.05, max: 1.2, noNaN: true }),
      shape: fc.constantFrom("step" as const, "ramp" as const, "pulse" as const),
      clients: fc.option(fc.constantFrom(0.2, 0.8), { nil: undefined }),
      endpoints: fc.option(fc.subarray(routes, { minLength: 1, maxLength: 4 }), { nil: undefined }),
      severity: fc.double({ min: 0.3, max: 1.5, noNaN: true }),
    })
    .map(({ at, length, shape, clients, endpoints, severity }) => {
      const { min, max, default: usual } = kinds[kind].size;
      return {
        id,
        kind,
        start: moment(START + Math.floor(at * seconds)),
        seconds: Math.max(1, Math.floor(length * seconds)),
        shape,
        ...(clients && !hasOwnClients(kind) && { clients }),
        ...(endpoints && { endpoints }),
        size: Math.min(max, Math.max(min, usual * severity)),
      };
    });

/** Options of a log in which up to four incidents of any kinds overlap as they like. */
export const anyPlanted: fc.Arbitrary<Omit<GenerateOptions, "incidents"> & { incidents: Incident[] }> = fc
  .record({
    window: anyWindow,
    kinds: fc.array(fc.constantFrom(...incidentKinds), { minLength: 1, maxLength: 4 }),
    seed: fc.integer({ min: 0, max: 2 ** 40 }),
  })
  .chain(({ window, kinds, seed }) =>
    fc
      .tuple(...kinds.map((kind, i) => anyIncident(kind, window.seconds, `i${i}_${kind}`)))
      .map((incidents) => ({
        rows: window.rows,
        seed,
        start: moment(START),
        end: moment(START + window.seconds),
        incidents,
      })),
  );

/** A little of every defect. */
export const allDefects = {
  malformed: 0.01,
  missing: 0.01,
  wrongType: 0.01,
  badEncoding: 0.01,
  duplicated: 0.02,
  late: 0.02,
  outOfOrder: 0.02,
  skewedClock: 0.02,
};
