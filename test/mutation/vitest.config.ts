import { defineConfig, mergeConfig } from "vitest/config";
import tests from "../../vitest.config.js";

// The tests as ever, each of which also leaves its coverage where NODE_V8_COVERAGE says.
export default mergeConfig(
  tests,
  defineConfig({ test: { setupFiles: ["./test/mutation/takeCoverage.js"], reporters: ["json"] } }),
);
