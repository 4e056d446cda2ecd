import { defineConfig } from "vitest/config";
import { tags } from "./test/requirements.js";

// The tests on a real Spark cluster: Java processes, one test at a time on the machine's two cores.
export default defineConfig({
  test: {
    include: ["test/cluster/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    env: { TZ: "UTC" },
    tags,
    reporters: ["default", "./test/closingList.ts"],
    server: { deps: { external: [/\/lib\/dist\//] } },
  },
});
