import { defineConfig } from "vitest/config";

// The tests on a real Spark cluster: Java processes, one test at a time on the machine's two cores.
export default defineConfig({
  test: {
    include: ["test/cluster/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    env: { TZ: "UTC" },
    server: { deps: { external: [/\/lib\/dist\//] } },
  },
});
