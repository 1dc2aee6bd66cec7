// A second language server for the same files, such as rust-analyzer.

import * as path from "node:path";
import type { ExtensionContext } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const module = path.join(context.extensionPath, "server.cjs");
  const documentSelector = [{ scheme: "file", language: "rust" }];
  client = new LanguageClient("neighbour", "Neighbour", { module, transport: TransportKind.stdio }, { documentSelector });
  await client.start();
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}
