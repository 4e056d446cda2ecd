import "./errors.js";
import type { DataFrame } from "danfojs-node";
import type { Columns } from "../record.js";
import { defectKinds } from "../scenario/defects.js";
import type { AnswerKey } from "../truth/answerKey.js";
import { escapeHtml, visible } from "../visible.js";
import { toFrame } from "./frame.js";
import { counted } from "./numbers.js";
import { showsItself } from "./show.js";
import { columnsTable, htmlTable, textTable } from "./table.js";

/** What was planted in a log: its answer key as frames. */
export class Planted {
  /** The answer key itself, as in the file. */
  readonly key: AnswerKey;
  /**
   * A row for each incident: `incident` (its id), `kind`, `endpoints` (empty if it affects all that suit the kind),
   * `clients` (share of the visitors), `start`, `end` (excluded), `shape`, `size`, `happened` (no, if this twin leaves
   * it out), and the numbers of records that it `added`, `altered` and `dropped`.
   */
  readonly incidents: DataFrame;
  /** Columns `defect` and `lines`: the number of lines with each defect that occurs. */
  readonly defects: DataFrame;
  readonly #incidents: Columns;
  readonly #defects: Columns;

  constructor(key: AnswerKey) {
    this.key = key;
    this.#incidents = incidentColumns(key);
    this.#defects = defectColumns(key);
    this.incidents = toFrame(this.#incidents);
    this.defects = toFrame(this.#defects);
  }

  /**
   * The exact counts that a dashboard should show: `bucket` (its beginning), `endpoint`, `status_class` (1 to 5) and
   * `requests`. Cells of 0 are left out. There are up to a million rows, which are made on request.
   */
  get counts(): DataFrame {
    const { bucket, endpoint, status_class, requests, ...table } = this.key.counts;
    const first = Date.parse(table.first_bucket);
    return toFrame({
      bucket: bucket.map((number) => new Date(first + number * table.bucket_seconds * 1000).toISOString()),
      endpoint: endpoint.map((number) => table.endpoints[number]),
      status_class,
      requests,
    });
  }

  static {
    showsItself(Planted.prototype, (planted, textOnly) => {
      const { incidents, defects, lines, from, to, seed, generator_version: version } = planted.key;
      const spoilt = defectKinds.reduce((sum, kind) => sum + defects[kind], 0);
      const planting = `${counted(incidents.length, "incident")} and ${counted(spoilt, "defect")}`;
      const words = [
        `${planting} in ${counted(lines.written, "line")} from ${from} to ${to}`,
        `seed ${seed}, generator version ${version}`,
      ].map((line) => visible(line, 200));
      const tables = [telling(planted.#incidents), planted.#defects]
        .filter((columns) => Object.values(columns)[0].length > 0)
        .map(columnsTable);
      const text = [words.join("\n"), ...tables.map(textTable)].join("\n\n");
      if (textOnly) return { "text/plain": text };
      const html = `<p>${words.map(escapeHtml).join("<br>")}</p>`;
      return { "text/html": [html, ...tables.map(htmlTable)].join("\n"), "text/plain": text };
    });
  }
}

/** Without the columns that say of every incident what goes without saying, which would make the table too wide. */
function telling({ endpoints, clients, happened, ...rest }: Columns): Columns {
  const { incident, kind, start, end, shape, size, ...records } = rest;
  return {
    ...{ incident, kind },
    ...(endpoints!.every((names) => names === null) ? {} : { endpoints }),
    ...(clients!.every((share) => share === 1) ? {} : { clients }),
    ...{ start, end, shape, size },
    ...(happened!.every((word) => word === "yes") ? {} : { happened }),
    ...records,
  } as Columns;
}

function incidentColumns({ incidents }: AnswerKey): Columns {
  return {
    incident: incidents.map(({ id }) => id),
    kind: incidents.map(({ kind }) => kind),
    endpoints: incidents.map(({ endpoints }) => endpoints?.join(", ") ?? null),
    clients: incidents.map(({ clients }) => clients),
    start: incidents.map(({ start }) => start),
    end: incidents.map(({ end }) => end),
    shape: incidents.map(({ shape }) => shape),
    size: incidents.map(({ size }) => size),
    happened: incidents.map(({ happened }) => (happened ? "yes" : "no")),
    added: incidents.map(({ added }) => added),
    altered: incidents.map(({ altered }) => altered),
    dropped: incidents.map(({ dropped }) => dropped),
  };
}

function defectColumns({ defects }: AnswerKey): Columns {
  const some = defectKinds.filter((kind) => defects[kind] > 0);
  return { defect: some, lines: some.map((kind) => defects[kind]) };
}
