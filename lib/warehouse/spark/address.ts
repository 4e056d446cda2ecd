import { connect } from "node:net";
import { InputError, quoted } from "../../errors.js";
import { lakeOption } from "./lake.js";

/**
 * The data of a question for Spark: a lake that `spark generate` wrote, or any Parquet folder with the five fields. A
 * lake must be complete; if `differs` is true, its records may differ from its answer keys.
 */
export type SparkData = { readonly lake: string; readonly differs?: boolean } | { readonly parquet: string };

/** An address for a message, without the key or password in it. */
const shown = (text: string) => quoted(text.replace(/\/\/[^/?#@]*@/g, "//…@"));

/** Whether a text is the address of a Spark cluster. */
export const isSpark = (text: unknown): text is string =>
  typeof text === "string" && /^spark:\/\//i.test(text);

const form =
  "spark://HOST:PORT?lake=FOLDER (or ?parquet=FOLDER for any Parquet files; spark://local?… for Spark on this machine)";

/**
 * Parses `spark://HOST:PORT?lake=FOLDER` or `?parquet=FOLDER`; `spark://local` and `spark://local[4]` are Spark inside
 * one process on this machine.
 * @throws InputError when the address has another form
 */
export function sparkAddress(text: string, argument = "source"): { master: string; data: SparkData } {
  const { master, query } = clusterOf(text, argument);
  const wanted = [...new URLSearchParams(query)];
  const [[name, folder] = ["", ""]] = wanted;
  if (wanted.length !== 1 || (name !== "lake" && name !== "parquet"))
    throw new InputError(`${argument}: ${shown(text)} does not say which data: write ${form}`);
  return { master, data: name === "lake" ? { lake: lakeOption(folder) } : { parquet: lakeOption(folder) } };
}

/**
 * The address of the cluster alone, `spark://HOST:PORT` or `spark://local`, as `spark-sql --master` takes it.
 * @throws InputError when the address has another form, or names data too
 */
export function sparkMaster(text: string, argument = "on"): string {
  const { master, query } = clusterOf(text, argument);
  if (query !== "")
    throw new InputError(
      `${argument}: ${shown(text)} names data too: write the cluster alone, spark://HOST:PORT`,
    );
  return master;
}

function clusterOf(text: string, argument: string): { master: string; query: string } {
  const [, host, query = ""] = /^spark:\/\/([^/?#\s]+)\/?(?:\?(.*))?$/is.exec(text) ?? [];
  const local = /^local(\[(\d{1,3}|\*)\])?$/.exec(host ?? "");
  const known = local !== null || /^(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}(,[\w.-]+:\d{1,5})*$/i.test(host ?? "");
  if (!known)
    throw new InputError(`${argument}: ${shown(text)} is not the address of a Spark cluster: write ${form}`);
  return { master: local ? (local[1] ? host : "local[*]") : `spark://${host}`, query };
}

/**
 * Checks that something listens at the address of the cluster's master: Spark itself would try for more than a minute.
 * @throws InputError when nothing does
 */
export async function checkCluster(master: string): Promise<void> {
  if (!master.startsWith("spark://")) return;
  const hosts = master.slice("spark://".length).split(",");
  const answers = await Promise.all(hosts.map(listens));
  if (!answers.includes(true)) {
    throw new InputError(
      `no Spark master listens at ${hosts.join(", ")}: start one, or write spark://local for Spark on this machine`,
    );
  }
}

function listens(host: string): Promise<boolean> {
  const at = host.lastIndexOf(":");
  return new Promise((resolve) => {
    const socket = connect({
      host: host.slice(0, at).replace(/^\[|\]$/g, ""),
      port: Number(host.slice(at + 1)),
    });
    const answer = (heard: boolean) => {
      socket.destroy();
      resolve(heard);
    };
    socket.setTimeout(5000, () => answer(false));
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}
