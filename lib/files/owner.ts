import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

// Files that a process makes for itself carry its name, so that a later process can tell whether it still runs.

/**
 * Milliseconds during which the files of a process that cannot be seen from here (in another container or on another
 * machine) are left alone.
 */
const UNSEEN = 24 * 3_600_000;

/** Makes a name for files of this process: its number, its start, where it runs, and some random digits. */
export function ownName(): string {
  self ??= `${process.pid}-${startOf(process.pid)}-${whereabouts()}`;
  return `${self}-${randomBytes(4).toString("hex")}`;
}

let self: string | undefined;

/** A regular expression, without anchors, that matches the names that `ownName` makes. */
export const ownerPattern = "\\d+-\\d*-[0-9a-f]{8}-[0-9a-f]{8}";

/** The number of the process in such a name, for messages. */
export const processOf = (owner: string): string => owner.split("-")[0];

/**
 * Whether the process that made something has ended.
 * @param owner a name made by `ownName`
 * @param touched when it was last written to, milliseconds since 1970; for a process elsewhere, nothing else is known
 */
export function isGone(owner: string, touched: number): boolean {
  const [pid, start, where] = owner.split("-");
  if (where !== whereabouts()) return Date.now() - touched > UNSEEN;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "EPERM";
  }
  const now = startOf(Number(pid));
  return now !== "" && now !== start; // another process has the number now
}

/** When a process was started, in the kernel's ticks since the machine started; empty if it cannot be known. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]; // proc(5): the 22nd field
  } catch {
    return "";
  }
}

let here: string | undefined;

/** Identifies the processes that can be seen from here: those of this boot of this machine and of this container. */
function whereabouts(): string {
  if (here === undefined) {
    const parts = [hostname()];
    try {
      parts.push(
        readFileSync("/proc/sys/kernel/random/boot_id", "latin1"),
        readlinkSync("/proc/self/ns/pid"),
      );
    } catch {
      // not Linux: the machine's name must do
    }
    here = createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 8);
  }
  return here;
}
