import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { stopServer } from "./server.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the run's PostgreSQL server, which the first test that needs one starts. */
    postgres: string;
  }
}

/** Gives all test files of a run one PostgreSQL server, and stops it in the end. */
export default function oneServer({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "pg-"));
  provide("postgres", folder);
  return () => stopServer(folder);
}
