import type { Client, QueryArrayConfig } from "pg";
import { InputError, InterruptedError, quoted } from "../../errors.js";
import { machineFault } from "../../files/fault.js";
import type { Work } from "../../work.js";
import type { Answer } from "../answer.js";
import type { ParameterType, ParameterValue } from "../parameters.js";
import type { Question } from "../questions.js";
import { valueReaders } from "./postgresValues.js";

/** Makes a client for the address, not yet connected, and the database's name for messages, without the password. */
async function clientOf(address: string, argument: string): Promise<{ client: Client; name: string }> {
  const { default: pg } = await import("pg");
  try {
    const client = new pg.Client({
      connectionString: address,
      application_name: "server-logs",
      connectionTimeoutMillis: 10_000,
      types: (await valueReaders()) as never,
    });
    client.on("error", () => {}); // if the connection breaks, the query that waits for it fails
    const { user, host, port, database } = client;
    return { client, name: `postgres://${user}@${host}:${port}/${database ?? ""}` };
  } catch {
    // The error repeats neither the address nor what is wrong with it, which may contain a password.
    throw new InputError(
      `${argument}: the address cannot be read: the form is postgres://USER@HOST:PORT/DATABASE; a password goes into PGPASSWORD or ~/.pgpass`,
    );
  }
}

/**
 * Opens a connection.
 * @param argument - what errors call the address
 * @throws InputError, in one sentence without credentials, if the database cannot be reached
 */
export async function connect(address: string, argument: string): Promise<{ client: Client; name: string }> {
  const { client, name } = await clientOf(address, argument);
  try {
    await client.connect();
    await client.query("SET TimeZone = 'UTC'");
    await client.query("SET DateStyle = 'ISO'");
    await client.query("SET IntervalStyle = 'iso_8601'");
    return { client, name };
  } catch (error) {
    await client.end().catch(() => {});
    throw new InputError(`${argument}: cannot connect to ${quoted(name)}: ${connectionFailure(error)}`);
  }
}

/** Runs a query so that the caller's signal stops it, on the server as well. */
export async function cancellable<T>(
  client: Client,
  address: string,
  { signal }: Work,
  run: () => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw new InterruptedError();
  const stop = () => void cancel(client, address).catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await run();
  } catch (error) {
    throw signal?.aborted ? new InterruptedError() : error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** Name and type of each column of a table; empty if there is no such table. */
export async function tableColumns(client: Client, table: string): Promise<[string, string][]> {
  const { rows } = await client.query({
    text: "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
    values: [table],
    rowMode: "array",
  });
  return rows as unknown as [string, string][];
}

function connectionFailure(error: unknown): string {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  const words: Record<string, string> = {
    ECONNREFUSED: "no server listens there",
    ENOENT: "there is no such socket",
    ENOTFOUND: "there is no such host",
    EAI_AGAIN: "its name cannot be resolved",
    ETIMEDOUT: "it does not answer",
  };
  return words[code ?? errors?.[0]?.code ?? ""] ?? (message.split("\n")[0] || "it failed");
}

/** Asks the server, over a second connection, to cancel the query of the first one. */
async function cancel(client: Client, address: string): Promise<void> {
  const { processID } = client as Client & { processID: number };
  const second = await connect(address, "source");
  try {
    await second.client.query("SELECT pg_cancel_backend($1)", [processID]);
  } finally {
    await second.client.end();
  }
}

/**
 * Answers a question about the table `requests` of a PostgreSQL database. The SQL runs in a read-only transaction.
 * @param values - the values of its parameters, in their order
 * @throws InputError if the database cannot be reached, or the SQL is wrong
 */
export async function answerInPostgres(
  address: string,
  question: Question,
  values: readonly ParameterValue[],
  work: Work,
  answer: Answer,
): Promise<void> {
  if (!isQuery(question.sql))
    throw new InputError(`question: ${quoted(question.name)} is not a single SELECT`);
  if (work.signal?.aborted) throw new InterruptedError();
  const { client } = await connect(address, "source");
  try {
    await client.query("BEGIN");
    if (values.length > 0) {
      const columns = question.parameters
        .map(({ name, type }) => `"${name.toLowerCase()}" ${sqlTypes[type]}`) // in quotes, a keyword is a name, too
        .join(", ");
      await client.query(`CREATE TEMP TABLE params (${columns}) ON COMMIT DROP`);
      const places = values.map((_, i) => `$${i + 1}`).join(", ");
      await client.query(`INSERT INTO params VALUES (${places})`, [...values]);
      await client.query("ANALYZE params"); // the planner would not guess that it has one row
    }
    await client.query("SET TRANSACTION READ ONLY");
    await cancellable(client, address, work, () => streamAnswer(client, question.sql, answer));
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    const fault = machineFault(error);
    if (fault !== undefined) throw new Error(`cannot answer ${quoted(question.name)}: ${fault}`);
    throw new InputError(`question: ${quoted(question.name)}: ${(error as Error).message.split("\n")[0]}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Number of characters of an answer that are handed on at a time. */
const atATime = 2 ** 18;

/** Hands an answer on while the server sends it. The protocol used here accepts one statement only. */
async function streamAnswer(client: Client, text: string, answer: Answer): Promise<void> {
  const { default: pg } = await import("pg");
  const config: QueryArrayConfig & { queryMode: string } = { text, rowMode: "array", queryMode: "extended" };
  const query = client.query(new pg.Query(config));
  return new Promise((resolve, reject) => {
    let columns: unknown[][] | undefined;
    let size = 0;
    let failed: Error | undefined; // an error of the receiver, for example a full disk
    const begin = (fields: readonly { name: string }[]) => {
      answer.begin(fields.map(({ name }) => name));
      columns = fields.map(() => []);
    };
    const handOn = () => {
      if (columns === undefined || columns[0]?.length === 0) return;
      answer.add(columns);
      columns = columns.map(() => []);
      size = 0;
    };
    query.on("row", (row: unknown, result) => {
      if (failed) return;
      try {
        if (columns === undefined) begin(result!.fields);
        (row as unknown[]).forEach((value, i) => {
          columns![i].push(value);
          size += typeof value === "string" ? value.length : 8;
        });
        if (size > atATime) handOn();
      } catch (error) {
        failed = error as Error;
        reject(failed); // ends the connection, so that the server stops sending
      }
    });
    query.on("error", reject);
    query.on("end", (result) => {
      try {
        if (columns === undefined) begin(result.fields);
        handOn();
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
}

const sqlTypes: Record<ParameterType, string> = {
  integer: "bigint",
  number: "double precision",
  text: "text",
  moment: "timestamp",
};

/** Whether the SQL, after any comments, begins like a query. The server makes sure that it is a single statement. */
function isQuery(sql: string): boolean {
  const begin = sql.replace(/^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/, "");
  return /^(?:select|with|values)\b|^\(/i.test(begin);
}
