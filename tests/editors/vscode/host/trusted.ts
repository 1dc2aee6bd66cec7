// The usual case: a trusted workspace, and a server specified in the settings.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

import {
  actionsAt,
  answer,
  api,
  check,
  copyOfCrate,
  environment,
  extension,
  findings,
  found,
  idOf,
  isSaid,
  open,
  root,
  runAll,
  sample,
  say,
  setting,
  until,
} from "./suite";

const GUARD = "guard-clause-opportunity";
const LET_ELSE = "let-else-opportunity";
const MOST_ACTIVATION_MS = 100;

const isRunning = () => until("the server runs", () => api().state() === "running");

/** Whether the extension host is nearly idle for a while. */
async function isIdle(): Promise<boolean> {
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { user, system } = process.cpuUsage(before);
  return user + system < 10_000;
}

async function activates(): Promise<void> {
  check(!extension().isActive, "the extension was active before a Rust file was open");
  await until("the editor's own start is over", isIdle);
  const [start, before] = [performance.now(), process.cpuUsage()];
  await extension().activate();
  const { user, system } = process.cpuUsage(before);
  const [took, computed] = [performance.now() - start, (user + system) / 1000];
  say(`activation: ${computed.toFixed(1)} ms of computing, over within ${took.toFixed(1)} ms`);
  // Other load on the machine affects wall time, but not the CPU time of the extension host.
  check(Math.min(took, computed) <= MOST_ACTIVATION_MS, `activation took ${took} ms, and ${computed} ms of computing`);
  await isRunning();
}

async function answersAndUndoes(): Promise<void> {
  const file = copyOfCrate("answers.rs");
  const before = fs.readFileSync(file, "utf8");
  const { document } = await open(file);
  const finding = await found(document.uri, GUARD);
  check(document.getText(finding.range) === "if", `it is drawn at "${document.getText(finding.range)}"`);
  await vscode.workspace.applyEdit(await answer(document.uri, finding));
  await until("the finding is gone", () => !findings(document.uri).some((one) => idOf(one) === GUARD));
  await document.save();
  const after = fs.readFileSync(file, "utf8");
  check(after.includes("if order.lines.is_empty() {\n        return;\n    }\n"), after);
  check(after.includes("// The first line is the one that counts."), after);
  await vscode.commands.executeCommand("undo");
  check(document.getText() === before, "undo didn't bring the text back");
  await found(document.uri, GUARD);
}

async function livesBesideAnother(): Promise<void> {
  const { document } = await open(copyOfCrate("beside.rs"));
  const finding = await found(document.uri, LET_ELSE);
  const [theirs] = await until("the neighbour is heard", () => {
    const list = findings(document.uri, "neighbour");
    return list.length === 1 ? list : undefined;
  });
  check(theirs, "the neighbour said nothing");
  const titles = async (range: vscode.Range) => (await actionsAt(document.uri, range)).map(({ title }) => title);
  check((await titles(theirs.range)).includes("Call it a friend"), "the neighbour's action is missing");
  const ours = await titles(finding.range);
  check(ours.length > 0 && !ours.includes("Call it a friend"), `at our finding: ${ours}`);
  const hover = "vscode.executeHoverProvider";
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(hover, document.uri, theirs.range.start);
  const texts = hovers.flatMap(({ contents }) => contents.map((one) => (typeof one === "string" ? one : one.value)));
  check(texts.includes("The neighbour's hover"), `hovers: ${texts}`);
  // An edit by one server is seen by both.
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(0, 0), "// A line more.\n");
  await vscode.workspace.applyEdit(edit);
  const moved = (range: vscode.Range) => (list: vscode.Diagnostic[]) => list.some((one) => one.range.start.line === range.start.line + 1);
  await until("both see it", () => moved(theirs.range)(findings(document.uri, "neighbour")) && moved(finding.range)(findings(document.uri)));
}

