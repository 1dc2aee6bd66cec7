// A single file, in a window without a folder.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

import { answer, check, copyOfCrate, found, open, runAll } from "./suite";

export const run = () =>
  runAll([
    [
      "a file in a window without a folder",
      async () => {
        check(vscode.workspace.workspaceFolders === undefined, "a folder is open");
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rustassistant-loose-"));
        try {
          const { document } = await open(copyOfCrate("loose.rs", folder));
          const finding = await found(document.uri, "guard-clause-opportunity");
          check(await vscode.workspace.applyEdit(await answer(document.uri, finding)), "the edit was refused");
          await document.save();
          check(fs.readFileSync(document.fileName, "utf8").includes("return;"), "it was not saved");
        } finally {
          fs.rmSync(folder, { recursive: true });
        }
      },
    ],
  ]);
