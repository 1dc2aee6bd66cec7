// Shared code of the suites: they run inside the extension host, with the editor's full API.

import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

export interface Api {
  readonly state: () => string;
  readonly statusLine: () => string;
}

type Test = readonly [name: string, run: () => Promise<void>];

/** Uncaught errors as logged by the editor; only those of the extension count. */
const uncaught: string[] = [];
const note = (reason: unknown) => {
  const text = reason instanceof Error ? String(reason.stack) : String(reason);
  if (/[\\/]rustassistant\.rustassistant-/.test(text)) {
    uncaught.push(text);
  }
};

/** How often the editor cancelled its own request. */
let repeated = 0;

/** Runs the tests in order, reports each result, and throws if one failed. */
export async function runAll(tests: readonly Test[]): Promise<void> {
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
  const failed: string[] = [];
  for (const [name, test] of tests) {
    const start = performance.now();
    try {
      await test();
      const aside = await unexpected();
      check(aside.length === 0, `nobody expected this to be said: ${JSON.stringify(aside)}`);
      check(uncaught.length === 0, `nobody caught this: ${uncaught.splice(0).join("\n")}`);
      say(`ok    ${name} (${Math.round(performance.now() - start)} ms)`);
    } catch (error) {
      failed.push(name);
      say(`FAIL  ${name}: ${error instanceof Error ? error.stack : error}`);
    }
    // Leftovers of a failed test would make the following ones fail.
    const left = vscode.workspace.getConfiguration("rustassistant").get(SERVER);
    if (server !== undefined && left !== server) {
      await setting(SERVER, undefined);
    }
    expected.clear();
    await vscode.commands.executeCommand("notifications.clearAll");
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor").then(undefined, () => {});
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  }
  say(`${tests.length - failed.length} of ${tests.length} passed; questions repeated: ${repeated}`);
  if (failed.length > 0) {
    throw new Error(`failed: ${failed.join("; ")}`);
  }
}

interface Notice {
  readonly text: string;
  readonly buttons: readonly string[];
}

/** Notifications that tests expected. */
const expected = new Set<string>();

/** The editor's list of notifications. */
async function notices(): Promise<readonly Notice[]> {
  const list = await until("the notifications are listed", async () => {
    // Anything else that takes the focus, such as a newly drawn preview, closes it again.
    await vscode.commands.executeCommand("notifications.showList");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const file = environment("RUSTASSISTANT_NOTICES");
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    // The file is empty while it is being written.
    return text === "" ? undefined : (JSON.parse(text) as readonly Notice[] | null);
  });
  await vscode.commands.executeCommand("notifications.hideList");
  return list;
}

/** Asserts that the window shows a notification with these buttons. */
export async function isSaid(what: RegExp, ...buttons: readonly string[]): Promise<void> {
  const said = await until(`${what} is said`, async () => (await notices()).find(({ text }) => what.test(text)));
  check(JSON.stringify(said.buttons) === JSON.stringify(buttons), `it has the buttons ${said.buttons}`);
  expected.add(said.text);
}

/** Unexpected or repeated notifications, except for the editor's own progress. */
async function unexpected(): Promise<readonly Notice[]> {
  let aside: readonly Notice[] = [];
  const isClean = async () => {
    const list = (await notices()).filter(({ text }) => !text.endsWith("..."));
    aside = list.filter(({ text }, place) => !expected.has(text) || list.findIndex((one) => one.text === text) !== place);
    return aside.length === 0;
  };
  // A notification that arrives while the list is open is listed twice until the list is reopened.
  await until("nothing is said aside", isClean, 1000).catch(() => {});
  return aside;
}

export function environment(name: string): string {
  const value = process.env[name];
  check(value, `${name} is not set`);
  return value;
}

/** Lines with this prefix are printed by the driver. */
export function say(text: string): void {
  for (const line of text.split("\n")) {
    console.log(`suite: ${line}`);
  }
}

export function extension(): vscode.Extension<Api> {
  const found = vscode.extensions.getExtension<Api>("rustassistant.rustassistant");
  if (found === undefined) {
    throw new Error("the extension is not installed");
  }
  return found;
}

export const api = () => extension().exports;

export function check(holds: unknown, what: string): asserts holds {
  if (!holds) {
    throw new Error(what);
  }
}

export async function until<T>(what: string, holds: () => T | Promise<T>, patienceMs = 30_000): Promise<NonNullable<T>> {
  const end = Date.now() + patienceMs;
  let last: unknown;
  while (Date.now() < end) {
    last = await holds();
    if (last) {
      return last as NonNullable<T>;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain until ${what}; the server is ${api()?.state()}, ${api()?.statusLine()}`);
}

export function root(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  check(folder, "no folder is open");
  return folder.uri.fsPath;
}

/** A new file with the text of the crate, so that tests are independent of each other's edits. */
export function copyOfCrate(name: string, directory = path.join(root(), "src")): string {
  const file = path.join(directory, name);
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(file, sample());
  return file;
}

export function sample(): string {
  return fs.readFileSync(environment("RUSTASSISTANT_SAMPLE"), "utf8");
}

export async function open(file: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
}

export function findings(uri: vscode.Uri, source = "rustassistant"): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter((one) => one.source === source);
}

export function idOf(finding: vscode.Diagnostic): string {
  return String(typeof finding.code === "object" ? finding.code.value : finding.code);
}

export function found(uri: vscode.Uri, id: string): Promise<vscode.Diagnostic> {
  return until(`${id} is found in ${uri.path}`, () => findings(uri).find((one) => idOf(one) === id));
}

/** The actions at a range; they may appear a moment after the finding. */
export function actionsAt(uri: vscode.Uri, range: vscode.Range, kind?: string): Promise<vscode.CodeAction[]> {
  return until("there are code actions", async () => {
    const command = "vscode.executeCodeActionProvider";
    const asked = vscode.commands.executeCommand<vscode.CodeAction[]>(command, uri, range, kind, 20);
    const actions = await asked.then(undefined, (error: Error) => {
      // The editor cancels its request when something else happens in the window. This is counted.
      if (error.name !== "Canceled") {
        throw error;
      }
      repeated += 1;
      return [];
    });
    return actions.some((action) => action.kind?.value === "quickfix") || kind !== undefined ? actions : undefined;
  });
}

/** The first fix of a finding. */
export async function answer(uri: vscode.Uri, finding: vscode.Diagnostic): Promise<vscode.WorkspaceEdit> {
  const actions = await actionsAt(uri, finding.range);
  const edit = actions.find((action) => action.kind?.value === "quickfix")?.edit;
  check(edit, `no answer has an edit: ${actions.map(({ title }) => title)}`);
  return edit;
}

export async function setting(name: string, value: unknown): Promise<void> {
  const configuration = vscode.workspace.getConfiguration("rustassistant");
  if (name === SERVER) {
    server ??= configuration.get<string>(SERVER);
    await configuration.update(name, value ?? server, vscode.ConfigurationTarget.Global);
    return;
  }
  await configuration.update(name, value, vscode.ConfigurationTarget.Workspace);
}

/** Workspaces can't set it, so it is set for the machine, and later restored to its value at the start of the suite. */
const SERVER = "server.path";
let server: string | undefined;
