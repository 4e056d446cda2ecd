// One set-up at a time: a second one waits for the first, and a dead one's lock is taken over.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { here, textOf, writeWhole } from "./project.js";
import { say } from "./tool.js";

const path = here(".cache", "setup.lock");

/**
 * Runs the work while holding the project's set-up lock.
 * @param {(note: (pid: number) => void) => Promise<void>} work calls `note` with the process id of each tool it starts:
 * if set-up is killed, its tool may survive, and the next set-up then waits for the tool as well
 */
export async function withLock(work) {
  const me = identity(process.pid);
  await acquire(JSON.stringify([me]));
  try {
    await work((pid) => writeWhole(path, JSON.stringify([me, identity(pid)])));
  } finally {
    rmSync(path, { force: true });
  }
}

async function acquire(content) {
  mkdirSync(here(".cache"), { recursive: true });
  let waitsFor;
  let unreadable = 0;
  for (;;) {
    try {
      writeFileSync(path, content, { flag: "wx" });
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const seen = textOf(path);
    if (seen === undefined) continue;
    const owners = parse(seen);
    // A lock that does not parse is just being written, unless it stays so.
    const alive = owners ? owners.find(isAlive) : ++unreadable < 20 ? { pid: 0 } : undefined;
    if (!alive) {
      discard(seen);
      continue;
    }
    if (alive.pid && waitsFor !== alive.pid) {
      say(`Another set-up of this project is at work (process ${alive.pid}): waiting for it.`);
      waitsFor = alive.pid;
    }
    await sleep(100);
  }
}

/** Removes the dead lock that was seen, and only that one: another process may have taken it over since. */
function discard(seen) {
  const aside = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== seen) linkSync(aside, path);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function parse(text) {
  try {
    const owners = JSON.parse(text);
    return Array.isArray(owners) ? owners : undefined;
  } catch {
    return undefined;
  }
}

/** Identifies a process by its id and start time: ids are reused, above all after a restart of the machine. */
function identity(pid) {
  return { pid, born: statusOf(pid).born };
}

function isAlive(owner) {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  const { state, born } = statusOf(owner.pid);
  return state !== "Z" && born === owner.born; // a zombie remains where no process reaps it, as in many containers
}

/** From Linux; elsewhere the process id has to suffice. */
function statusOf(pid) {
  const stat = textOf(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  return { state: fields[0], born: fields[19] };
}