/** The time from opening a file to its findings. The first file of a session includes one-time costs. */
async function isFast(): Promise<void> {
  const source = sample();
  const copies = Array.from({ length: 72 }, (_, copy) => `pub mod part${copy} {\n${source.replace(/^\/\/!.*\n/, "")}}\n`);
  const all: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const file = path.join(root(), "src", `large${round}.rs`);
    fs.writeFileSync(file, copies.join("\n").replaceAll("Größe 🦀", `Größe 🦀 ${round}`));
    const start = performance.now();
    const { document } = await open(file);
    const opened = performance.now();
    check(document.lineCount >= 2000, `${document.lineCount} lines`);
    await found(document.uri, GUARD);
    const answered = performance.now();
    all.push(answered - start);
    ours.push(answered - opened);
    say(`${document.lineCount} lines: shown after ${Math.round(opened - start)} ms, findings ${Math.round(answered - opened)} ms later`);
  }
  const middle = (values: number[]) => Math.round(values.sort((left, right) => left - right)[2] ?? 0);
  say(`in the middle of five: ${middle(all)} ms from opening to findings, ${middle(ours)} ms of them after the text was shown`);
}

async function knowsUntitled(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "rust", content: sample() });
  await vscode.window.showTextDocument(document);
  check(document.isUntitled, "the buffer has a file");
  const finding = await found(document.uri, GUARD);
  check(await vscode.workspace.applyEdit(await answer(document.uri, finding)), "the edit was refused");
  await until("the finding is gone", () => !findings(document.uri).some((one) => idOf(one) === GUARD));
}

