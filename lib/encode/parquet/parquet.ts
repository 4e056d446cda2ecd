import type { RowGroup, SchemaElement, Statistics } from "hyparquet";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { loadZstd, type ZstdCompress } from "../../files/zstd.js";
import { addressOf, type Batch } from "../../generate/batch.js";
import { GENERATOR_VERSION, type Plan } from "../../generate/plan.js";
import type { Encoder } from "../encoder.js";
import { putAddress } from "../text.js";
import { ColumnChunk } from "./columnChunk.js";
import { Dictionary } from "./dictionary.js";

/**
 * Parquet with zstd: `timestamp` as TIMESTAMP(MILLIS, UTC), `ip_address` and `endpoint` as STRING, `status_code` as a
 * 16-bit integer, `response_time_ms` as DOUBLE. Row groups of 524,288 records bound the memory. hyparquet-writer makes
 * the headers and the footer. The pages are made here from the numbers of the batches, because that package takes
 * values as JavaScript strings and objects, which is ten times slower.
 */
export async function parquetEncoder(plan: Plan): Promise<Encoder> {
  return new ParquetEncoder(plan, await loadZstd());
}

/** Records in a row group. */
const GROUP = 524_288;

const required = { repetition_type: "REQUIRED" } as const;
const string = {
  ...required,
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  logical_type: { type: "STRING" },
} as const;

const columns = {
  timestamp: {
    ...required,
    name: "timestamp",
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  },
  address: { ...string, name: "ip_address" },
  endpoint: { ...string, name: "endpoint" },
  status: {
    ...required,
    name: "status_code",
    type: "INT32",
    converted_type: "INT_16", // no logical type, because hyparquet-writer 0.17 writes its width with a type that pyarrow refuses
  },
  latency: { ...required, name: "response_time_ms", type: "DOUBLE" },
} as const satisfies Record<string, SchemaElement>;

/** A column with few distinct values: a dictionary of them, and each record's number in it. */
class Numbered {
  readonly values = new Dictionary();
  readonly numbers = new Uint32Array(GROUP);
}

/** Encodes one file, which stands alone: its parts cannot be put together. */
class ParquetEncoder implements Encoder {
  readonly header = new TextEncoder().encode("PAR1");
  readonly #range: "public" | "documentation";
  readonly #compress: ZstdCompress;
  readonly #routes: readonly string[];
  /** Index of the route, by outcome. */
  readonly #routeOf: Uint16Array;
  readonly #identifiers: boolean;
  readonly #statusOf: Uint16Array;
  /** Milliseconds since 1970. */
  readonly #times = new Float64Array(GROUP);
  readonly #addresses = new Numbered();
  readonly #endpoints = new Numbered();
  readonly #statuses = new Numbered();
  readonly #latencies = new Numbered();
  /** Number of records in the open row group. */
  #held = 0;
  readonly #groups: RowGroup[] = [];
  #records = 0;
  /** Number of bytes of the file so far. */
  #offset = this.header.length;

