// The extension's entry point.

import * as vscode from "vscode";

import { Commands } from "./commands";
import { Pages } from "./pages";
import { Status } from "./status";
import { Supervisor } from "./supervisor";

/** For tests and other extensions. */
export interface Api {
  readonly state: () => string;
  readonly statusLine: () => string;
}

let supervisor: Supervisor | undefined;

export function activate(context: vscode.ExtensionContext): Api {
  const running = new Supervisor(context);
  supervisor = running;
  const [status, pages] = [new Status(running), new Pages()];
  context.subscriptions.push(
    running,
    status,
    pages,
    ...new Commands(running, status, pages).register(),
    vscode.workspace.onDidGrantWorkspaceTrust(() => running.restart()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("rustassistant.server.path")) {
        void running.restart();
      } else if (event.affectsConfiguration("rustassistant.codeLens.enable")) {
        running.ready?.refreshLenses();
      }
    }),
  );
  // Not awaited, so that the editor doesn't wait for the server.
  void running.restart();
  return { state: () => running.state.kind, statusLine: () => status.line };
}

export function deactivate(): Promise<void> | undefined {
  return supervisor?.stop();
}
