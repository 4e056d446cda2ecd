import { InputError, InterruptedError, quoted } from "../errors.js";
import { Pace, type Work } from "../work.js";
import { cancellable, connect, tableColumns } from "./postgres.js";
import { type RequestsTable, type Rows, sqlName } from "./table.js";
import { noRequests } from "./warehouse.js";

/** Rows that are fetched at a time. */
const fetched = 2048;

/**
 * Opens the table `requests` of a PostgreSQL database, as it is now: what others write from now on is not seen.
 * @param argument what errors call the address
 * @throws InputError when it cannot be reached, or has no such table; InterruptedError when stopped
 */
export async function openPostgresTable(
  address: string,
  argument: string,
  work: Work,
): Promise<RequestsTable> {
  if (work.signal?.aborted) throw new InterruptedError();
  const { client, name } = await connect(address, argument);
  const close = () => client.end().catch(() => {});
  const failed = (error: unknown): Error =>
    error instanceof InputError || error instanceof InterruptedError
      ? error
      : new InputError(
          `${argument}: cannot read ${quoted(name)}: ${(error as Error).message.split("\n")[0]}`,
        );
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    // The log is made again between two readings, and large tables are else read from where others are just now.
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    await client.query("SET LOCAL synchronize_seqscans = off");
    const columns = (await tableColumns(client, "requests")).map(([column]) => column);
    if (columns.length === 0) throw noRequests(argument, name);
    // It may wait for one who changes the table, so it is stopped on the server, too.
    await cancellable(client, address, work, () => client.query("SELECT FROM requests LIMIT 0"));
    return {
      name,
      columns,
      close,
      async *rows(wanted, work) {
        const pace = new Pace(work);
        const texts = wanted.map((column) => (column === undefined ? "NULL" : sqlName(column)));
        const run = (text: string) =>
          cancellable(client, address, work, () => client.query({ text, rowMode: "array", types: asSent }));
        let done = 0;
        try {
          await run(`DECLARE requests_rows NO SCROLL CURSOR FOR SELECT ${texts.join(", ")} FROM requests`);
          for (;;) {
            const { rows } = await run(`FETCH ${fetched} FROM requests_rows`);
            if (rows.length === 0) break;
            yield rows as Rows;
            done += rows.length;
            await pace.step(done, undefined, "records");
          }
          await run("CLOSE requests_rows");
        } catch (error) {
          throw failed(error);
        }
      },
    };
  } catch (error) {
    await close();
    throw failed(error);
  }
}

/** Every value as the text in which the server sends it. */
const asSent = { getTypeParser: () => (text: string) => text } as never;
