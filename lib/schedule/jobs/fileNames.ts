import { dirname, resolve, sep } from "node:path";
import { didYouMean, InputError, quoted } from "../../errors.js";
import type { Makes } from "./schedule.js";
import type { PlannedRun, RunRule } from "./windows.js";
import type { Zone } from "./zone.js";

const parts = {
  yyyy: (local) => local.slice(0, 4),
  MM: (local) => local.slice(5, 7),
  dd: (local) => local.slice(8, 10),
  HH: (local) => local.slice(11, 13),
  mm: (local) => local.slice(14, 16),
  offset: (_, zone, moment) => zone.offsetText(moment, ""),
  from: (_, __, moment) => momentName(moment),
} satisfies Record<string, (local: string, zone: Zone, moment: number) => string>;

const names = Object.keys(parts) as (keyof typeof parts)[];

/** The placeholders that a name needs so that no two runs write the same file. */
const needed: Record<Makes, readonly (keyof typeof parts)[]> = {
  yesterday: ["yyyy", "MM", "dd"],
  "last-hour": ["yyyy", "MM", "dd", "HH"],
  "since-last-run": ["yyyy", "MM", "dd", "HH", "mm"],
};

/** A moment in UTC as it appears in file names: 20260105T080000Z. */
export function momentName(moment: number): string {
  return new Date(moment).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** The names of a job's files, with the date of the beginning of the part that each holds. */
export class FileNames {
  /** Folder that must exist; those below it are created. */
  readonly folder: string;
  readonly #path: string;
  readonly #zone: Zone;

  /**
   * @param pattern path with placeholders @param base the folder to which it is relative
   * @throws InputError naming `argument` when two runs would write the same file
   */
  constructor(pattern: string, base: string, rule: RunRule, argument: string) {
    const fail = (why: string) => new InputError(`${argument}: ${quoted(pattern)} ${why}`);
    if (pattern.includes("\0")) throw fail("is not a path");
    const path = resolve(base, pattern);
    const used = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
    for (const name of used) {
      if (!(names as string[]).includes(name))
        throw fail(
          `has the placeholder {${name}}${didYouMean(name, names)}; there are ${names.map((each) => `{${each}}`).join(" ")}`,
        );
    }
    if (/[{}]/.test(path.replace(/\{[^{}]*\}/g, ""))) throw fail("has a brace that is no placeholder's");
    if (!used.includes("from")) {
      const missing = needed[rule.makes].filter((name) => !used.includes(name));
      if (missing.length > 0)
        throw fail(
          `would be the file of several runs: it needs ${missing.map((name) => `{${name}}`).join(" ")}, or {from}`,
        );
      const tellsHours = rule.makes !== "yesterday";
      if (tellsHours && !used.includes("offset") && rule.zone.isPutBack(rule.start, rule.end))
        throw fail(
          `would be the file of two runs when the clock of ${rule.zone.name} is put back: it needs {offset}, or {from}, which is in UTC`,
        );
    }
    this.#path = path;
    this.#zone = rule.zone;
    this.folder = dirname(`${path.split("{", 1)[0]}x`);
  }

  /** The path of the file of a run. */
  pathOf({ from }: PlannedRun): string {
    const local = new Date(this.#zone.local(from)).toISOString();
    return this.#path.replace(/\{(\w+)\}/g, (_, name: keyof typeof parts) =>
      parts[name](local, this.#zone, from),
    );
  }

  /** The path with its placeholders. Two jobs with the same path would write the same files. */
  toString(): string {
    return this.#path.split(sep).join("/");
  }
}
