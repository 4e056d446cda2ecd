import type { Columns } from "../../record.js";
import type { Work } from "../../work.js";
import { WholeAnswer } from "../answer.js";
import { answersInSpark } from "./answer.js";
import { checkSql, lakeOption } from "./lake.js";

/**
 * How lakes differ from the answer keys of their parts, computed on the cluster in one session: columns `lake`, `what`,
 * `bucket`, `route`, `status_class`, `bin`, `expected`, `found`; no rows if all lakes are as they were made.
 * @param master as `spark-sql --master` takes it @param lakes folders that `spark generate` wrote
 * @throws InputError when a folder is not a lake, or lacks the keys of some of its parts
 */
export async function checkLakes(
  { master, lakes }: { master: string; lakes: readonly string[] },
  work: Work = {},
): Promise<Columns> {
  const question = { name: "check", sentence: "", parameters: [], chart: undefined, sql: checkSql() };
  const asked = lakes.map((lake) => ({
    question,
    data: { lake: lakeOption(lake), differs: true },
    answer: new WholeAnswer(),
  }));
  await answersInSpark(master, asked, work);
  const found = asked.map(({ answer }) => answer.columns());
  const names = Object.keys(found[0]);
  return Object.fromEntries([
    ["lake", found.flatMap(({ what }, i) => what.map(() => asked[i].data.lake))],
    ...names.map((name) => [name, found.flatMap((columns) => columns[name])]),
  ]);
}
