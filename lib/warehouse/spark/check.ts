import type { Columns } from "../../record.js";
import type { Work } from "../../work.js";
import { answerInSpark } from "./answer.js";
import { checkSql } from "./lake.js";

/**
 * How a lake differs from the answer keys of its parts, worked out on the cluster: columns `what`, `bucket`, `route`,
 * `status_class`, `bin`, `expected`, `found`; no row when the lake is what was made.
 * @param address - `spark://HOST:PORT?lake=FOLDER`
 * @throws InputError when the address is wrong, or the lake has not all its parts
 */
export function checkLake(address: string, work: Work = {}): Promise<Columns> {
  const question = { name: "check", sentence: "", parameters: [], chart: undefined, sql: checkSql() };
  return answerInSpark(address, question, {}, work);
}
