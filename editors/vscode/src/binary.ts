// Finds the server to start: the one from the settings, or else the bundled one, or else the one on PATH.
// Doesn't depend on the editor's API, so that all of it can run in plain tests.

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import * as path from "node:path";

/** The oldest server version that this extension supports. */
export const MINIMUM_VERSION = "0.1.0";
/** Timeout for `--version` in milliseconds. A server answers much sooner; a program that doesn't isn't one. */
const PATIENCE_MS = 10_000;

export interface Surroundings {
  /** The value of `rustassistant.server.path`, whatever its type. */
  readonly setting: unknown;
  readonly extensionFolder: string;
  readonly isTrusted: boolean;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export type Origin = "setting" | "bundled" | "path";

export interface Server {
  readonly command: string;
  readonly version: string;
  readonly origin: Origin;
}

/** The remedy that the message offers as its first button. */
export type Remedy = "settings" | "install" | "trust";

/** Thrown if no server can be started. The message is a full sentence for the user. */
export class NoServer extends Error {
  constructor(
    message: string,
    readonly remedy: Remedy,
  ) {
    super(message);
    this.name = "NoServer";
  }
}

/** Finds the server and checks its version. Throws only `NoServer`. */
export async function findServer(around: Surroundings): Promise<Server> {
  const candidate = await locate(around);
  const version = await versionOf(candidate);
  if (isOlder(version, MINIMUM_VERSION)) {
    throw new NoServer(
      `The server at ${candidate.command} is version ${version}, which is too old: this extension needs ${MINIMUM_VERSION} or later.`,
      remedyFor(candidate.origin),
    );
  }
  return { ...candidate, version };
}

interface Candidate {
  readonly command: string;
  readonly origin: Origin;
}

async function locate(around: Surroundings): Promise<Candidate> {
  const bundled = path.join(around.extensionFolder, "server", fileName(around.platform));
  if (!around.isTrusted) {
    return locateUntrusted(bundled);
  }
  const named = around.setting ?? "";
  if (typeof named !== "string") {
    throw new NoServer(
      `The setting rustassistant.server.path must be a string, but is ${JSON.stringify(named)}.`,
      "settings",
    );
  }
  // An explicitly configured server is never replaced with another one, even if the path is wrong.
  if (named.trim() !== "") {
    return { command: await locateNamed(named.trim(), around), origin: "setting" };
  }
  if (await isFile(bundled)) {
    return { command: bundled, origin: "bundled" };
  }
  const found = await findOnPath(around);
  if (found !== undefined) {
    return { command: found, origin: "path" };
  }
  throw new NoServer(
    "The server was not found: this package of the extension doesn't include it, and there is no `rustassistant` on PATH.",
    "install",
  );
}

async function locateUntrusted(bundled: string): Promise<Candidate> {
  if (await isFile(bundled)) {
    return { command: bundled, origin: "bundled" };
  }
  throw new NoServer(
    "In an untrusted workspace, only the server included in the extension is started, and this package doesn't include it.",
    "trust",
  );
}

async function locateNamed(named: string, around: Surroundings): Promise<string> {
  const command = named.replace(/^~(?=$|[\\/])/, around.home);
  if (!path.isAbsolute(command)) {
    throw new NoServer(
      `The setting rustassistant.server.path must be an absolute path or start with ~, but is "${named}".`,
      "settings",
    );
  }
  if (!(await isFile(command))) {
    throw new NoServer(`There is no file at ${command}, the path in the setting rustassistant.server.path.`, "settings");
  }
  return command;
}

/** Relative entries are skipped, since they would let the open folder provide its own server. */
export async function findOnPath(around: Pick<Surroundings, "environment" | "platform">): Promise<string | undefined> {
  const isWindows = around.platform === "win32";
  const names = Object.keys(around.environment);
  const name = isWindows ? names.find((name) => name.toUpperCase() === "PATH") : "PATH";
  const list = name === undefined ? "" : (around.environment[name] ?? "");
  const folders = list.split(isWindows ? ";" : ":");
  for (const folder of folders) {
    const candidate = path.join(folder, fileName(around.platform));
    if (path.isAbsolute(folder) && (await isExecutable(candidate))) {
      return candidate;
    }
  }
  return undefined;
}

function fileName(platform: NodeJS.Platform): string {
  return platform === "win32" ? "rustassistant.exe" : "rustassistant";
}

async function isFile(name: string): Promise<boolean> {
  return stat(name).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function isExecutable(name: string): Promise<boolean> {
  const allowed = access(name, constants.X_OK).then(
    () => true,
    () => false,
  );
  return (await isFile(name)) && (await allowed);
}

async function versionOf({ command, origin }: Candidate): Promise<string> {
  const { text, fault } = await run(command, ["--version"]);
  const version = fault === undefined ? parseVersion(text) : undefined;
  if (version === undefined) {
    const reason = fault ?? `it answers \`--version\` with ${JSON.stringify(text.trim().slice(0, 80))}`;
    throw new NoServer(`The server at ${command} can't be used: ${reason}.`, remedyFor(origin));
  }
  return version;
}

function remedyFor(origin: Origin): Remedy {
  return origin === "setting" ? "settings" : "install";
}

function run(command: string, args: readonly string[]): Promise<{ text: string; fault?: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: PATIENCE_MS, windowsHide: true }, (error, stdout) => {
      resolve(error === null ? { text: stdout } : { text: stdout, fault: describe(error) });
    });
  });
}

function describe(error: Error & { code?: unknown; killed?: boolean; signal?: unknown }): string {
  if (error.killed === true) {
    return `it did not answer \`--version\` within ${PATIENCE_MS / 1000} seconds`;
  }
  switch (error.code) {
    case "EACCES":
      return "permission denied";
    case "ENOENT":
      return "it can't be started";
    case "UNKNOWN":
    case "ENOEXEC":
      return "it is not a program for this system";
  }
  if (typeof error.code === "number") {
    return `it ended \`--version\` with code ${error.code}`;
  }
  return typeof error.signal === "string" ? `it was ended by ${error.signal}` : error.message;
}

/** The version in the output of `--version`. */
export function parseVersion(printed: string): string | undefined {
  return /^rustassistant (\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)(?:\s|$)/.exec(printed)?.[1];
}

/** A pre-release is older than its release, as in semantic versioning; two pre-releases are considered equal. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [split(version), split(than)];
  for (let place = 0; place < 3; place += 1) {
    const difference = (left.numbers[place] ?? 0) - (right.numbers[place] ?? 0);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return left.isPreRelease && !right.isPreRelease;
}

function split(version: string): { numbers: number[]; isPreRelease: boolean } {
  const [numbers = "", ...rest] = version.split("-");
  return { numbers: numbers.split(".").map(Number), isPreRelease: rest.length > 0 };
}