/** Files outside the open folders aren't part of the project. */
async function leavesOthersAlone(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rustassistant-others-"));
  try {
    const { document } = await open(copyOfCrate("others.rs", folder));
    await until("the neighbour is heard", () => findings(document.uri, "neighbour").length === 1);
    await open(copyOfCrate("ours.rs")).then((ours) => found(ours.document.uri, GUARD));
    check(findings(document.uri).length === 0, "findings in the code of others");
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function knowsFoldersWithoutManifest(): Promise<void> {
  const manifest = path.join(root(), "Cargo.toml");
  const text = fs.readFileSync(manifest);
  fs.rmSync(manifest);
  try {
    const { document } = await open(copyOfCrate("bare.rs"));
    await found(document.uri, GUARD);
  } finally {
    fs.writeFileSync(manifest, text);
  }
}

async function heedsSettings(): Promise<void> {
  const { document } = await open(copyOfCrate("settings.rs"));
  await found(document.uri, GUARD);
  await setting(`smells.${GUARD}`, false);
  await until("the smell is off", () => !findings(document.uri).some((one) => idOf(one) === GUARD));
  await found(document.uri, LET_ELSE);
  await setting(`smells.${GUARD}`, undefined);
  await found(document.uri, GUARD);
}

async function survivesWrongSettings(): Promise<void> {
  const { document } = await open(copyOfCrate("wrong.rs"));
  await setting("profile", 7);
  await setting("exclude", "not a list");
  await setting(`smells.${GUARD}`, "text");
  await setting("codeLens.enable", "perhaps");
  // A valid setting among them applies.
  await setting(`smells.${LET_ELSE}`, { level: "warning" });
  const isWarning = (one: vscode.Diagnostic) => one.severity === vscode.DiagnosticSeverity.Warning;
  await until("the right one counts", () => findings(document.uri).some(isWarning));
  await found(document.uri, GUARD);
  for (const name of ["profile", "exclude", `smells\\.${GUARD}`]) {
    await isSaid(new RegExp(`editor settings: ${name}: expected `));
  }
  for (const name of ["profile", "exclude", `smells.${GUARD}`, "codeLens.enable", `smells.${LET_ELSE}`]) {
    await setting(name, undefined);
  }
  await until("all is as before", () => !findings(document.uri).some(isWarning));
}

/** A script acting as server in a separate file; `$0` is that file. */
function program(name: string, script: string): string {
  const file = path.join(root(), "target", name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${script}\n`);
  fs.chmodSync(file, 0o755);
  return file;
}

const SAYS_VERSION = 'if [ "$1" = --version ]; then echo "rustassistant 0.1.0"; exit; fi';

async function saysWhatIsWrong(server: unknown, expected: RegExp): Promise<void> {
  await setting("server.path", server);
  const isStopped = () => api().state() === "stopped" && expected.test(api().statusLine());
  await until(`${JSON.stringify(server)} is refused as ${expected}`, isStopped);
  await isSaid(expected, "Open Settings");
}

async function refusesBadServers(): Promise<void> {
  await saysWhatIsWrong("/no/such/server", /There is no file at \/no\/such\/server/);
  await saysWhatIsWrong(program("old", 'echo "rustassistant 0.0.3"'), /0\.0\.3, which is too old/);
  // Opening another file doesn't repeat the message.
  await open(copyOfCrate("refused.rs"));
  await saysWhatIsWrong(7, /must be a string, but is 7/);
  await saysWhatIsWrong(program("other", "echo other"), /can't be used/);
  await setting("server.path", undefined);
  await isRunning();
}

async function givesUpOnServersThatNeverStart(): Promise<void> {
  const count = path.join(root(), "target", "starts");
  fs.rmSync(count, { force: true });
  await setting("server.path", program("crashing", `${SAYS_VERSION}\necho >>"${count}"\nexit 3`));
  await until("it is started again", () => api().state() === "restarting");
  await until("it is given up", () => api().state() === "stopped", 60_000);
  check(/crashed too often.*code 3/.test(api().statusLine()), api().statusLine());
  const starts = fs.readFileSync(count, "utf8").length;
  check(starts === 6, `it was started ${starts} times`);
  await isSaid(/crashed \(it ended with code 3\) and is restarted/, "Show Output");
  await isSaid(/crashed too often/, "Restart Server", "Show Output");
  await setting("server.path", undefined);
  await isRunning();
}

async function survivesCrashes(): Promise<void> {
  const id = path.join(root(), "target", "id");
  fs.rmSync(id, { force: true });
  await setting("server.path", program("recorded", `${SAYS_VERSION}\necho $$ >"${id}"\nexec "${realServer()}" "$@"`));
  await until("the recorded server runs", () => fs.existsSync(id) && api().state() === "running");
  const { document } = await open(copyOfCrate("crash.rs"));
  await found(document.uri, GUARD);
  const first = Number(fs.readFileSync(id, "utf8"));
  process.kill(first, "SIGKILL");
  await until("the crash is noticed", () => api().state() === "restarting");
  check(findings(document.uri).length === 0, "findings of a server that is gone");
  await isSaid(/crashed \(it was ended by SIGKILL\) and is restarted/, "Show Output");
  await isRunning();
  check(Number(fs.readFileSync(id, "utf8")) !== first, "it is the same process");
  await found(document.uri, GUARD);
  // A manual restart leaves no process behind.
  const second = Number(fs.readFileSync(id, "utf8"));
  await vscode.commands.executeCommand("rustassistant.restartServer");
  await isRunning();
  await found(document.uri, GUARD);
  await until("the old server has ended", () => isGone(second));
  await setting("server.path", undefined);
  await isRunning();
}

/** A process that has exited, or is a zombie. */
function isGone(id: number): boolean {
  try {
    return fs.readFileSync(`/proc/${id}/stat`, "utf8").includes(") Z ");
  } catch {
    return true;
  }
}

/** A server that neither responds nor exits blocks nothing. */
async function replacesMuteServers(): Promise<void> {
  const id = path.join(root(), "target", "mute-id");
  fs.rmSync(id, { force: true });
  await setting("server.path", program("mute", `${SAYS_VERSION}\necho $$ >"${id}"\nexec sleep 600`));
  const mute = await until("the mute server was started", () => (fs.existsSync(id) ? Number(fs.readFileSync(id, "utf8")) : 0));
  check(api().state() === "starting", `it is ${api().state()}`);
  await setting("server.path", undefined);
  await isRunning();
  await until("the mute server has ended", () => isGone(mute));
}

async function survivesHaste(): Promise<void> {
  const { document } = await open(copyOfCrate("haste.rs"));
  await found(document.uri, GUARD);
  const restart = () => vscode.commands.executeCommand("rustassistant.restartServer");
  await Promise.all([restart(), restart(), restart()]);
  await isRunning();
  await found(document.uri, GUARD);
}

/** Records the editor's capabilities, for replaying them without the editor. */
async function saysWhatItCan(): Promise<void> {
  const log = path.join(root(), "target", "said");
  await setting("server.path", program("listening", `${SAYS_VERSION}\ntee "${log}" | "${realServer()}" "$@"`));
  const message = await until("the client has introduced itself", () => {
    const [head = "", body = ""] = fs.existsSync(log) ? fs.readFileSync(log, "utf8").split("\r\n\r\n") : [];
    const length = Number(/Content-Length: (\d+)/.exec(head)?.[1]);
    return Buffer.byteLength(body) >= length ? Buffer.from(body).toString("utf8", 0, length) : undefined;
  });
  await isRunning();
  const { method, params } = JSON.parse(message) as { method: string; params: { capabilities: unknown } };
  check(method === "initialize", `it says ${method} first`);
  const said = sorted({ client: "vscode", version: vscode.version, capabilities: params.capabilities });
  const kept = environment("RUSTASSISTANT_CAPABILITIES");
  const name = `vscode-${vscode.version.split(".").slice(0, 2).join("-")}.json`;
  fs.mkdirSync(kept, { recursive: true });
  fs.writeFileSync(path.join(kept, name), `${JSON.stringify(said, undefined, 2)}\n`);
  // They come from the client library, and are the same in every version of the editor.
  const folder = environment("RUSTASSISTANT_RECORDED");
  const recorded = fs.readdirSync(folder).filter((file) => file.startsWith("vscode-"));
  check(recorded.length > 0, "nothing was recorded; see CAPABILITIES in run");
  for (const file of recorded) {
    const { capabilities } = JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as { capabilities: unknown };
    const isSame = JSON.stringify(capabilities) === JSON.stringify(sorted(params.capabilities));
    check(isSame, `${file} is not what the client says now; see CAPABILITIES in run`);
  }
  await setting("server.path", undefined);
  await isRunning();
}

function realServer(): string {
  return vscode.workspace.getConfiguration("rustassistant").get<string>("server.path") ?? "";
}

/** Sorts the keys of every object, so that equal contents have equal JSON. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

/** A read-only file: fixes stay in the editor until it is writable. */
async function knowsLockedFiles(): Promise<void> {
  const file = copyOfCrate("locked.rs");
  fs.chmodSync(file, 0o444);
  try {
    const { document } = await open(file);
    const finding = await found(document.uri, GUARD);
    check(await vscode.workspace.applyEdit(await answer(document.uri, finding)), "the edit was refused");
    check(!(await document.save()), "a file that is locked was saved");
    await isSaid(/Failed to save 'locked\.rs': File is read-only/, "Overwrite", "Save As...", "Revert");
    check(fs.readFileSync(file, "utf8") === sample(), "a file that is locked was changed");
    check(document.isDirty && document.getText().includes("return;"), "the answer is gone");
    await until("the finding is gone", () => !findings(document.uri).some((one) => idOf(one) === GUARD));
    fs.chmodSync(file, 0o644);
    check(await document.save(), "it can't be saved after all");
    check(fs.readFileSync(file, "utf8") === document.getText(), "something else was saved");
  } finally {
    fs.chmodSync(file, 0o644);
  }
}

/** Text without a file, such as an older version of one. */
async function leavesVirtualDocumentsAlone(): Promise<void> {
  const provider = { provideTextDocumentContent: () => sample() };
  const registration = vscode.workspace.registerTextDocumentContentProvider("elsewhere", provider);
  try {
    const uri = vscode.Uri.from({ scheme: "elsewhere", path: path.join(root(), "src", "virtual.rs") });
    const document = await vscode.workspace.openTextDocument(uri);
    check(document.languageId === "rust", `its language is ${document.languageId}`);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("rustassistant.fixAllInFile");
    await isSaid(/no safe refactoring to apply in this file/);
    await vscode.commands.executeCommand("rustassistant.explainFinding");
    await isSaid(/There are no findings in this file/);
    // By the time a file opened later has findings, this one would have them too.
    await open(copyOfCrate("after_virtual.rs")).then((ours) => found(ours.document.uri, GUARD));
    check(findings(uri).length === 0, "findings in text that is no file");
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      new vscode.Range(0, 0, document.lineCount, 0),
    );
    check(actions.length === 0, `actions in text that is no file: ${actions.map(({ title }) => title)}`);
  } finally {
    registration.dispose();
  }
}

async function opensConfiguration(): Promise<void> {
  const file = path.join(root(), "rustassistant.toml");
  fs.writeFileSync(file, "# Options of this project.\n");
  try {
    await open(copyOfCrate("configured.rs"));
    await vscode.commands.executeCommand("rustassistant.openConfiguration");
    const shown = vscode.window.activeTextEditor?.document.uri.fsPath;
    check(shown === file, `it opened ${shown}`);
  } finally {
    fs.rmSync(file);
  }
}

async function hasItsCommands(): Promise<void> {
  const all = await vscode.commands.getCommands(true);
  const manifest = extension().packageJSON as { contributes: { commands: { command: string }[] } };
  for (const { command } of manifest.contributes.commands) {
    check(all.includes(command), `${command} is not registered`);
  }
}

async function fixesAll(): Promise<void> {
  const { document } = await open(copyOfCrate("fixes.rs"));
  await found(document.uri, GUARD);
  await found(document.uri, LET_ELSE);
  await vscode.commands.executeCommand("rustassistant.fixAllInFile");
  const isDone = (text: string) => text.includes("let Some(name) = &order.customer else {") && text.includes("if order.lines.is_empty() {");
  await until("both are answered", () => isDone(document.getText()));
  await until("nothing is left", () => findings(document.uri).length === 0);
  await vscode.commands.executeCommand("undo");
  check(document.getText() === sample(), "undo didn't bring the text back at once");
}

async function fixesOnSave(): Promise<void> {
  const editor = vscode.workspace.getConfiguration("editor");
  const target = vscode.ConfigurationTarget.Workspace;
  await editor.update("codeActionsOnSave", { "source.fixAll.rustassistant": "explicit" }, target);
  try {
    const file = copyOfCrate("on_save.rs");
    const { document } = await open(file);
    await found(document.uri, GUARD);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), "// A line more.\n");
    await vscode.workspace.applyEdit(edit);
    await document.save();
    const text = fs.readFileSync(file, "utf8");
    check(text.startsWith("// A line more.\n"), text);
    check(text.includes("let Some(name) = &order.customer else {") && text.includes("if order.lines.is_empty() {"), text);
  } finally {
    await editor.update("codeActionsOnSave", undefined, target);
  }
}

/** The labels of the editor's tabs. */
function tabs(): string[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
}

async function explains(): Promise<void> {
  const editor = await open(copyOfCrate("explained.rs"));
  const finding = await found(editor.document.uri, GUARD);
  editor.selection = new vscode.Selection(finding.range.start, finding.range.start);
  await vscode.commands.executeCommand("rustassistant.explainFinding");
  await until("the page is shown", () => tabs().some((label) => label.includes(GUARD)));
  const page = await vscode.workspace.openTextDocument(vscode.Uri.parse(`rustassistant-page:/${GUARD}.md`));
  check(page.getText().includes("## Example") || page.getText().includes("# Example"), page.getText());
}

async function showsTheCache(): Promise<void> {
  await open(copyOfCrate("cached.rs"));
  await vscode.commands.executeCommand("rustassistant.reindexWorkspace");
  await until("the status has the cache", () => /cache: \d+ entr/.test(api().statusLine()));
  say(`status: ${api().statusLine()}`);
  await vscode.commands.executeCommand("rustassistant.showCacheStatistics");
  await until("the page is shown", () => tabs().some((label) => label.includes("Cache statistics")));
  const uri = vscode.Uri.from({ scheme: "rustassistant-page", path: "/Cache statistics.md" });
  const page = (await vscode.workspace.openTextDocument(uri)).getText();
  check(/\| Entries \| \d+ \|/.test(page) && page.includes("cache.db"), page);
  await vscode.commands.executeCommand("rustassistant.emptyCache");
}

async function showsLenses(): Promise<void> {
  const { document } = await open(copyOfCrate("lenses.rs"));
  await found(document.uri, GUARD);
  const lenses = async () => {
    const command = "vscode.executeCodeLensProvider";
    const all = await vscode.commands.executeCommand<vscode.CodeLens[]>(command, document.uri, 20);
    return all.filter((lens) => lens.command?.command === "rustassistant.showFindings");
  };
  const all = await until("there are lenses", async () => {
    const list = await lenses();
    return list.length === 2 ? list : undefined;
  });
  const first = all.find(({ range }) => document.getText(range) === "tell");
  check(first?.command && /complexity \d+ · \d+ lines · 1 finding/.test(first.command.title), `the lens says ${first?.command?.title}`);
  await vscode.commands.executeCommand(first.command.command, ...(first.command.arguments ?? []));
  await setting("codeLens.enable", false);
  await until("the lenses are gone", async () => (await lenses()).length === 0);
  await setting("codeLens.enable", undefined);
  await until("the lenses are back", async () => (await lenses()).length > 0);
}

/** A refactoring that creates a file, in a separate package whose file declares the module. */
async function createsFiles(): Promise<void> {
  const folder = path.join(root(), "moving", "src");
  const test = (name: string) => `    #[test]\n    fn ${name}() {\n        assert_eq!(double(1), 2);\n    }\n\n`;
  const tests = ["of_one", "of_one_again", "of_one_more", "of_the_same", "of_the_last"].map(test).join("");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "lib.rs"), "mod stack;\n");
  const file = path.join(folder, "stack.rs");
  const head = "pub fn double(number: u32) -> u32 {\n    number * 2\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n";
  fs.writeFileSync(file, `${head}${tests.trimEnd()}\n}\n`);
  const { document } = await open(file);
  const title = "Move tests to `stack/tests.rs`";
  const at = new vscode.Range(5, 4, 5, 4);
  const action = await until("it is offered", async () => {
    const actions = await actionsAt(document.uri, at, "refactor.move");
    return actions.find((one) => one.title === title);
  });
  check(action.edit, "it has no edit");
  // The user is asked first.
  let isDone = false;
  const applying = Promise.resolve(vscode.workspace.applyEdit(action.edit)).finally(() => (isDone = true));
  await until("the preview is agreed to", async () => {
    await vscode.commands.executeCommand("refactorPreview.apply").then(undefined, () => {});
    return isDone;
  });
  check(await applying, "the edit was refused");
  check(document.getText().endsWith("#[cfg(test)]\nmod tests;\n"), document.getText());
  const created = await vscode.workspace.openTextDocument(path.join(folder, "stack", "tests.rs"));
  check((await created.save()) && (await document.save()), "not everything could be saved");
  const moved = fs.readFileSync(created.fileName, "utf8");
  check(moved.startsWith("use super::*;\n\n#[test]\nfn of_one() {\n    assert_eq!(double(1), 2);\n}\n"), moved);
  check(fs.readFileSync(file, "utf8") === document.getText(), "the declaration isn't saved");
}

/** Runs last, as it changes every file of the crate. */
async function fixesTheWorkspace(): Promise<void> {
  const { document } = await open(path.join(root(), "src", "lib.rs"));
  await found(document.uri, GUARD);
  await vscode.commands.executeCommand("rustassistant.fixAllInWorkspace");
  await until("the open file is changed", () => document.getText().includes("let Some(name) = &order.customer else {"));
  const other = await vscode.workspace.openTextDocument(path.join(root(), "src", "beside.rs"));
  check(other.getText().includes("let Some(name) = &order.customer else {"), "a file that nobody had open is as it was");
  await isSaid(/applied \d+ refactorings in \d+ files/);
}

export const run = () =>
  runAll([
    ["it is active within 100 ms, and not before", activates],
    ["its commands are there", hasItsCommands],
    ["a finding is answered, saved and undone", answersAndUndoes],
    ["another server for the same file is left alone", livesBesideAnother],
    ["a file of 2,000 lines", isFast],
    ["a buffer without a file", knowsUntitled],
    ["a file outside of the workspace is left alone", leavesOthersAlone],
    ["a file that may not be written", knowsLockedFiles],
    ["text that is no file is left alone", leavesVirtualDocumentsAlone],
    ["a workspace without Cargo.toml", knowsFoldersWithoutManifest],
    ["settings count, and their end does", heedsSettings],
    ["settings of the wrong type cost themselves only", survivesWrongSettings],
    ["what the client can do is what was recorded", saysWhatItCan],
    ["a server that can't be used is refused with its reason", refusesBadServers],
    ["a server that never starts is given up", givesUpOnServersThatNeverStart],
    ["a server that crashes is started again", survivesCrashes],
    ["a server that never answers is replaced", replacesMuteServers],
    ["restarts in haste are one", survivesHaste],
    ["the configuration that is opened is the project's", opensConfiguration],
    ["all that is safe in a file is done at once, and taken back at once", fixesAll],
    ["what is safe is done on save", fixesOnSave],
    ["a finding is explained", explains],
    ["the cache is shown and emptied", showsTheCache],
    ["lenses stand at functions with a finding", showsLenses],
    ["tests move into a file that is created", createsFiles],
    ["all that is safe in the workspace is done", fixesTheWorkspace],
  ]);
