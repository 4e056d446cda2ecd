import { defineConfig } from "vitest/config";

// Tests import the built package by its name, as a notebook does; `npm test` builds it first.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    env: { TZ: "UTC" },
    server: { deps: { external: [/\/lib\/dist\//] } },
  },
});
