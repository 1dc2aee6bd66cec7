// A workspace with two folders.

import * as path from "node:path";
import * as vscode from "vscode";

import { check, copyOfCrate, findings, found, idOf, runAll, until } from "./suite";

const GUARD = "guard-clause-opportunity";
const LET_ELSE = "let-else-opportunity";

/** Uses a permanent tab: the editor discards the diagnostics of a file in a preview tab when it is replaced. */
async function openIn({ uri }: vscode.WorkspaceFolder): Promise<vscode.Uri> {
  const file = vscode.Uri.file(copyOfCrate("settings.rs", path.join(uri.fsPath, "src")));
  await vscode.window.showTextDocument(file, { preview: false });
  return file;
}

export const run = () =>
  runAll([
    [
      "a setting of a folder counts in that folder only",
      async () => {
        const [first, second] = vscode.workspace.workspaceFolders ?? [];
        check(first && second, "two folders are open");
        const ours = await openIn(first);
        const theirs = await openIn(second);
        await found(ours, GUARD);
        await found(theirs, GUARD);

        const settings = vscode.workspace.getConfiguration("rustassistant", theirs);
        const target = vscode.ConfigurationTarget.WorkspaceFolder;
        await settings.update(`smells.${GUARD}`, false, target);
        const has = (uri: vscode.Uri, id: string) => findings(uri).some((one) => idOf(one) === id);
        await until("the smell is off in the second folder", () => !has(theirs, GUARD));
        await found(theirs, LET_ELSE);
        // An edit triggers a new analysis of the first folder with the current settings.
        const edit = new vscode.WorkspaceEdit();
        edit.insert(ours, new vscode.Position(0, 0), "// A line more.\n");
        const lineOf = () => findings(ours).find((one) => idOf(one) === GUARD)?.range.start.line ?? -1;
        const line = lineOf();
        await vscode.workspace.applyEdit(edit);
        await until("it is still on in the first", () => lineOf() === line + 1);

        await settings.update(`smells.${GUARD}`, undefined, target);
        await found(theirs, GUARD);
      },
    ],
  ]);
