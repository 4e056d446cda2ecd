// The order in which the test files run.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, by their times on two cores. */
const longest = [
  "test/notebooks.test.ts",
  "test/setup/setup.test.ts",
  "test/setup/execute.test.ts",
  "test/schedule/jobs.test.ts",
  "test/kill9/kill9.test.ts",
  "test/notebook/kernel.test.ts",
  "test/encode/slices.test.ts",
  "test/check/verify.test.ts",
  "test/realism/realism.test.ts",
  "test/warehouse/postgres.test.ts",
  "test/read/fuzz.test.ts",
  "test/encode/defects.test.ts",
  "test/encode/readBack.test.ts",
];

/**
 * The longest first, so that at the end no core waits for a long one that began last. Without this, vitest goes by file
 * size until it has measured a file, as on a fresh clone.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const gone = longest.filter((name) => !existsSync(join(this.ctx.config.root, name)));
    if (gone.length > 0) throw new Error(`${gone.join(", ")}: not there any more; mend test/longestFirst.ts`);
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
