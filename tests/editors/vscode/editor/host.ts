// Runs the suite of `../host` inside the extension host of a real VS Code.

import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { built, Editor, rustassistant } from "./editor";

const PATIENCE_MS = 240_000;
/** The prefix of the suites' output lines. */
const OURS = "suite: ";

/** The folder of the extension under development, which the editor requires for running a suite. */
function developed(editor: Editor): string {
  const folder = editor.inside("suite");
  mkdirSync(folder);
  const manifest = { name: "suite", publisher: "tests", version: "0.0.1", engines: { vscode: "^1.100.0" } };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}

interface Run {
  readonly suite: string;
  readonly isTrusted: boolean;
  readonly opens: "folder" | "workspace" | "nothing";
  readonly extension: string;
}

const universal = path.join(built, "universal.vsix");
const bundled = path.join(built, "bundled.vsix");
const RUNS: readonly Run[] = [
  { suite: "trusted", isTrusted: true, opens: "folder", extension: universal },
  { suite: "loose", isTrusted: true, opens: "nothing", extension: universal },
  { suite: "roots", isTrusted: true, opens: "workspace", extension: universal },
  { suite: "untrusted", isTrusted: false, opens: "folder", extension: universal },
  { suite: "bundled", isTrusted: false, opens: "folder", extension: bundled },
];

async function run({ suite, isTrusted, opens, extension }: Run): Promise<boolean> {
  const machine = { "rustassistant.server.path": extension === bundled ? "" : rustassistant };
  const extensions = [extension, path.join(built, "neighbour.vsix")];
  const editor = new Editor({ machine, isTrusted, opens, extensions });
  const log = path.join(built, `${suite}.log`);
  rmSync(log, { force: true });
  try {
    await editor.start();
    const code = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the suite didn't end")), PATIENCE_MS);
      const payload: [string, string][] = [
        ["extensionDevelopmentPath", editor.remote(developed(editor))],
        ["extensionTestsPath", editor.remote(path.join(built, "tests/host", `${suite}.cjs`))],
      ];
      const opened = editor.open(payload, async (page) => {
        await page.exposeFunction("codeAutomationExit", (exit: number) => {
          clearTimeout(timer);
          resolve(exit);
        });
        await page.exposeFunction("codeAutomationLog", (_severity: string, args: unknown[]) => {
          const text = args.join(" ");
          appendFileSync(log, `${text}\n`);
          // The editor's own output is omitted.
          if (text.startsWith(OURS)) {
            console.log(text.slice(OURS.length));
          }
        });
      });
      opened.catch(reject);
    });
    return (await code) === 0;
  } catch (error) {
    console.log(readFileSync(editor.inside("code-server.log"), "utf8").slice(-4000));
    throw error;
  } finally {
    await editor.stop();
  }
}

async function main(): Promise<void> {
  const only = process.argv[2];
  for (const one of RUNS.filter(({ suite }) => only === undefined || suite === only)) {
    const { suite } = one;
    console.log(`-- ${suite}`);
    if (!(await run(one))) {
      throw new Error(`the suite "${suite}" failed; all that was said is in ${path.join(built, `${suite}.log`)}`);
    }
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
