import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { InputError, quoted } from "../../errors.js";
import type { DeliveryOutcome, Parcel, Receiver, Try } from "./receiver.js";

/**
 * The framing of messages in a connection: each is preceded by its length (RFC 6587, 3.4.1) or followed by a line feed.
 */
export type Framing = "octets" | "lines";

/** Facility local7, severity informational, as nginx uses them: 23 × 8 + 6. */
const PRIORITY = 190;
/** An enterprise number that is reserved for examples (RFC 5612). */
const ENTERPRISE = 32473;

/**
 * Syslog over TCP (RFC 5424, RFC 6587). Its receivers never acknowledge messages. But they close a connection after
 * they have read it to its end, and a connection that is closed with unread data is reset. So each parcel has its own
 * connection, and counts as acknowledged when the receiver closes it after us. Until then its records are kept, and
 * they are sent again over a new connection if the old one breaks. Records are sent when they are due; the parcel ends
 * when it is full or a few seconds old. Records that a receiver reads and then loses cannot be sent again.
 */
export class SyslogReceiver implements Receiver {
  readonly batch = 10_000;
  readonly linger = 5000;
  readonly ids = "apart";
  readonly name: string;
  readonly #host: string;
  readonly #port: number;
  readonly #framing: Framing;
  #connection: Connection | undefined;

  constructor(url: URL, framing: Framing = "octets") {
    const { hostname, port, username, password, pathname, search } = url;
    if (username !== "" || password !== "" || !["", "/"].includes(pathname) || search !== "")
      throw new InputError("out: syslog has an address and a port, no user, path or query");
    if (framing !== "octets" && framing !== "lines")
      throw new InputError(`framing: must be "octets" or "lines", not ${quoted(framing)}`);
    this.#host = hostname.replace(/^\[(.*)\]$/, "$1");
    this.#port = port === "" ? 601 : Number(port);
    this.#framing = framing;
    this.name = quoted(`syslog+tcp://${hostname}:${this.#port}`);
  }

  offer(parcel: Parcel): boolean {
    this.#connection ??= new Connection(this.#host, this.#port);
    this.#write(this.#connection, parcel);
    return !this.#connection.isBroken;
  }

  async send(parcel: Parcel, { timeout, giveUp }: Try): Promise<DeliveryOutcome> {
    const limit = AbortSignal.timeout(timeout);
    const signal = giveUp ? AbortSignal.any([limit, giveUp]) : limit;
    const connection = this.#connection ?? new Connection(this.#host, this.#port);
    this.#connection = undefined;
    try {
      await connection.opened(signal);
      this.#write(connection, parcel);
      await connection.readToEnd(signal);
      return { taken: true };
    } catch (error) {
      connection.destroy();
      if (limit.aborted)
        return {
          taken: false,
          why: `did not read all and close the connection within ${timeout / 1000} s`,
        };
      const { code, message } = error as NodeJS.ErrnoException;
      return { taken: false, why: code === undefined ? message : `cannot be reached (${code})` };
    }
  }

  close(): void {
    this.#connection?.destroy();
  }

  /** Writes the records of a parcel that were not written to the connection yet. */
  #write(connection: Connection, parcel: Parcel): void {
    const frames: Buffer[] = [];
    for (; connection.records < parcel.lines.length; connection.records++)
      frames.push(...this.#frame(parcel, connection.records));
    if (frames.length > 0) connection.write(Buffer.concat(frames));
  }

  #frame({ lines, due, ids }: Parcel, row: number): Buffer[] {
    const time = new Date(due[row]).toISOString();
    const data = ids.length > 0 ? `[record@${ENTERPRISE} id="${ids[row]}"]` : "-";
    const head = Buffer.from(`<${PRIORITY}>1 ${time} www.example.com server-logs - - ${data} `);
    const line = lines[row];
    if (this.#framing === "lines") return [head, line];
    const message = line.subarray(0, line.length - 1);
    return [Buffer.from(`${head.length + message.length} `), head, message];
  }
}

/**
 * Milliseconds from the last byte to the end of a connection. If data and the end of the connection were both in flight
 * while a receiver closes the connection, the data would be lost without an error.
 */
const ARRIVAL = 50;
/** Milliseconds between two checks whether everything was written. */
const FLUSH = 5;

/** A connection that reports how it ended. */
class Connection {
  /** Number of records of the parcel that were written to it. */
  records = 0;
  readonly #socket: Socket;
  #fault: Error | undefined;
  #isEnding = false;

  constructor(host: string, port: number) {
    this.#socket = connect({ host, port, keepAlive: true, noDelay: true });
    this.#socket.on("error", (error) => {
      this.#fault ??= error;
    });
    this.#socket.on("end", () => {
      if (!this.#isEnding) this.#fault ??= new Error("closed the connection before it had all");
    });
    this.#socket.resume(); // data from the receiver is ignored
  }

  /** @throws Error when the connection cannot be opened */
  async opened(signal: AbortSignal): Promise<void> {
    if (this.#fault === undefined && this.#socket.connecting) await once(this.#socket, "connect", { signal });
    if (this.#fault !== undefined) throw this.#fault;
  }

  get isBroken(): boolean {
    return this.#fault !== undefined;
  }

  write(bytes: Buffer): void {
    if (this.#fault === undefined && this.#socket.writable) this.#socket.write(bytes);
  }

  /**
   * Ends our side of the connection, and waits for the receiver to end its side. @throws Error when the connection
   * breaks before that
   */
  async readToEnd(signal: AbortSignal): Promise<void> {
    await this.#written(signal);
    await after(ARRIVAL, undefined, { signal });
    if (this.#fault !== undefined) throw this.#fault;
    this.#isEnding = true;
    this.#socket.end();
    if (!this.#socket.closed) await once(this.#socket, "close", { signal });
    if (this.#fault !== undefined) throw this.#fault;
  }

  /**
   * Waits until the operating system has taken everything that was written. @throws Error when the connection breaks
   * before that
   */
  async #written(signal: AbortSignal): Promise<void> {
    while (this.#socket.writableLength > 0 && this.#fault === undefined)
      await after(FLUSH, undefined, { signal });
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
