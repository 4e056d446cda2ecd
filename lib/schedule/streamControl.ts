import { readdir, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { InputError, quoted } from "../errors.js";
import { scratchFolder, scratchFolders } from "../files/scratch.js";
import type { HandIncident, HandIncidents, Wish } from "./streamIncidents.js";

/** A request to a running stream, as a line of JSON. The answer is a line of JSON, too. */
export type Order =
  | { readonly do: "start"; readonly wish: Wish }
  | { readonly do: "stop"; readonly id?: string | undefined }
  | { readonly do: "list" };

/** Name of the socket in the private folder of a stream's process. */
const SOCKET = "stream.sock";
/** Length of the longest request, in characters. */
const LONGEST = 1 << 16;
/** Milliseconds to wait for a stream that itself waits for its receiver. */
const PATIENCE = 3000;

/**
 * Lets other processes of the same user start and stop incidents: at a socket in a folder that is theirs alone.
 * @returns what closes it
 */
export async function controlled(incidents: HandIncidents): Promise<() => Promise<void>> {
  const folder = await scratchFolder();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    let text = "";
    socket.setEncoding("utf8").on("data", async (piece: string) => {
      text += piece;
      if (!text.includes("\n") && text.length < LONGEST) return;
      socket.pause();
      socket.end(`${JSON.stringify(await answered(text, incidents))}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(join(folder, SOCKET), resolve);
  });
  return async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await rm(folder, { recursive: true, force: true });
  };
}

async function answered(text: string, incidents: HandIncidents): Promise<{ error: string } | HandIncident[]> {
  try {
    const order: Order = JSON.parse(text);
    const patience = AbortSignal.timeout(PATIENCE);
    if (order.do === "start") return [await incidents.start(order.wish, patience)];
    if (order.do === "stop") return [await incidents.stop(order.id, patience)];
    return [...incidents.list()];
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/**
 * Asks a stream of the same user on this machine.
 * @param process its process id, which may be left out if only one stream runs
 * @throws InputError when no stream runs, several do, or the stream refuses
 */
export async function asked(order: Order, process?: number): Promise<HandIncident[]> {
  const running = await streams();
  const numbers = running.map(({ pid }) => pid).join(", ");
  if (running.length === 0) throw new InputError("stream: none of yours runs on this machine");
  if (process === undefined && running.length > 1)
    throw new InputError(`stream: ${running.length} run, give the process of one: ${numbers}`);
  const stream = process === undefined ? running[0] : running.find(({ pid }) => pid === process);
  if (stream === undefined)
    throw new InputError(`stream: no stream runs as process ${quoted(process)}; there are ${numbers}`);
  const answer = JSON.parse(await said(stream.socket, `${JSON.stringify(order)}\n`));
  if (!Array.isArray(answer)) throw new InputError(answer.error);
  return answer;
}

/** The sockets of this user's running streams. */
async function streams(): Promise<{ pid: number; socket: string }[]> {
  const found: { pid: number; socket: string }[] = [];
  for (const { folder, pid } of await scratchFolders()) {
    const names = await readdir(folder).catch((): string[] => []);
    if (names.includes(SOCKET)) found.push({ pid, socket: join(folder, SOCKET) });
  }
  return found;
}

/** The answer to a request at a socket. */
function said(path: string, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(path, () => socket.write(words));
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    socket.on("error", ({ message }) => reject(new InputError(`stream: it does not answer (${message})`)));
    socket.on("close", () =>
      text === "" ? reject(new InputError("stream: it ended before it answered")) : resolve(text),
    );
  });
}
