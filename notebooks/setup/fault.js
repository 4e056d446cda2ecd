// What a user is told if something outside this project is wrong: one sentence, with the remedy.
import { statfsSync } from "node:fs";

/** A fault that the user can repair. */
export class Fault extends Error {
  /**
   * @param {string} message one sentence: what is wrong, and what to do
   * @param {1 | 2} exitCode 2 if the call was wrong, otherwise 1
   * @param {string} details the output of a tool, shown above the sentence
   */
  constructor(message, exitCode = 1, details = "") {
    super(message);
    this.exitCode = exitCode;
    this.details = details;
  }
}

/** Ctrl-C, or a signal to end. */
export class Interrupted extends Error {
  exitCode = 130;
  constructor() {
    super("Interrupted. Run the command again to go on.");
  }
}

const full = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/i;
const network =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|NewConnectionError|Failed to establish a new connection|Temporary failure in name resolution|Connection refused|Connection reset|ConnectTimeoutError|Read timed out|Network is unreachable|Cannot connect to proxy/i;
const certificate = /CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|CERT_HAS_EXPIRED/i;
const forbidden = /EACCES|EPERM|EROFS|Permission denied|Read-only file system/i;

const lockMismatch = /`npm ci` can only install packages when your package.json and package-lock.json/;

const enough = 32 * 2 ** 20; // bytes; with less free space than this, a failed write is blamed on a full disk

/**
 * The fault behind a tool's failure, read from what the tool printed.
 * @param {{ tool: string, output: string, folder: string, ended: string }} failure
 */
export function faultOf({ tool, output, folder, ended }) {
  if (full.test(output) || isFull(folder)) return diskFull(folder);
  if (network.test(output)) {
    return new Fault(
      `${tool} cannot reach its package registry: check the network connection (or the proxy settings of ${tool}) and run the command again; it goes on where it stopped.`,
    );
  }
  if (certificate.test(output)) {
    return new Fault(
      `${tool} does not trust the certificate of its package registry: give ${tool} your network's certificate (npm: cafile, pip: PIP_CERT) and run the command again.`,
    );
  }
  if (lockMismatch.test(output)) {
    return new Fault(
      "package.json and package-lock.json do not agree: run `npm install` if you changed package.json, else get both back with `git checkout package.json lib/package.json package-lock.json`.",
    );
  }
  if (forbidden.test(output)) {
    return new Fault(
      `${tool} may not write in ${folder}: make yourself the owner of the project folder and run the command again.`,
      1,
      essence(output),
    );
  }
  return new Fault(
    `${tool} failed (${ended}): its own words are above; mend that and run the command again.`,
    1,
    essence(output),
  );
}

/** The fault behind a failed file operation, or the error itself if the machine is not at fault. */
export function faultOfFile(error, folder) {
  if (full.test(error.code)) return diskFull(folder);
  if (forbidden.test(error.code)) {
    return new Fault(
      `${error.path ?? folder} may not be written: make yourself the owner of the project folder and run the command again.`,
    );
  }
  return error;
}

function diskFull(folder) {
  return new Fault(
    `The disk that holds ${folder} is full: free 1 GB there and run the command again; it goes on where it stopped.`,
  );
}

function isFull(folder) {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < enough;
  } catch {
    return false;
  }
}

/** Both ends of a long text: npm says first what is wrong, pip and the compiler last. */
function essence(output) {
  const lines = output.trimEnd().split("\n");
  return lines.length > 30
    ? [...lines.slice(0, 15), "...", ...lines.slice(-15)].join("\n")
    : lines.join("\n");
}
