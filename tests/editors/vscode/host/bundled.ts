// An untrusted workspace, and a package with a bundled server.

import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

import { api, check, copyOfCrate, extension, found, open, root, runAll, until } from "./suite";

export const run = () =>
  runAll([
    [
      "the package's own server is started, whatever the workspace names",
      async () => {
        check(!vscode.workspace.isTrusted, "the workspace is trusted");
        const settings = path.join(root(), ".vscode", "settings.json");
        fs.mkdirSync(path.dirname(settings), { recursive: true });
        fs.writeFileSync(settings, JSON.stringify({ "rustassistant.server.path": "/no/such/server" }));
        const { document } = await open(copyOfCrate("untrusted.rs"));
        await until("the extension is active", () => extension().isActive);
        await until("the server runs", () => api().state() === "running");
        await found(document.uri, "guard-clause-opportunity");
      },
    ],
  ]);
