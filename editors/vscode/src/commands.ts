// The commands in the command palette.

import { access } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";

import { findingsIn, idsOf, placesOf } from "./findings";
import type { Pages } from "./pages";
import type { Session } from "./session";
import { statisticsPage } from "./statistics";
import type { Status } from "./status";
import { type Supervisor, TOO_OLD } from "./supervisor";

const FIX_ALL = "source.fixAll.rustassistant";
const CONFIGURATION = "rustassistant.toml";

export class Commands {
  constructor(
    private readonly supervisor: Supervisor,
    private readonly status: Status,
    private readonly pages: Pages,
  ) {}

  register(): vscode.Disposable[] {
    const commands: Record<string, (...args: never[]) => unknown> = {
      restartServer: () => this.supervisor.restart(),
      showOutput: () => this.supervisor.output.show(),
      showCacheStatistics: () => this.showCacheStatistics(),
      emptyCache: () => this.emptyCache(),
      reindexWorkspace: () => this.ask("rustassistant.reindex"),
      fixAllInFile: () => this.fixAllInFile(),
      fixAllInWorkspace: () => this.ask("rustassistant.fixWorkspace"),
      explainFinding: (id?: unknown) => this.explainFinding(id),
      openConfiguration: () => openConfiguration(),
      showFindings: (uri: unknown, range: unknown) => this.showFindings(uri, range),
    };
    return Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`rustassistant.${name}`, run as (...args: unknown[]) => unknown),
    );
  }

  private async showCacheStatistics(): Promise<void> {
    const statistics = await this.ask("rustassistant.cacheStatistics");
    if (statistics !== undefined) {
      await this.pages.show("Cache statistics", statisticsPage(statistics));
    }
  }

  private async emptyCache(): Promise<void> {
    if ((await this.ask("rustassistant.clearCache")) === undefined) {
      return;
    }
    await this.status.refreshCache();
    vscode.window.setStatusBarMessage("RustAssistant: the cache was cleared", 5000);
  }

  /** Applies every safe fix in the file, repeatedly, until there are none left. */
  private async fixAllInFile(): Promise<void> {
    const session = this.session();
    const document = vscode.window.activeTextEditor?.document;
    if (session === undefined || document === undefined) {
      return;
    }
    if (!session.hasActionKind(FIX_ALL)) {
      say(TOO_OLD);
      return;
    }
    const { version } = document;
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      whole,
      FIX_ALL,
      1,
    );
    const edit = actions.find((action) => action.kind?.value === FIX_ALL)?.edit;
    if (edit === undefined) {
      say("There is no safe refactoring to apply in this file.");
    } else if (document.version !== version) {
      say("The file has changed in the meantime; try again.");
    } else {
      await vscode.workspace.applyEdit(edit);
    }
  }

  private async explainFinding(given: unknown): Promise<void> {
    const id = typeof given === "string" ? given : await pickFinding();
    if (id === undefined) {
      return;
    }
    const markdown = await this.ask("rustassistant.explain", id);
    if (typeof markdown === "string") {
      await this.pages.show(id, markdown);
    }
  }

  /** Shows the findings that a code lens refers to. */
  private async showFindings(uri: unknown, range: unknown): Promise<void> {
    const converted = this.supervisor.ready?.toRange(range);
    if (typeof uri !== "string" || converted === undefined) {
      return;
    }
    const target = vscode.Uri.parse(uri);
    const places = placesOf(target, findingsIn(target, await functionFrom(target, converted)));
    await vscode.commands.executeCommand("editor.action.goToLocations", target, converted.start, places, "peek");
  }

  /** Executes a server command. Returns `undefined` if it fails, after notifying the user, and `null` for no result. */
  private async ask(command: string, ...args: unknown[]): Promise<unknown> {
    const session = this.session();
    if (session === undefined) {
      return undefined;
    }
    if (!session.hasCommand(command)) {
      say(TOO_OLD);
      return undefined;
    }
    try {
      return (await session.execute(command, ...args)) ?? null;
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  private session(): Session | undefined {
    const session = this.supervisor.ready;
    if (session === undefined) {
      const { state } = this.supervisor;
      say(state.kind === "stopped" ? state.reason : "The server is not ready yet.");
    }
    return session;
  }
}

/** A lens is at a function's name but covers the whole function; its end is determined from the folding ranges. */
async function functionFrom(uri: vscode.Uri, name: vscode.Range): Promise<vscode.Range> {
  const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>("vscode.executeFoldingRangeProvider", uri);
  const below = (folds ?? []).filter(({ start }) => start >= name.start.line);
  const [first] = below.sort((left, right) => left.start - right.start);
  return first === undefined ? name : new vscode.Range(name.start, new vscode.Position(first.end + 1, 0));
}

async function pickFinding(): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    return undefined;
  }
  const { uri } = editor.document;
  const here = idsOf(findingsIn(uri, editor.selection));
  const line = editor.document.lineAt(editor.selection.active).range;
  const onLine = here.length > 0 ? here : idsOf(findingsIn(uri, line));
  const ids = onLine.length > 0 ? onLine : idsOf(findingsIn(uri));
  if (ids.length === 0) {
    say("There are no findings in this file.");
    return undefined;
  }
  return ids.length === 1 && onLine.length > 0 ? ids[0] : vscode.window.showQuickPick(ids, { title: "Explain which finding?" });
}

/** Opens the project's configuration file, or else the editor's settings. */
async function openConfiguration(): Promise<void> {
  const found = await configurationFile();
  if (found === undefined) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "@ext:rustassistant.rustassistant");
  } else {
    await vscode.window.showTextDocument(found);
  }
}

/** The nearest configuration file above the active file, within its workspace folder. */
async function configurationFile(): Promise<vscode.Uri | undefined> {
  const file = vscode.window.activeTextEditor?.document.uri;
  const folder = file === undefined ? undefined : vscode.workspace.getWorkspaceFolder(file);
  const root = (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
  if (root === undefined) {
    return undefined;
  }
  let directory = file !== undefined && folder !== undefined ? path.dirname(file.fsPath) : root;
  while (true) {
    const candidate = path.join(directory, CONFIGURATION);
    if (await exists(candidate)) {
      return vscode.Uri.file(candidate);
    }
    if (directory === root || path.dirname(directory) === directory) {
      return undefined;
    }
    directory = path.dirname(directory);
  }
}

async function exists(name: string): Promise<boolean> {
  return access(name).then(
    () => true,
    () => false,
  );
}

function say(text: string): void {
  void vscode.window.showInformationMessage(`RustAssistant: ${text}`);
}
