import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longestFirst.js";
import { tags } from "./test/requirements.js";

// Tests import the built package by its name, as a notebook does; `npm test` builds it first.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "test/cluster/**"],
    maxWorkers: availableParallelism() + 1, // a test often waits: for the disk, a receiver, a process
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // V8 optimises later: most of what a test runs ends before that pays. The engines since Node 22 have no such flag.
    execArgv: Number.parseInt(process.versions.node, 10) < 22 ? ["--interrupt-budget=300000"] : [],
    isolate: false, // a worker loads the library once, and not once for each of 130 files
    env: { TZ: "UTC" },
    globalSetup: ["test/warehouse/oneServer.ts"],
    tags, // what a test needs; without it the test is skipped, and told at the end
    sequence: { sequencer: LongestFirst },
    reporters: ["default", "./test/closingList.ts"],
    server: { deps: { external: [/\/lib\/dist\//] } },
  },
});
