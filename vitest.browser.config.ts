import { defineConfig } from "vitest/config";
import { tags } from "./test/requirements.js";

// The tests in a real browser against a real JupyterLab; one at a time, they share the machine's two cores.
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    env: { TZ: "UTC" },
    tags, // what a test needs; without it the test is skipped, and told at the end
    reporters: ["default", "./test/closingList.ts"],
    server: { deps: { external: [/\/lib\/dist\//] } },
  },
});
