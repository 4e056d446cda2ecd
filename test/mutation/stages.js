/**
 * The tests that should notice a mutation, by the folder that it is in: those of the nearest folder named here are run
 * first, then those of the stage; a list may name files and folders. `pins` hold the bytes and say nothing of rightness:
 * they are run last, and what only they notice is counted apart. `skip` are files of plain data.
 */
export const stages = {
  scenario: {
    tests: ["test/scenario", "test/generate/incidents.test.ts", "test/truth/answerKey.test.ts"],
    near: { "scenario/incidents": ["test/generate/incidents.test.ts"] },
    skip: /^scenario\/presets\//,
  },
  generate: {
    tests: ["test/generate", "test/encode/request.test.ts", "test/encode/slices.test.ts"],
    near: {
      "generate/random": ["test/generate/random.test.ts", "test/generate/distributions.test.ts"],
      "generate/incidents": ["test/generate/incidents.test.ts", "test/generate/twin.test.ts"],
      "generate/delivery": ["test/generate/defects.test.ts"],
      "generate/site": ["test/generate/traffic.test.ts", "test/generate/site.test.ts"],
      "generate/site/request.ts": ["test/encode/request.test.ts"],
      "generate/site/pools.ts": ["test/encode/request.test.ts"],
      "generate/base": ["test/generate/site.test.ts", "test/generate/generate.test.ts"],
    },
  },
  files: { tests: ["test/files", "test/write"], near: {} },
  truth: {
    tests: ["test/truth", "test/check/verifyKey.test.ts", "test/check/verifyCounts.test.ts"],
    near: {},
  },
  encode: { tests: ["test/encode"], near: {} },
  write: { tests: ["test/write", "test/generate/generate.test.ts", "test/encode/slices.test.ts"], near: {} },
  read: { tests: ["test/read"], near: {} },
  warehouse: { tests: ["test/warehouse"], near: {} },
  check: { tests: ["test/check"], near: {} },
  monitor: { tests: ["test/monitor"], near: {} },
  schedule: { tests: ["test/schedule"], near: {} },
  notebook: { tests: ["test/notebook"], near: {} },
  cli: { tests: ["test/cli"], near: {}, bundled: true },
};

/** Tests that hold pinned bytes. */
export const pins = ["test/generate/golden.test.ts"];
