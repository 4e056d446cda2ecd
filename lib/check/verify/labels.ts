import { basename } from "node:path";
import { quoted } from "../../errors.js";
import { Digest } from "../../files/digest.js";
import { Lines } from "../../files/lines.js";
import type { Source } from "../../record.js";
import type { AnswerKey } from "../../truth/answerKey.js";
import { labelsPathOf } from "../../truth/sidecars.js";
import type { Work } from "../../work.js";

/** The result of checking the labels beside a copy. */
export interface LabelCheck {
  /** Labels that belong to another log, in sentences. */
  readonly wrong: readonly string[];
  /** Labels that could not be checked, in sentences. */
  readonly unknown: readonly string[];
}

/**
 * Compares the labels beside the parts of a copy with those written with the log. A killed run may have left older
 * ones. A part without labels beside it is skipped.
 * @param keys one key for each part, in the order of the parts; with any other number, labels cannot be checked
 */
export async function checkLabels(
  sources: readonly Source[],
  keys: readonly AnswerKey[],
  work: Work,
): Promise<LabelCheck> {
  const wrong: string[] = [];
  const unknown: string[] = [];
  for (const [i, source] of sources.entries()) {
    const log = typeof source === "string" ? source : source.path;
    const file = keys.length === sources.length ? keys[i].file : undefined;
    if (log === undefined || file === undefined || basename(log) !== file.name) continue;
    const path = labelsPathOf(log);
    const sha256 = await hashOf(path, work);
    if (sha256 === undefined || sha256 === file.labels?.sha256) continue;
    if (file.labels === undefined)
      unknown.push(`the answer key does not know the labels ${quoted(path)}, which may be of an earlier log`);
    else wrong.push(`the labels ${quoted(path)} are not those of this log: write both again`);
  }
  return { wrong, unknown };
}

/** SHA-256 of a file; undefined if it cannot be read. */
async function hashOf(path: string, { signal }: Work): Promise<string | undefined> {
  const digest = new Digest();
  const lines = new Lines(path, "labels", digest);
  try {
    await lines.check();
  } catch {
    return undefined;
  }
  for await (const _ of lines.blocks({ signal }));
  return digest.result().sha256;
}
