// What the suites have in common: they run inside the extension host, with the editor's whole interface.

import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

export interface Api {
  readonly state: () => string;
  readonly statusLine: () => string;
}

type Test = readonly [name: string, run: () => Promise<void>];

/** What nobody caught, in the words of the editor's own log; only what comes from the extension counts. */
const uncaught: string[] = [];
const note = (reason: unknown) => {
  const text = reason instanceof Error ? String(reason.stack) : String(reason);
  if (/[\\/]rustassistant\.rustassistant-/.test(text)) {
    uncaught.push(text);
  }
};

/** How often the editor took back what it had asked for us. */
let repeated = 0;

/** Runs the tests in order, says how each went, and throws if one failed. */
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
    // What a test that failed has left behind would make the next ones fail.
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

/** What was said aside as a test expected it. */
const expected = new Set<string>();

/** The editor's list of notifications. */
async function notices(): Promise<readonly Notice[]> {
  const list = await until("the notifications are listed", async () => {
    // Whatever takes the focus meanwhile, as a preview does that has just been drawn, closes it again.
    await vscode.commands.executeCommand("notifications.showList");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const file = environment("RUSTASSISTANT_NOTICES");
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    // While it is written it is empty.
    return text === "" ? undefined : (JSON.parse(text) as readonly Notice[] | null);
  });
  await vscode.commands.executeCommand("notifications.hideList");
  return list;
}

/** The window says something aside, with these buttons. */
export async function isSaid(what: RegExp, ...buttons: readonly string[]): Promise<void> {
  const said = await until(`${what} is said`, async () => (await notices()).find(({ text }) => what.test(text)));
  check(JSON.stringify(said.buttons) === JSON.stringify(buttons), `it has the buttons ${said.buttons}`);
  expected.add(said.text);
}

/** What was said that no test expected, or more than once; not what the editor itself is busy with. */
async function unexpected(): Promise<readonly Notice[]> {
  let aside: readonly Notice[] = [];
  const isClean = async () => {
    const list = (await notices()).filter(({ text }) => !text.endsWith("..."));
    aside = list.filter(({ text }, place) => !expected.has(text) || list.findIndex((one) => one.text === text) !== place);
    return aside.length === 0;
  };
  // What comes while the list is open stands in it twice, until it is opened again.
  await until("nothing is said aside", isClean, 1000).catch(() => {});
  return aside;
}

export function environment(name: string): string {
  const value = process.env[name];
  check(value, `${name} is not set`);
  return value;
}

/** The driver shows what begins so. */
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

/** A fresh file with the text of the crate, so that tests don't see each other's edits. */
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

/** The actions at a range; they may come a moment after the finding. */
export function actionsAt(uri: vscode.Uri, range: vscode.Range, kind?: string): Promise<vscode.CodeAction[]> {
  return until("there are code actions", async () => {
    const command = "vscode.executeCodeActionProvider";
    const asked = vscode.commands.executeCommand<vscode.CodeAction[]>(command, uri, range, kind, 20);
    const actions = await asked.then(undefined, (error: Error) => {
      // The editor takes its own question back when something else happens in the window. That is counted.
      if (error.name !== "Canceled") {
        throw error;
      }
      repeated += 1;
      return [];
    });
    return actions.some((action) => action.kind?.value === "quickfix") || kind !== undefined ? actions : undefined;
  });
}

/** The first answer to a finding. */
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

/** No workspace may set it, so it is set for the machine, and put back to what the suite was started with. */
const SERVER = "server.path";
let server: string | undefined;
