// Lets the user name a function after its extraction.

import * as vscode from "vscode";

import { field } from "./state";

/** The server command in the code action. */
export const EXTRACT_FUNCTION = "rustassistant.extractFunction";

/** Starts a rename at the call of the new function. The rename provider is another extension and may be missing. */
export async function renameExtracted(answer: unknown): Promise<void> {
  const [uri, call] = [field(answer, "uri"), field(answer, "call")];
  const [line, character] = [field(call, "line"), field(call, "character")];
  if (field(answer, "applied") !== true || typeof uri !== "string") {
    return;
  }
  if (typeof line !== "number" || typeof character !== "number") {
    return;
  }
  const place = [vscode.Uri.parse(uri), new vscode.Position(line, character)];
  await vscode.commands.executeCommand("editor.action.rename", place);
}
