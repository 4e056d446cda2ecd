/** In which order the files of a pattern are read: the way log rotation names them tells which is older. */

import { expect, it } from "vitest";
import { oldestFirst } from "#lib/files/logFiles";

/** Each list is in the order in which its files come. */
const lists: [what: string, names: string[]][] = [
  [
    "numbers, as logrotate gives them",
    ["access.log.10.gz", "access.log.9.gz", "access.log.2.zst", "access.log.1", "access.log"],
  ],
  ["numbers from 0", ["app.log.2", "app.log.1", "app.log.0", "app.log"]],
  [
    "dates, as logrotate's dateext gives them",
    ["access.log-20251231.gz", "access.log-20260101.gz", "access.log-20260102", "access.log"],
  ],
  ["dates with hours", ["a.log-2026010109.gz", "a.log-2026010110", "a.log-2026010200", "a.log"]],
  [
    "dates with dashes and times",
    ["a.log.2026-01-01", "a.log.2026-01-02-03", "a.log.2026-01-02-11", "a.log"],
  ],
  ["seconds since 1970, as rotatelogs gives them", ["log.999993600", "log.1767225600.gz", "log.1767312000"]],
  [
    "a date twice",
    ["a.log-20260101.2.gz", "a.log-20260101.1.gz", "a.log-20260101", "a.log-20260102", "a.log"],
  ],
  ["dates before numbers", ["a.log-20260101.gz", "a.log.2.gz", "a.log.1", "a.log"]],
  [
    "several logs, each by itself",
    ["logs/access.log.2", "logs/access.log.1", "logs/access.log", "logs/error.log.1.gz", "logs/error.log"],
  ],
  ["several folders", ["web2/access.log.1", "web2/access.log", "web10/access.log.1", "web10/access.log"]],
  ["a date before the ending", ["access-20251231.log", "access-20260101.log.gz", "access-20260102.log"]],
  ["names like the shards of a dataset", ["part-1.csv", "part-2.csv.gz", "part-10.csv"]],
  ["names that say nothing", ["a.log", "b.log.gz", "c.txt"]],
  ["the same log, packed and not", ["a.log.1", "a.log.1.gz", "a.log"]],
  ["names that are hardly any", [".gz", "1", "2.gz"]],
];

it.each(lists)("%s", (_, names) => {
  expect(oldestFirst(names)).toEqual(names);
  expect(oldestFirst([...names].reverse())).toEqual(names);
  expect(oldestFirst([...names].sort())).toEqual(names);
});
