import type { Columns } from "../../record.js";
import type { Work } from "../../work.js";
import { WholeAnswer } from "../answer.js";
import { answersInSpark } from "./answer.js";
import { checkSql, lakeOption } from "./lake.js";

/**
 * How a lake differs from the answer keys of its parts, worked out on the cluster: columns `what`, `bucket`, `route`,
 * `status_class`, `bin`, `expected`, `found`; no row when the lake is what was made.
 * @param master as `spark-sql --master` takes it @param lake the folder that `spark generate` wrote
 * @throws InputError when the lake is none, or has not all its parts
 */
export async function checkLake(
  { master, lake }: { master: string; lake: string },
  work: Work = {},
): Promise<Columns> {
  const question = { name: "check", sentence: "", parameters: [], chart: undefined, sql: checkSql() };
  const differences = new WholeAnswer();
  await answersInSpark(
    { master, data: { lake: lakeOption(lake) } },
    [{ question, answer: differences }],
    work,
  );
  return differences.columns();
}