  constructor({ scenario, outcomes }: Plan, compress: ZstdCompress) {
    this.#range = scenario.visitors.addresses;
    this.#compress = compress;
    this.#identifiers = scenario.site.identifiers;
    this.#routes = [...new Set(outcomes.map(({ endpoint }) => endpoint.route))];
    const places = new Map(this.#routes.map((route, i) => [route, i]));
    this.#routeOf = Uint16Array.from(outcomes, ({ endpoint }) => places.get(endpoint.route)!);
    this.#statusOf = Uint16Array.from(outcomes, ({ status }) => status);
  }

  *encode(batch: Batch): Generator<Uint8Array> {
    for (let row = 0; row < batch.length; ) {
      const until = Math.min(batch.length, row + GROUP - this.#held);
      this.#hold(batch, row, until);
      row = until;
      if (this.#held === GROUP) yield* this.#group();
    }
  }

  *end(): Generator<Uint8Array> {
    if (this.#held > 0) yield* this.#group();
    const footer = new ByteWriter();
    writeMetadata(footer, {
      version: 2,
      schema: [{ name: "log", num_children: 5 }, ...Object.values(columns)],
      num_rows: BigInt(this.#records),
      row_groups: this.#groups,
      created_by: `server-logs version ${GENERATOR_VERSION}`,
      metadata_length: 0, // writeMetadata computes it
    });
    footer.appendBytes(this.header); // the file ends with the same four bytes as it begins with
    yield footer.getBytes();
  }

  /** Copies rows into the open row group. */
  #hold(batch: Batch, row: number, until: number): void {
    const { second, millisecond, visitor, outcome: outcomes, latency, identifier } = batch;
    const range = this.#range;
    const times = this.#times;
    const routeOf = this.#routeOf;
    const statusOf = this.#statusOf;
    const { values: addresses, numbers: addressNumbers } = this.#addresses;
    const { values: endpoints, numbers: endpointNumbers } = this.#endpoints;
    const { values: statuses, numbers: statusNumbers } = this.#statuses;
    const { values: latencies, numbers: latencyNumbers } = this.#latencies;
    let at = this.#held;
    for (; row < until; row++, at++) {
      const outcome = outcomes[row];
      times[at] = second[row] * 1000 + millisecond[row];
      addressNumbers[at] = addresses.numberOf(0, addressOf(visitor[row], range));
      endpointNumbers[at] = endpoints.numberOf(routeOf[outcome], identifier[row]);
      statusNumbers[at] = statuses.numberOf(0, statusOf[outcome]);
      latencyNumbers[at] = latencies.numberOf(0, latency[row]);
    }
    this.#held = at;
  }

  /** The bytes of the open row group, one piece for each column. */
  *#group(): Generator<Uint8Array> {
    const held = this.#held;
    const chunks: RowGroup["columns"] = [];
    const close = (chunk: ColumnChunk, statistics?: Statistics): Uint8Array => {
      const meta_data = chunk.metadata(held, statistics);
      chunks.push({ file_offset: meta_data.dictionary_page_offset ?? meta_data.data_page_offset, meta_data });
      const bytes = chunk.bytes;
      this.#offset += bytes.length;
      return bytes;
    };
    const open = (element: SchemaElement) => new ColumnChunk(element, this.#offset, this.#compress);

    const time = open(columns.timestamp);
    time.rising(this.#times, held);
    yield close(time, bounds(this.#times.subarray(0, held), BigInt));
    for (const [element, column, plain, value] of [
      [columns.address, this.#addresses, plainAddresses, undefined],
      [columns.endpoint, this.#endpoints, (keys: Dictionary) => this.#plainEndpoints(keys), undefined],
      [columns.status, this.#statuses, plainStatuses, Number],
      [columns.latency, this.#latencies, plainLatencies, (hundredths: number) => hundredths / 100],
    ] as const) {
      const { values, numbers } = column;
      const chunk = open(element);
      chunk.dictionary(plain(values), values.size);
      chunk.numbers(numbers, held, values.size);
      yield close(chunk, value && bounds(values.low.subarray(0, values.size), value));
      values.clear();
    }

    const sum = (size: "total_uncompressed_size" | "total_compressed_size") =>
      chunks.reduce((all, { meta_data }) => all + meta_data![size], 0n);
    this.#groups.push({
      columns: chunks,
      total_byte_size: sum("total_uncompressed_size"),
      total_compressed_size: sum("total_compressed_size"),
      num_rows: BigInt(held),
    });
    this.#records += held;
    this.#held = 0;
  }

  #plainEndpoints({ size, high, low }: Dictionary): Uint8Array {
    const texts = Array.from({ length: size }, (_, i) => {
      const route = this.#routes[high[i]];
      return this.#identifiers ? route.replace("{id}", () => String(low[i])) : route;
    });
    const bytes = new Uint8Array(texts.reduce((sum, text) => sum + 4 + text.length, 0)); // routes are ASCII
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const text of texts) {
      view.setUint32(at, text.length, true);
      at += 4;
      for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    }
    return bytes;
  }
}

/** Addresses in Parquet's encoding of strings: the length in four bytes, then the text. */
function plainAddresses({ size, low }: Dictionary): Uint8Array {
  const view = new DataView(new ArrayBuffer(size * 19 + 8));
  let at = 0;
  for (let i = 0; i < size; i++) {
    const end = putAddress(view, at + 4, low[i]);
    view.setUint32(at, end - at - 4, true);
    at = end;
  }
  return new Uint8Array(view.buffer, 0, at);
}

function plainStatuses({ size, low }: Dictionary): Uint8Array {
  return new Uint8Array(Int32Array.from(low.subarray(0, size)).buffer);
}

function plainLatencies({ size, low }: Dictionary): Uint8Array {
  return new Uint8Array(Float64Array.from(low.subarray(0, size), (hundredths) => hundredths / 100).buffer);
}

/** The smallest and the largest of some numbers. The footer holds them so that readers can skip row groups. */
function bounds(
  numbers: Float64Array | Uint32Array,
  value: (number: number) => number | bigint,
): Pick<Statistics, "min_value" | "max_value"> {
  let [least, greatest] = [numbers[0], numbers[0]];
  for (const number of numbers) {
    if (number < least) least = number;
    if (number > greatest) greatest = number;
  }
  return { min_value: value(least), max_value: value(greatest) };
}
