// An untrusted workspace, and a package without a server.

import * as vscode from "vscode";

import { api, check, copyOfCrate, extension, isSaid, open, runAll, until } from "./suite";

export const run = () =>
  runAll([
    [
      "no server is started, and the reason is told",
      async () => {
        check(!vscode.workspace.isTrusted, "the workspace is trusted");
        await open(copyOfCrate("untrusted.rs"));
        await until("the extension is active", () => extension().isActive);
        await until("it gave up", () => api().state() === "stopped");
        check(/untrusted workspace/.test(api().statusLine()), api().statusLine());
        await isSaid(/only the server included in the extension/, "Manage Workspace Trust");
      },
    ],
  ]);
