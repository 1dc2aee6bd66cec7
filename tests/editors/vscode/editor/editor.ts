// A real VS Code in a headless browser.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const PATIENCE_MS = 60_000;

export interface Setup {
  /** Settings of this machine, where `rustassistant.server.path` belongs. */
  readonly machine: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
  readonly extensions: readonly string[];
  readonly isTrusted?: boolean;
  readonly opens?: "folder" | "workspace" | "nothing";
}

function named(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`${name} is not set; start the tests with tests/editors/vscode/run`);
  }
  return value;
}

export const rustassistant = named("RUSTASSISTANT_SERVER");
/** The folder in which `run` has put the inputs of the tests. */
export const built = named("RUSTASSISTANT_BUILT");

/** Disables prompts, animations and telemetry. */
const QUIET = {
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "chat.disableAIFeatures": true,
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "never",
  "window.commandCenter": false,
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "editor.hover.enabled": "off",
  "git.enabled": false,
};

export class Editor {
  /** A folder used only by this run, with the crate of the tests in `work`. */
  readonly folder = mkdtempSync(path.join(tmpdir(), "rustassistant-vscode-"));
  readonly work = path.join(this.folder, "work");
  /** The contents of the list of notifications while it is open, as JSON. */
  readonly notices = path.join(this.folder, "notices");
  private child: ChildProcess | undefined;
  private browser: Browser | undefined;
  private port = 0;

  constructor(private readonly setup: Setup) {}

  async start(): Promise<void> {
    cpSync(path.resolve("tests/editors/vscode/crate"), this.work, { recursive: true });
    mkdirSync(this.inside("tmp"));
    if (this.setup.opens === "workspace") {
      cpSync(this.work, this.inside("second"), { recursive: true });
      this.write(WORKSPACE, { folders: [{ path: "work" }, { path: "second" }] });
    }
    this.write("data/User/settings.json", { ...QUIET, ...this.setup.user });
    this.write("data/Machine/settings.json", this.setup.machine);
    this.port = await freePort();
    const config = path.join(this.folder, "config.yaml");
    writeFileSync(config, `bind-addr: 127.0.0.1:${this.port}\nauth: none\ncert: false\n`);
    const args = ["--config", config, "--user-data-dir", this.inside("data"), "--extensions-dir", this.inside("extensions")];
    for (const extension of this.setup.extensions) {
      execFileSync(NODE, [CODE_SERVER, ...args, "--install-extension", extension], { stdio: "pipe", env: this.environment() });
    }
    const quiet = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override", "--ignore-last-opened"];
    const trust = this.setup.isTrusted === false ? [] : ["--disable-workspace-trust"];
    const log = openSync(this.inside("code-server.log"), "w");
    const [program = NODE, ...words] = [...MORTAL, NODE, CODE_SERVER, ...args, ...quiet, ...trust, ...OPTIONS];
    this.child = spawn(program, words, {
      detached: true,
      stdio: ["ignore", log, log],
      env: this.environment(),
    });
    const ended = new Promise<never>((_, reject) => {
      this.child?.once("exit", () => reject(new Error(`code-server ended: ${readFileSync(this.inside("code-server.log"), "utf8")}`)));
    });
    const answers = until("code-server answers", async () => (await fetch(`http://127.0.0.1:${this.port}/healthz`)).ok);
    await Promise.race([answers, ended]);
    ended.catch(() => {});
    this.browser = await chromium.launch({
      executablePath: named("CHROMIUM"),
      args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
    });
  }

  /** A window on the crate. `payload` is passed to the workbench in the URL. */
  async open(payload: readonly [string, string][], prepare: (page: Page) => Promise<void> = async () => {}): Promise<Page> {
    if (this.browser === undefined) {
      throw new Error("the editor was not started");
    }
    const page = await this.browser.newPage({ viewport: { width: 1000, height: 620 } });
    await prepare(page);
    await page.exposeFunction("noticed", (now: string) => writeFileSync(this.notices, now));
    await page.addInitScript(watchNotices);
    const query = new URLSearchParams({ ...this.where(), payload: JSON.stringify(payload) });
    await page.goto(`http://127.0.0.1:${this.port}/?${query}`);
    return page;
  }

  private where(): Record<string, string> {
    switch (this.setup.opens) {
      case "nothing":
        return { ew: "true" };
      case "workspace":
        return { workspace: this.inside(WORKSPACE) };
      default:
        return { folder: this.work };
    }
  }

  /** The most recently opened window. */
  latest(): Page | undefined {
    return this.browser?.contexts().flatMap((context) => context.pages()).at(-1);
  }

  remote(file: string): string {
    return `vscode-remote://127.0.0.1:${this.port}${file}`;
  }

  inside(name: string): string {
    return path.join(this.folder, name);
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    if (this.child?.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child?.once("exit", resolve));
      process.kill(-this.child.pid);
      await ended;
    }
    if (process.env["KEEP"] === undefined) {
      // Child processes of the editor may still be writing.
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    } else {
      console.log(`kept: ${this.folder}`);
    }
  }

  private write(name: string, settings: unknown): void {
    const file = this.inside(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(settings));
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: "/usr/local/bin:/usr/bin:/bin",
      // The folder in which the editor leaves its sockets.
      TMPDIR: this.inside("tmp"),
      RUSTASSISTANT_HOME: this.inside("home"),
      RUSTASSISTANT_NOTICES: this.notices,
      RUSTASSISTANT_CAPABILITIES: path.resolve(process.env["CAPABILITIES"] ?? path.join(built, "capabilities")),
      RUSTASSISTANT_RECORDED: path.resolve("tests/editors/capabilities"),
      RUSTASSISTANT_SAMPLE: path.resolve("tests/editors/vscode/crate/src/lib.rs"),
      // A nonexistent gallery: the only extensions are those installed above.
      EXTENSIONS_GALLERY: '{"serviceUrl":"http://127.0.0.1:9/"}',
    };
  }
}

/** Runs in the page: reports the contents of the list of notifications whenever they change. */
function watchNotices(): void {
  let last = "";
  const look = () => {
    const center = document.querySelector(".notifications-center.visible");
    const items = [...(center?.querySelectorAll(".notification-list-item") ?? [])].map((item) => ({
      text: item.querySelector(".notification-list-item-message")?.textContent ?? "",
      buttons: [...item.querySelectorAll(".notification-list-item-buttons-container .monaco-button")].map((button) => button.textContent),
    }));
    const now = JSON.stringify(center === null ? null : items);
    if (now !== last) {
      last = now;
      (window as unknown as { noticed(now: string): void }).noticed(now);
    }
  };
  new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });
}

const WORKSPACE = "both.code-workspace";
/** Root may write to read-only files; without this capability, root is an ordinary user. */
const MORTAL = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"] : [];
const NODE = named("EDITOR_NODE");
const CODE_SERVER = named("CODE_SERVER");
/** Options that this version requires for running a suite. */
const OPTIONS = process.env["EDITOR_OPTIONS"]?.split(" ") ?? [];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") {
    throw new Error("no port");
  }
  return address.port;
}

/** Polls until a condition holds; an exception counts as not yet. */
export async function until<T>(what: string, holds: () => Promise<T> | T, patienceMs = PATIENCE_MS): Promise<T> {
  const end = Date.now() + patienceMs;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const value = await holds();
      if (value) {
        return value;
      }
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain until ${what}${last === undefined ? "" : `: ${last}`}`);
}
