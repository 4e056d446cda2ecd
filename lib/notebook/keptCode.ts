import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Script } from "node:vm";

/** A script, and what keeps its compiled code for the next process. */
export interface KeptScript {
  readonly script: Script;
  /** Keeps the functions compiled so far, unless kept code was taken. Only the first call does anything. */
  keep(): void;
}

/**
 * A script of some megabytes. Where Node keeps the code that it has compiled (`NODE_COMPILE_CACHE`, as a notebook's
 * kernel has it), this script's is kept, too: the next process takes half as long. Node refuses kept code of another
 * text or of another version of its own, and code of another file is not found: then it is compiled and kept anew.
 * @param wrapped the text that is run, made from the file's
 */
export function keptScript(path: string, wrapped: (text: string) => string = (text) => text): KeptScript {
  const folder = process.env.NODE_COMPILE_CACHE ?? "";
  const { size, mtimeMs } = statSync(path);
  const name = [basename(path), process.version, process.arch, size, Math.floor(mtimeMs)].join("-");
  const place = join(folder, `${name}.code`);
  const script = new Script(wrapped(readFileSync(path, "utf8")), {
    filename: path,
    cachedData: folder === "" ? undefined : contentIf(place),
  });
  let isKept = folder === "" || script.cachedDataRejected === false;
  return {
    script,
    keep() {
      if (isKept) return;
      isKept = true;
      try {
        mkdirSync(folder, { recursive: true });
        const part = `${place}.${process.pid}`;
        writeFileSync(part, script.createCachedData());
        renameSync(part, place);
      } catch {
        // a disk that is full, or not ours: the next process compiles again
      }
    },
  };
}

function contentIf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
