import type { DuckDBInstance } from "@duckdb/node-api";

/**
 * Opens a DuckDB database. Nothing is ever fetched for it from the network.
 * @param path a file, or ":memory:"
 * @param settings further settings of DuckDB
 */
export async function openDuckdb(
  path: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  return DuckDBInstance.create(path, {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    ...settings,
  });
}
