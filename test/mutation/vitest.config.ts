import { defineConfig, mergeConfig } from "vitest/config";
import tests from "../../vitest.config.js";

// The usual tests, each of which also writes its coverage to NODE_V8_COVERAGE.
export default mergeConfig(
  tests,
  defineConfig({ test: { setupFiles: ["./test/mutation/takeCoverage.js"], reporters: ["json"] } }),
);
