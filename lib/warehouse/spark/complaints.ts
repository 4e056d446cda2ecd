import { InputError, quoted } from "../../errors.js";

/**
 * Number of warnings, 15 seconds apart, that no executor has taken a task, after which the cluster counts as having no
 * executors.
 */
const STARVED = 4;

/** Finds the one sentence that explains a failure in the thousands of lines of logs and stacks that Spark prints. */
export class Complaints {
  #starved = 0;
  /** The first line in which each cause was found. */
  readonly #found = new Map<Cause, RegExpExecArray>();
  #last = "";

  /** Takes a line that Spark printed on standard error. */
  add(line: string): void {
    if (line === "") return;
    this.#last = line.slice(0, 2000);
    if (line.includes("Initial job has not accepted any resources")) this.#starved++;
    for (const cause of causes) {
      if (this.#found.has(cause)) continue;
      const found = cause.said.exec(line);
      if (found) this.#found.set(cause, found);
    }
  }

  /** Whether the cluster provides no executor. */
  get isStarved(): boolean {
    return this.#starved >= STARVED;
  }

  /** The failure as one sentence: the most specific cause, or else the last line. */
  failure(): Error {
    if (this.isStarved) {
      return new Error(
        "Spark failed: no worker of the cluster has a free core and the memory that an executor asks for (spark.executor.memory)",
      );
    }
    const cause = causes.find((each) => this.#found.has(each));
    return cause === undefined
      ? new Error(`Spark failed: ${this.#last.slice(0, 300)}`)
      : cause.failure(this.#found.get(cause)!);
  }
}

interface Cause {
  readonly said: RegExp;
  failure(found: RegExpExecArray): Error;
}

const spark = (sentence: string) => new Error(`Spark failed: ${sentence.slice(0, 300)}`);

/** The causes, the most specific first. */
const causes: readonly Cause[] = [
  {
    said: /\[USER_RAISED_EXCEPTION\] (.*?)(?: SQLSTATE: \w+)?$/,
    failure: ([, words]) => new InputError(words),
  },
  {
    said: /location to a non-empty directory (.+?)\. To allow/,
    failure: ([, path]) =>
      new InputError(`lake: ${quoted(path)} holds files already: remove them, or name another folder`),
  },
  {
    said: /\[PATH_NOT_FOUND\] Path does not exist: (.*?)\. SQLSTATE/,
    failure: ([, path]) => new InputError(`lake: there is nothing at ${quoted(path)}`),
  },
  {
    said: /\[UNABLE_TO_INFER_SCHEMA\]/,
    failure: () => new InputError("lake: there are no records: no Parquet file is in its folders"),
  },
  {
    // sh puts its own name or its first word and the line number before the message; xargs puts its own name; env, which
    // finds Node for our command, puts its own name and quotes Node's
    said: /(?:^|[ :/])(?:\d+|xargs|sh|bash|env): (?:line )?['‘]?([^:'’]+)['’]?: (?:command not found|not found|No such file or directory)$/,
    failure: ([, program]) =>
      spark(`an executor lacks the program ${quoted(program)}: install it there, or ship it with archives`),
  },
  { said: /server-logs: (.*)/, failure: ([, words]) => spark(`on an executor: ${words}`) },
  { said: /No space left on device/, failure: () => spark("the disk is full") },
  {
    said: /All masters are unresponsive|Master removed our application/,
    failure: () => spark("the master of the cluster is gone, or is none of this version of Spark"),
  },
  {
    said: /(\[(?:PARSE_SYNTAX_ERROR|UNRESOLVED|TABLE_OR_VIEW|DATATYPE|MISSING|INVALID_|AMBIGUOUS|COLUMN_ALREADY).*)/,
    failure: ([, words]) => new InputError(`question: Spark refuses it: ${words.slice(0, 300)}`),
  },
  { said: /(\[[A-Z_.]+\] .*)/, failure: ([, words]) => spark(words) },
  { said: /((?:[\w.]+\.)?\w*(?:Exception|Error): .*)/, failure: ([, words]) => spark(words) },
];
